// A channel's secrets in Secrets Manager: one secret per channel, and a second one for readers of callbacks where they need
// any; one version per configuration, under the same id in both.
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import { readJson } from '../domain/strict-json.ts';
import type { Provider } from '../gateways/provider.ts';

/** What is secret of a channel: all that its provider asks for, but a key that is in KMS. */
export function secretsOf(provider: Provider, keyInKms: boolean): z.ZodObject {
  if (!keyInKms) return provider.secretsSchema;
  return members(provider, (name) => name !== provider.signingSecret);
}

/** What of it the readers of callbacks get; it is kept in a secret of its own. */
export function readerSecretsOf(provider: Provider): z.ZodObject {
  return members(provider, (name) => provider.readerSecrets?.includes(name) ?? false);
}

function members({ secretsSchema }: Provider, wanted: (name: string) => boolean): z.ZodObject {
  return z.strictObject(
    Object.fromEntries(Object.entries(secretsSchema.shape).filter(([name]) => wanted(name))),
  );
}

/**
 * @param version the version that the channel's row names: row and secret are always of one configuration
 * @throws Error of the SDK when it cannot be had, JsonRefused when it cannot be read
 */
export async function getSecrets(
  client: SecretsManagerClient,
  arn: string,
  version: string,
): Promise<unknown> {
  const answer = await client.send(new GetSecretValueCommand({ SecretId: arn, VersionId: version }));
  return readJson(Buffer.from(answer.SecretString ?? ''));
}

/**
 * The label AWSCURRENT goes to this version whether or not a row comes to name it: versions are asked for by their ids, and
 * AWS removes unlabelled ones only where there are more than 100. A label for each would end at the twentieth.
 * @param version a new UUID: repeating the call with it writes nothing twice
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html
 */
export async function putSecrets(
  client: SecretsManagerClient,
  arn: string,
  version: string,
  secrets: object,
): Promise<void> {
  await client.send(
    new PutSecretValueCommand({
      SecretId: arn,
      ClientRequestToken: version,
      SecretString: JSON.stringify(secrets),
    }),
  );
}
