// What a channel shows that it is the merchant with: its secrets, and the key that it signs with, in KMS or as PEM.
import type { KMSClient } from '@aws-sdk/client-kms';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PaymentError } from '../domain/errors.ts';
import { JsonRefused } from '../domain/strict-json.ts';
import { pemSigner } from '../gateways/crypto.ts';
import type { Credentials, Provider, Signer } from '../gateways/gateway.ts';
import type { ChannelRow } from '../store/channels.ts';
import type { DeclaredChannel } from './channels.ts';
import { misconfigured, orMisconfigured, passes } from './failures.ts';
import { getSecrets, secretsOf } from './secrets.ts';
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
  const kept = await readSecrets(keepers.secrets, declaration, row);
  const schema = secretsOf(adapter, row.signingKey !== undefined);
  const secrets = orMisconfigured(row, () => schema.parse(kept));
  const signer = row.signingKey
    ? inKms(keepers.keys, declaration, row, row.signingKey.name)
    : asPem(row, secrets, adapter);
  return { secrets, ...(signer && { signer }) };
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
  { secret_arn: arn }: DeclaredChannel,
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
