// KMS of this machine: symmetric keys that really close and open (AES-256-GCM, the encryption context authenticated), and
// RSA keys that really sign.
import { createHash, randomBytes } from 'node:crypto';
import * as z from 'zod';
import { AwsError, type AwsOperations, operation } from './aws-json.ts';
import { type Durable, durable } from './durable-state.ts';
import { close, invalidCiphertext, keyIdOf, open } from './kms-cipher.ts';
import { newRsaKey, publicKey, sign, signingAlgorithms, signInput } from './kms-signing.ts';
import { type Properties, readProperties, withoutBehaviour } from './properties.ts';

export interface Kms {
  readonly operations: AwsOperations;
  /** Takes resolved properties of AWS::KMS::Key; the id is the same at every start. */
  readonly createKey: (logicalId: string, properties: Properties) => { keyId: string; arn: string };
  /** @param target key id or ARN */
  readonly createAlias: (name: string, target: string) => void;
}

export interface KmsOptions {
  readonly region: string;
  readonly account: string;
  /** ms since 1970 */
  readonly now: () => number;
  /** where key material outlives this process */
  readonly file?: string;
}

const specs = z.enum(['SYMMETRIC_DEFAULT', 'RSA_2048']).default('SYMMETRIC_DEFAULT');
type Spec = z.infer<typeof specs>;

/** What a key of each kind is for here; in the cloud an RSA key may close messages instead. */
const usages = { SYMMETRIC_DEFAULT: 'ENCRYPT_DECRYPT', RSA_2048: 'SIGN_VERIFY' } as const;

const keyProperties = z.strictObject({
  Description: z.string().default(''),
  Enabled: z.boolean().default(true),
  KeySpec: specs,
  KeyUsage: z.enum(['ENCRYPT_DECRYPT', 'SIGN_VERIFY']).default('ENCRYPT_DECRYPT'),
  MultiRegion: z.literal(false).optional(),
  Origin: z.literal('AWS_KMS').optional(),
  ...withoutBehaviour(
    'BypassPolicyLockoutSafetyCheck',
    'EnableKeyRotation',
    'KeyPolicy',
    'PendingWindowInDays',
    'RotationPeriodInDays',
    'Tags',
  ),
});

const key = z.object({
  id: z.string(),
  arn: z.string(),
  spec: specs,
  /** base64: 32 bytes, or PKCS #8 */
  material: z.string(),
  /** ms since 1970 */
  createdAt: z.number(),
  description: z.string(),
  enabled: z.boolean(),
});
type Key = z.infer<typeof key>;

const context = z.record(z.string(), z.string()).default({});
const symmetric = z.literal('SYMMETRIC_DEFAULT').optional();
const base64 = z.base64();

const inputs = {
  named: z.strictObject({ KeyId: z.string() }),
  encrypt: z.strictObject({
    KeyId: z.string(),
    Plaintext: base64,
    EncryptionContext: context,
    EncryptionAlgorithm: symmetric,
  }),
  decrypt: z.strictObject({
    KeyId: z.string().optional(),
    CiphertextBlob: base64,
    EncryptionContext: context,
    EncryptionAlgorithm: symmetric,
  }),
  dataKey: z.strictObject({
    KeyId: z.string(),
    KeySpec: z.enum(['AES_128', 'AES_256']).optional(),
    NumberOfBytes: z.int().min(1).max(1024).optional(),
    EncryptionContext: context,
  }),
};

const plaintextLimit = 4096;

export function openKms({ region, account, now, file }: KmsOptions): Kms {
  const keys: Durable<Record<string, Key>> = durable(z.record(z.string(), key), {}, file);
  const aliases = new Map<string, string>();

  function find(named: string): Key {
    const name = named.replace(/^arn:aws:kms:[^:]*:[^:]*:(key\/)?/, '');
    const id = name.startsWith('alias/') ? aliases.get(name) : name;
    const found = id === undefined || !Object.hasOwn(keys.value, id) ? undefined : keys.value[id];
    if (!found) throw new AwsError('NotFoundException', `Key '${named}' does not exist`);
    return found;
  }

  function usable(named: string, spec: Spec): Key {
    const found = find(named);
    if (!found.enabled) throw new AwsError('DisabledException', `${found.arn} is disabled.`);
    if (found.spec !== spec)
      throw new AwsError('InvalidKeyUsageException', `${found.arn} is for ${usages[found.spec]}.`);
    return found;
  }

  const operations: AwsOperations = {
    DescribeKey: operation(inputs.named, ({ KeyId }) => ({ KeyMetadata: metadata(find(KeyId), account) })),
    Encrypt: operation(inputs.encrypt, ({ KeyId, Plaintext, EncryptionContext }) => {
      const used = usable(KeyId, 'SYMMETRIC_DEFAULT');
      const plain = Buffer.from(Plaintext, 'base64');
      if (plain.length === 0 || plain.length > plaintextLimit)
        throw new AwsError('ValidationException', `Plaintext must have 1 to ${plaintextLimit} bytes.`);
      return {
        KeyId: used.arn,
        CiphertextBlob: close(used, plain, EncryptionContext),
        EncryptionAlgorithm,
      };
    }),
    Decrypt: operation(inputs.decrypt, ({ KeyId, CiphertextBlob, EncryptionContext }) => {
      const closed = Buffer.from(CiphertextBlob, 'base64');
      const id = keyIdOf(closed);
      if (id === undefined || !Object.hasOwn(keys.value, id)) throw invalidCiphertext();
      if (KeyId !== undefined && find(KeyId).id !== id)
        throw new AwsError('IncorrectKeyException', 'The ciphertext was made with another key.');
      const used = usable(id, 'SYMMETRIC_DEFAULT');
      const plain = open(used, closed, EncryptionContext);
      return { KeyId: used.arn, Plaintext: plain.toString('base64'), EncryptionAlgorithm };
    }),
    GenerateDataKey: operation(inputs.dataKey, ({ KeyId, KeySpec, NumberOfBytes, EncryptionContext }) => {
      if ((KeySpec === undefined) === (NumberOfBytes === undefined))
        throw new AwsError('ValidationException', 'Say either KeySpec or NumberOfBytes.');
      const used = usable(KeyId, 'SYMMETRIC_DEFAULT');
      const plain = randomBytes(NumberOfBytes ?? (KeySpec === 'AES_128' ? 16 : 32));
      return {
        KeyId: used.arn,
        Plaintext: plain.toString('base64'),
        CiphertextBlob: close(used, plain, EncryptionContext),
      };
    }),
    Sign: operation(signInput, (said) => {
      const { arn, material } = usable(said.KeyId, 'RSA_2048');
      return { KeyId: arn, ...sign(material, said) };
    }),
    GetPublicKey: operation(inputs.named, ({ KeyId }) => {
      const { arn, spec, material } = usable(KeyId, 'RSA_2048');
      const PublicKey = publicKey(material);
      return {
        ...{ KeyId: arn, PublicKey, KeySpec: spec, KeyUsage: usages[spec] },
        SigningAlgorithms: signingAlgorithms,
      };
    }),
  };

  return {
    operations,
    createKey: (logicalId, properties) => {
      const said = readProperties(keyProperties, `Key ${logicalId}`, properties);
      const { KeySpec: spec, KeyUsage: usage } = said;
      if (usages[spec] !== usage)
        throw new Error(`Key ${logicalId} is ${spec} for ${usage}, which this machine does not carry out.`);
      const id = stableId(`${account}/${region}/${logicalId}`);
      const arn = `arn:aws:kms:${region}:${account}:key/${id}`;
      const before = keys.value[id];
      const { material, createdAt } =
        before?.spec === spec ? before : { material: newMaterial[spec](), createdAt: now() };
      const { Description: description, Enabled: enabled } = said;
      keys.value[id] = { id, arn, spec, material, createdAt, description, enabled };
      keys.save();
      return { keyId: id, arn };
    },
    createAlias: (name, target) => {
      aliases.set(name, find(target).id);
    },
  };
}

const EncryptionAlgorithm = 'SYMMETRIC_DEFAULT';

const newMaterial: Readonly<Record<Spec, () => string>> = {
  SYMMETRIC_DEFAULT: () => randomBytes(32).toString('base64'),
  RSA_2048: newRsaKey,
};

function metadata(of: Key, account: string): object {
  return {
    AWSAccountId: account,
    KeyId: of.id,
    Arn: of.arn,
    CreationDate: of.createdAt / 1000,
    Description: of.description,
    Enabled: of.enabled,
    KeyState: of.enabled ? 'Enabled' : 'Disabled',
    KeyUsage: usages[of.spec],
    KeySpec: of.spec,
    ...(of.spec === 'RSA_2048'
      ? { SigningAlgorithms: signingAlgorithms }
      : { EncryptionAlgorithms: [EncryptionAlgorithm] }),
    KeyManager: 'CUSTOMER',
    Origin: 'AWS_KMS',
    MultiRegion: false,
  };
}

/** A UUID that depends on nothing but the name. */
function stableId(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
