// The versions of one secret: a stage stands on one version at a time, and what leaves AWSCURRENT becomes AWSPREVIOUS.
import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import { AwsError } from './aws-json.ts';

const content = z.union([
  z.strictObject({ SecretString: z.string() }),
  z.strictObject({ SecretBinary: z.base64() }),
]);

const version = z.object({
  content,
  stages: z.array(z.string()),
  /** ms since 1970 */
  createdAt: z.number(),
});
export type SecretVersion = z.infer<typeof version>;

export const secretSchema = z.object({
  name: z.string(),
  arn: z.string(),
  description: z.string().optional(),
  key: z.string().optional(),
  createdAt: z.number(),
  changedAt: z.number(),
  /** by version id; a version without stages may still be asked for by its id */
  versions: z.record(z.string(), version),
});
export type Secret = z.infer<typeof secretSchema>;

const current = 'AWSCURRENT';
const previous = 'AWSPREVIOUS';
/** bytes */
const sizeLimit = 65_536;

/** @throws AwsError ResourceNotFoundException when there is no such version */
export function versionAt(
  secret: Secret,
  id?: string,
  stage?: string,
): { id: string; version: SecretVersion } {
  const wanted = stage ?? (id === undefined ? current : undefined);
  const found = Object.entries(secret.versions).find(
    ([key, { stages }]) => (id ?? key) === key && (wanted === undefined || stages.includes(wanted)),
  );
  if (found) return { id: found[0], version: found[1] };
  const missing = id === undefined ? `staging label: ${wanted ?? ''}` : `VersionId: ${id}`;
  throw new AwsError(
    'ResourceNotFoundException',
    `Secrets Manager can't find the specified secret value for ${missing}`,
  );
}

/**
 * Adds a version, or finds that it is there already with the same content.
 * @param at ms since 1970
 * @throws AwsError ResourceExistsException when the id belongs to other content
 */
export function addVersion(
  secret: Secret,
  id: string,
  value: { SecretString?: string | undefined; SecretBinary?: string | undefined },
  at: number,
  stages: readonly string[] = [current],
): SecretVersion {
  const read = content.safeParse(value);
  if (!read.success)
    throw new AwsError('InvalidParameterException', 'You must provide either SecretString or SecretBinary.');
  if (Object.values(read.data).some((text: string) => Buffer.byteLength(text) > sizeLimit))
    throw new AwsError('InvalidParameterException', `A secret has at most ${sizeLimit} bytes.`);
  const existing = secret.versions[id];
  if (existing && isDeepStrictEqual(existing.content, read.data)) return existing;
  if (existing)
    throw new AwsError('ResourceExistsException', `Version ${id} exists already, with other content.`);
  const added: SecretVersion = { content: read.data, stages: [], createdAt: at };
  const first = Object.keys(secret.versions).length === 0;
  secret.versions[id] = added;
  for (const stage of new Set(first ? [current, ...stages] : stages)) moveStage(secret, stage, added);
  secret.changedAt = at;
  return added;
}

function moveStage(secret: Secret, stage: string, to: SecretVersion): void {
  const from = Object.values(secret.versions).find(({ stages }) => stages.includes(stage));
  if (from) from.stages = from.stages.filter((each) => each !== stage);
  to.stages.push(stage);
  if (from && stage === current) moveStage(secret, previous, from);
}
