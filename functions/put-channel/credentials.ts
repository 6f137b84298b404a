// What a channel signs and shows itself with: which key, and which secrets come or stay.
import { validate } from '../../lib/api/validation.ts';
import type { DeclaredChannel } from '../../lib/channels/declared.ts';
import { readerSecretsOf, secretsOf } from '../../lib/channels/secrets.ts';
import { newUuid } from '../../lib/domain/ids.ts';
import type { Ports } from '../../lib/domain/ports.ts';
import type { Provider } from '../../lib/gateways/provider.ts';
import type { ChannelRow, SigningKey } from '../../lib/store/channels.ts';
import { invalid, pick } from './refusals.ts';

export interface Vaults {
  /** @param version a new UUID */
  readonly putSecrets: (arn: string, version: string, secrets: object) => Promise<void>;
  /** @returns PEM (SPKI). @throws PaymentError CHANNEL_CONFIG_INVALID, GATEWAY_UNAVAILABLE */
  readonly publicHalf: (arn: string, name: string) => Promise<string>;
  readonly ports: Ports;
}

export interface Sent {
  readonly channel: DeclaredChannel;
  readonly provider: Provider;
  readonly body: Readonly<Record<string, unknown>> & { readonly signing_key?: string | null | undefined };
  readonly before: ChannelRow | undefined;
}

type Credentials = Pick<ChannelRow, 'signingKey' | 'secretVersion' | 'fingerprints'>;

/**
 * 1. which key signs · 2. which secrets go with it · 3. its public half is had · 4. the secrets are kept. Nothing is kept
 * before all was judged.
 * @throws PaymentError
 * @see SPEC R11.2
 */
export async function keepCredentials(vaults: Vaults, sent: Sent): Promise<Credentials> {
  const { channel, provider, body, before } = sent;
  const key = keyOf(sent);
  if (key) onlyInKms(sent, key);
  const schema = secretsOf(provider, key !== undefined);
  const coming = pick(body, schema.shape);
  const asBefore = before && (key !== undefined) === (before.signingKey !== undefined);
  const secrets = asBefore && Object.keys(coming).length === 0 ? undefined : validate(schema, coming);
  const signingKey = key && (await whole(vaults, key));
  return {
    ...(signingKey && { signingKey }),
    ...(secrets ? await keepSecrets(vaults, channel, provider, secrets) : staying(before)),
  };
}

/** One that stays, or one that the stage declares. */
type Key = SigningKey | { readonly name: string; readonly arn: string };

function keyOf({ channel, body: { signing_key: name }, before }: Sent): Key | undefined {
  if (name === undefined) return stillDeclared(channel, before?.signingKey);
  if (name === null) return undefined;
  const { signing_keys: declared = {} } = channel;
  const arn = Object.hasOwn(declared, name) ? declared[name] : undefined;
  if (arn !== undefined) return { name, arn };
  // Its name is not said back: it may be a key that was put into the wrong field.
  throw invalid(
    'signing_key',
    `Channel ${channel.code} has no signing key of this name. Its keys are: ${Object.keys(declared).join(', ') || 'none'} (infra/config.ts).`,
  );
}

/** Under a key that nobody can use any more the channel would be configured, and refuse every payment. */
function stillDeclared(
  { code, signing_keys: declared = {} }: DeclaredChannel,
  key: SigningKey | undefined,
): SigningKey | undefined {
  if (!key || Object.hasOwn(declared, key.name)) return key;
  throw invalid(
    'signing_key',
    `Channel ${code} signs with key "${key.name}", which the stage does not declare any more: it cannot take payments. Name another in signing_key once the provider has its public half, which GET shows. Its keys are: ${Object.keys(declared).join(', ') || 'none; declare one under a new name (infra/config.ts)'}.`,
  );
}

/** Who sends a private key for a channel whose key is in KMS takes it for something that it is not. */
function onlyInKms({ channel, provider, body }: Sent, { name }: Key): void {
  const { signingSecret } = provider;
  if (signingSecret === undefined)
    throw invalid('signing_key', `A channel of provider "${provider.name}" signs with no key of its own.`);
  if (body[signingSecret] !== undefined)
    throw invalid(
      signingSecret,
      `Channel ${channel.code} signs with key "${name}" of KMS: a private key that is sent here would have left KMS, or is another. Leave ${signingSecret} out, or send signing_key null with it.`,
    );
}

async function whole({ publicHalf }: Vaults, key: Key): Promise<SigningKey> {
  if (!('arn' in key)) return key;
  return { name: key.name, publicKey: await publicHalf(key.arn, key.name) };
}

/** As a new version, under one id for those who call and for those who only read; where nothing is secret there is none. */
async function keepSecrets(
  { putSecrets, ports }: Vaults,
  channel: DeclaredChannel,
  provider: Provider,
  secrets: object,
): Promise<Pick<ChannelRow, 'secretVersion' | 'fingerprints'>> {
  if (Object.keys(secrets).length === 0) return { fingerprints: {} };
  const secretVersion = newUuid(ports);
  const fingerprints = provider.fingerprints(secrets);
  await putSecrets(channel.secret_arn ?? '', secretVersion, secrets);
  if (provider.readerSecrets !== undefined) {
    const ofReader = pick(secrets, readerSecretsOf(provider).shape);
    await putSecrets(channel.reader_secret_arn ?? '', secretVersion, ofReader);
  }
  return { secretVersion, fingerprints };
}

function staying(before: ChannelRow | undefined): Pick<ChannelRow, 'secretVersion' | 'fingerprints'> {
  const { secretVersion, fingerprints = {} } = before ?? {};
  return { ...(secretVersion !== undefined && { secretVersion }), fingerprints };
}
