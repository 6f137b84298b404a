import { constants, createPublicKey, hash, type KeyObject, randomBytes, verify } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import {
  DescribeKeyCommand,
  EncryptCommand,
  GetPublicKeyCommand,
  SignCommand,
  type SignCommandInput,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startForTests } from './services.ts';
import { withDirectory } from './support.ts';

const signing = { KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY', PendingWindowInDays: 30 };
const SigningAlgorithm = 'RSASSA_PKCS1_V1_5_SHA_256';
const text = Buffer.from('app_id=2021004100000018&biz_content={}&sign_type=RSA2');

type Machine = Awaited<ReturnType<typeof startForTests>>;

async function publicKeyOf({ kms }: Machine, KeyId: string): Promise<KeyObject> {
  const { PublicKey = new Uint8Array() } = await kms.send(new GetPublicKeyCommand({ KeyId }));
  return createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' });
}

/** By node:crypto, which knows nothing of how it was made. */
function fits(publicKey: KeyObject, message: Buffer, signature: Uint8Array | undefined): boolean {
  const key = { key: publicKey, padding: constants.RSA_PKCS1_PADDING };
  return verify('sha256', message, key, signature ?? Buffer.alloc(0));
}

describe('a signing key of KMS', () => {
  let machine: Machine;
  let arn: string;
  beforeAll(async () => {
    machine = await startForTests();
    ({ arn } = machine.services.createKey('Signer', signing));
    machine.services.createAlias('alias/payments/channels/ALIPAY/v1', arn);
  });
  afterAll(() => machine.stop());

  const sign = (changes: Partial<SignCommandInput>) =>
    machine.kms.send(
      new SignCommand({
        ...{ KeyId: arn, SigningAlgorithm, MessageType: 'DIGEST' },
        ...{ Message: hash('sha256', text, 'buffer'), ...changes },
      }),
    );

  it('signs a digest as its public half says, by ARN and alias', async () => {
    const publicKey = await publicKeyOf(machine, arn);
    expect(publicKey.asymmetricKeyDetails).toMatchObject({ modulusLength: 2048, publicExponent: 65537n });
    for (const KeyId of [arn, 'alias/payments/channels/ALIPAY/v1']) {
      const answer = await sign({ KeyId });
      expect(answer).toMatchObject({ KeyId: arn, SigningAlgorithm });
      expect(answer.Signature).toHaveLength(256);
      expect(fits(publicKey, text, answer.Signature)).toBe(true);
      expect(fits(publicKey, Buffer.from(`${text.toString()} `), answer.Signature)).toBe(false);
    }
  });

  it('signs a message whole up to 4,096 bytes, to the same effect', async () => {
    const long = randomBytes(4096);
    const raw = await sign({ Message: long, MessageType: 'RAW' });
    const unsaid = await sign({ Message: long, MessageType: undefined });
    const digested = await sign({ Message: hash('sha256', long, 'buffer') });
    expect(raw.Signature).toEqual(digested.Signature);
    expect(unsaid.Signature).toEqual(digested.Signature);
    expect(fits(await publicKeyOf(machine, arn), long, raw.Signature)).toBe(true);
  });

  it.each<[string, Partial<SignCommandInput>, string]>([
    ['a message of 4,097 bytes', { Message: randomBytes(4097), MessageType: 'RAW' }, '1 to 4096 bytes'],
    ['a digest of another length', { Message: randomBytes(31) }, 'Digest is invalid length'],
    ['a text as digest', { Message: text }, 'Digest is invalid length'],
    ['PSS', { SigningAlgorithm: 'RSASSA_PSS_SHA_256' }, 'RSASSA_PSS_SHA_256 is not carried out'],
    ['SHA-512', { SigningAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_512' }, 'SHA_512 is not carried out'],
    ['a dry run', { DryRun: true }, 'DryRun'],
  ])('refuses %s', async (_, changes, words) => {
    await expect(sign(changes)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining(words) as unknown,
    });
  });

  it('does nothing but sign, and other keys do not sign', async () => {
    const wrong = { name: 'InvalidKeyUsageException' };
    const closing = machine.services.createKey('Closing', {});
    await expect(sign({ KeyId: closing.arn })).rejects.toMatchObject(wrong);
    await expect(publicKeyOf(machine, closing.arn)).rejects.toMatchObject(wrong);
    const closed = new EncryptCommand({ KeyId: arn, Plaintext: text });
    await expect(machine.kms.send(closed)).rejects.toMatchObject(wrong);
  });

  it('does not sign while it is disabled, nor when it is not there', async () => {
    const off = machine.services.createKey('Off', { ...signing, Enabled: false });
    await expect(sign({ KeyId: off.arn })).rejects.toMatchObject({ name: 'DisabledException' });
    await expect(publicKeyOf(machine, off.arn)).rejects.toMatchObject({ name: 'DisabledException' });
    await expect(sign({ KeyId: 'alias/nobody' })).rejects.toMatchObject({ name: 'NotFoundException' });
  });

  it('is described as what it is', async () => {
    const { KeyMetadata } = await machine.kms.send(new DescribeKeyCommand({ KeyId: arn }));
    expect(KeyMetadata).toMatchObject({ KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY', Origin: 'AWS_KMS' });
    expect(KeyMetadata?.SigningAlgorithms).toContain(SigningAlgorithm);
    expect(KeyMetadata?.EncryptionAlgorithms).toBeUndefined();
  });

  it('is kept in a directory, for the owner only: what it signed before still fits', async () => {
    await withDirectory(async (dataDir) => {
      const keys: string[] = [];
      for (let start = 0; start < 2; start += 1) {
        const kept = await startForTests({ dataDir });
        const { arn: KeyId } = kept.services.createKey('Signer', signing);
        const publicKey = await publicKeyOf(kept, KeyId);
        keys.push(publicKey.export({ type: 'spki', format: 'pem' }).toString());
        await kept.stop();
      }
      expect(keys[1]).toBe(keys[0]);
      expect(statSync(join(dataDir, 'keys.json')).mode & 0o777).toBe(0o600);
    });
  });
});
