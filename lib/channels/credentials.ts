// What a channel shows that it is the merchant with: its secrets, and the key that it signs with, in KMS or as PEM. And what
// it proves callbacks with, which is less.
import type { KMSClient } from '@aws-sdk/client-kms';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PaymentError } from '../domain/errors.ts';
import { JsonRefused } from '../domain/strict-json.ts';
import { pemSigner } from '../gateways/crypto.ts';
import type { Signer } from '../gateways/gateway.ts';
import type { Credentials, Proofs, Provider } from '../gateways/provider.ts';
import type { ChannelRow } from '../store/channels.ts';
import type { DeclaredChannel } from './declared.ts';
import { misconfigured, orMisconfigured, passes } from './failures.ts';
import { getSecrets, readerSecretsOf, secretsOf } from './secrets.ts';
import { kmsSigner } from './signers.ts';

export interface Keepers {
  readonly secrets: SecretsManagerClient;
  readonly keys: KMSClient;
}

/**
 * Where the key is in KMS, no private key is read; where nothing else is secret, nothing is.
 * @throws PaymentError CHANNEL_MISCONFIGURED, GATEWAY_UNAVAILABLE
 * @see SPEC R11.2
 */
export async function readCredentials(
  keepers: Keepers,
  declaration: DeclaredChannel,
  row: ChannelRow,
  adapter: Provider,
): Promise<Credentials<object>> {
  const kept = await readSecrets(keepers.secrets, declaration.secret_arn, row);
  const schema = secretsOf(adapter, row.signingKey !== undefined);
  const secrets = orMisconfigured(row, () => schema.parse(kept));
  const signer = row.signingKey
    ? inKms(keepers.keys, declaration, row, row.signingKey.name)
    : asPem(row, secrets, adapter);
  return { secrets, platformKeys: row.platformKeys ?? {}, ...(signer && { signer }) };
}

/**
 * No secret is read where the provider names none for its readers.
 * @throws PaymentError CHANNEL_MISCONFIGURED, GATEWAY_UNAVAILABLE
 */
export async function readProofs(
  client: SecretsManagerClient,
  declaration: DeclaredChannel,
  row: ChannelRow,
  adapter: Provider,
): Promise<Proofs<object>> {
  const platformKeys = row.platformKeys ?? {};
  if (adapter.readerSecrets === undefined) return { secrets: {}, platformKeys };
  const kept = await readSecrets(client, declaration.reader_secret_arn, row);
  return { secrets: orMisconfigured(row, () => readerSecretsOf(adapter).parse(kept)), platformKeys };
}

function inKms(
  keys: KMSClient,
  { signing_keys = {} }: DeclaredChannel,
  row: ChannelRow,
  name: string,
): Signer {
  const arn = Object.hasOwn(signing_keys, name) ? signing_keys[name] : undefined;
  if (arn === undefined) throw misconfigured(row, new Error(`the stage declares no signing key "${name}"`));
  return kmsSigner(keys, arn, name);
}

function asPem(
  { secretVersion = '' }: ChannelRow,
  secrets: Record<string, unknown>,
  { signingSecret }: Provider,
) {
  const pem = signingSecret === undefined ? undefined : secrets[signingSecret];
  return typeof pem === 'string' ? pemSigner(secretVersion, pem) : undefined;
}

async function readSecrets(
  client: SecretsManagerClient,
  arn: string | undefined,
  row: ChannelRow,
): Promise<unknown> {
  if (row.secretVersion === undefined) return {};
  if (!arn) throw new Error(`This function may not read the secret of ${row.channelCode}.`);
  return getSecrets(client, arn, row.secretVersion).catch((cause: unknown) => {
    throw passes(cause) && !(cause instanceof JsonRefused)
      ? new PaymentError('GATEWAY_UNAVAILABLE', { retryAfter: 5 }, { cause })
      : misconfigured(row, cause);
  });
}
