// Secrets Manager of this machine: secrets with versions and the stages AWSCURRENT and AWSPREVIOUS.
import { createHash, randomUUID } from 'node:crypto';
import * as z from 'zod';
import { AwsError, type AwsOperations, operation } from './aws-json.ts';
import { durable } from './durable-state.ts';
import { generatedSecret, generateSecret } from './generated-secret.ts';
import { type Properties, readProperties, withoutBehaviour } from './properties.ts';
import { addVersion, type Secret, secretSchema, versionAt } from './secret-versions.ts';

export interface Secrets {
  readonly operations: AwsOperations;
  /** Takes resolved properties of AWS::SecretsManager::Secret. A secret that is kept keeps its versions. */
  readonly createSecret: (name: string, properties: Properties) => { arn: string };
}

export interface SecretsOptions {
  readonly region: string;
  readonly account: string;
  /** ms since 1970 */
  readonly now: () => number;
  /** where secrets outlive this process: in clear, readable by the file's owner */
  readonly file?: string;
}

const secretProperties = z.strictObject({
  Name: z.string().optional(),
  Description: z.string().optional(),
  GenerateSecretString: generatedSecret.optional(),
  KmsKeyId: z.string().optional(),
  SecretString: z.string().optional(),
  ...withoutBehaviour('ReplicaRegions', 'Tags'),
});

const inputs = {
  describe: z.strictObject({ SecretId: z.string() }),
  get: z.strictObject({
    SecretId: z.string(),
    VersionId: z.string().optional(),
    VersionStage: z.string().optional(),
  }),
  put: z.strictObject({
    SecretId: z.string(),
    ClientRequestToken: z.string().min(32).max(64).optional(),
    SecretBinary: z.base64().optional(),
    SecretString: z.string().optional(),
    VersionStages: z.array(z.string()).min(1).max(20).optional(),
  }),
};

export function openSecrets({ region, account, now, file }: SecretsOptions): Secrets {
  const secrets = durable(z.record(z.string(), secretSchema), {}, file);

  function find(id: string): Secret {
    const found = Object.values(secrets.value).find(
      ({ name, arn }) => id === name || id === arn || id === arn.slice(0, -'-123456'.length),
    );
    if (!found)
      throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
    return found;
  }

  const operations: AwsOperations = {
    DescribeSecret: operation(inputs.describe, ({ SecretId }) => description(find(SecretId))),
    GetSecretValue: operation(inputs.get, ({ SecretId, VersionId, VersionStage }) => {
      const secret = find(SecretId);
      const { id, version } = versionAt(secret, VersionId, VersionStage);
      return {
        ARN: secret.arn,
        Name: secret.name,
        VersionId: id,
        VersionStages: version.stages,
        CreatedDate: version.createdAt / 1000,
        ...version.content,
      };
    }),
    PutSecretValue: operation(inputs.put, ({ SecretId, ClientRequestToken, VersionStages, ...content }) => {
      const secret = find(SecretId);
      const id = ClientRequestToken ?? randomUUID();
      const version = addVersion(secret, id, content, now(), VersionStages);
      secrets.save();
      return { ARN: secret.arn, Name: secret.name, VersionId: id, VersionStages: version.stages };
    }),
  };

  return {
    operations,
    createSecret: (name, properties) => {
      const said = readProperties(secretProperties, `Secret ${name}`, properties);
      const arn = `arn:aws:secretsmanager:${region}:${account}:secret:${name}-${suffix(name)}`;
      const kept = secrets.value[name] ?? { createdAt: now(), changedAt: now(), versions: {} };
      const { Description: description, KmsKeyId: key } = said;
      const secret: Secret = {
        ...kept,
        name,
        arn,
        ...(description !== undefined && { description }),
        ...(key !== undefined && { key }),
      };
      secrets.value[name] = secret;
      const first = said.GenerateSecretString ? generateSecret(said.GenerateSecretString) : said.SecretString;
      if (first !== undefined && Object.keys(secret.versions).length === 0)
        addVersion(secret, randomUUID(), { SecretString: first }, now());
      secrets.save();
      return { arn };
    },
  };
}

/** Six characters, as in the cloud, but the same at every start. */
function suffix(name: string): string {
  return createHash('sha256').update(name).digest('base64').replace(/[+/]/g, 'x').slice(0, 6);
}

function description(secret: Secret): object {
  const versions = Object.entries(secret.versions).filter(([, { stages }]) => stages.length > 0);
  return {
    ARN: secret.arn,
    Name: secret.name,
    Description: secret.description,
    KmsKeyId: secret.key,
    CreatedDate: secret.createdAt / 1000,
    LastChangedDate: secret.changedAt / 1000,
    VersionIdsToStages: Object.fromEntries(versions.map(([id, { stages }]) => [id, stages])),
  };
}
