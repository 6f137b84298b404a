// A channel's secrets in Secrets Manager: one secret per channel, one version per configuration.
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { readJson } from '../domain/strict-json.ts';

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

/** @param version a new UUID: repeating the call with it writes nothing twice */
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
