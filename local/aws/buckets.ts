// S3 of this machine, as far as the template needs it: buckets that something is put into.
import * as z from 'zod';
import { type Properties, readProperties, withoutBehaviour } from './properties.ts';

export interface LocalBuckets {
  /**
   * Takes resolved properties of AWS::S3::Bucket; a bucket that is there stays as it is. Nothing expires, and of an object only the newest version is kept.
   * @throws Error naming a property that is not carried out
   */
  createBucket(name: string, properties: Properties): Promise<{ arn: string }>;
  /** @throws Error with what the bucket answered */
  put(bucketArn: string, key: string, body: string): Promise<void>;
}

const bucket = z.strictObject({
  BucketName: z.string().optional(),
  ...withoutBehaviour('BucketEncryption', 'LifecycleConfiguration', 'LoggingConfiguration', 'Tags'),
  ...withoutBehaviour('OwnershipControls', 'PublicAccessBlockConfiguration', 'VersioningConfiguration'),
});

/** @param endpoint of the server that has S3's API */
export function openBuckets(endpoint: string): LocalBuckets {
  async function send(path: string, body?: string): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(new URL(path, endpoint), {
      method: 'PUT',
      ...(body === undefined ? {} : { body, headers }),
    });
    const answer = await response.text();
    if (!response.ok) throw new Error(`PUT ${path} was answered ${response.status}: ${answer}`);
  }
  return {
    createBucket: async (name, properties) => {
      readProperties(bucket, `Bucket ${name}`, properties);
      await send(`/${name}`);
      return { arn: `arn:aws:s3:::${name}` };
    },
    put: (bucketArn, key, body) => send(`/${bucketArn.split(':').at(-1) ?? ''}/${key}`, body),
  };
}
