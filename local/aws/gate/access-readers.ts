// What resources of the template say about access: policies of roles and of resources, and the keys that close them.
import * as z from 'zod';
import type { Created } from '../intrinsics.ts';
import { type Properties, readProperties } from '../properties.ts';
import type { Access } from './access.ts';

interface Where {
  /** `<stack>/<logical id>`, for sentences */
  readonly name: string;
  readonly account: string;
  readonly region: string;
}

/** Takes resolved properties, and what the resource answers to Ref and Fn::GetAtt. */
type AccessReader = (properties: Properties, created: Created, access: Access, where: Where) => void;

const text = z.string();
const policyIn = z.object({ PolicyDocument: z.record(text, z.unknown()) });

/** @param schema picks what concerns access; the rest is read, strictly, where the resource is made */
function reader<T>(
  schema: z.ZodType<T>,
  read: (said: T, created: Created & { arn: string }, access: Access, where: Where) => void,
): AccessReader {
  return (properties, created, access, where) => {
    const arn = created.attributes?.['Arn'] ?? created.ref;
    read(readProperties(schema, where.name, properties), { ...created, arn }, access, where);
  };
}

const keySchema = z.array(z.object({ AttributeName: text, KeyType: z.enum(['HASH', 'RANGE']) }));

const table = reader(
  z.object({
    KeySchema: keySchema,
    GlobalSecondaryIndexes: z.array(z.object({ IndexName: text, KeySchema: keySchema })).default([]),
    ResourcePolicy: policyIn.optional(),
    SSESpecification: z.object({ KMSMasterKeyId: text.optional() }).optional(),
  }),
  ({ KeySchema, GlobalSecondaryIndexes: indexes, ResourcePolicy, SSESpecification }, { arn }, access) => {
    const tables = [{ at: arn, keys: KeySchema }];
    const inIndexes = indexes.map((one) => ({ at: `${arn}/index/${one.IndexName}`, keys: one.KeySchema }));
    for (const { at, keys } of [...tables, ...inIndexes])
      for (const { AttributeName, KeyType } of keys)
        if (KeyType === 'HASH') access.addPartitionKey(at, AttributeName);
    if (ResourcePolicy) access.addResourcePolicy(arn, ResourcePolicy.PolicyDocument);
    if (SSESpecification?.KMSMasterKeyId) access.addKeyOf(arn, SSESpecification.KMSMasterKeyId);
  },
);

const bucket = reader(
  z.object({
    BucketEncryption: z
      .object({
        ServerSideEncryptionConfiguration: z.array(
          z.object({ ServerSideEncryptionByDefault: z.object({ KMSMasterKeyID: text.optional() }) }),
        ),
      })
      .optional(),
  }),
  ({ BucketEncryption }, { arn }, access) => {
    for (const { ServerSideEncryptionByDefault: by } of BucketEncryption?.ServerSideEncryptionConfiguration ??
      [])
      if (by.KMSMasterKeyID) access.addKeyOf(arn, by.KMSMasterKeyID);
  },
);

const role = reader(
  z.object({
    ManagedPolicyArns: z.array(text).default([]),
    Policies: z.array(policyIn).default([]),
    PermissionsBoundary: z.never({ error: 'permission boundaries are not judged' }).optional(),
  }),
  (said, { arn }, access) => {
    access.addRole(arn, [...said.ManagedPolicyArns, ...said.Policies.map((one) => one.PolicyDocument)]);
  },
);

export const accessReaders: Readonly<Record<string, AccessReader>> = {
  'AWS::DynamoDB::Table': table,
  'AWS::Events::EventBus': reader(
    z.object({ KmsKeyIdentifier: text.optional(), Policy: z.record(text, z.unknown()).optional() }),
    ({ KmsKeyIdentifier: key, Policy: policy }, { arn }, access) => {
      if (key) access.addKeyOf(arn, key);
      if (policy) access.addResourcePolicy(arn, policy);
    },
  ),
  'AWS::IAM::ManagedPolicy': reader(policyIn, ({ PolicyDocument }, { ref }, access) => {
    access.addPolicy(ref, PolicyDocument);
  }),
  'AWS::IAM::Policy': reader(
    policyIn.extend({ Roles: z.array(text) }),
    ({ PolicyDocument, Roles }, _created, access, { account }) => {
      for (const name of Roles) access.addRole(`arn:aws:iam::${account}:role/${name}`, [PolicyDocument]);
    },
  ),
  'AWS::IAM::Role': role,
  'AWS::KMS::Key': reader(
    z.object({ KeyPolicy: z.record(text, z.unknown()).optional() }),
    ({ KeyPolicy }, { arn }, access) => {
      if (KeyPolicy) access.addResourcePolicy(arn, KeyPolicy);
    },
  ),
  'AWS::Logs::LogGroup': reader(z.object({ KmsKeyId: text.optional() }), ({ KmsKeyId }, { arn }, access) => {
    if (KmsKeyId) access.addKeyOf(arn, KmsKeyId);
  }),
  'AWS::S3::Bucket': bucket,
  'AWS::S3::BucketPolicy': reader(policyIn.extend({ Bucket: text }), (said, _created, access) => {
    access.addResourcePolicy(`arn:aws:s3:::${said.Bucket.toLowerCase()}`, said.PolicyDocument);
  }),
  'AWS::SecretsManager::Secret': reader(
    z.object({ KmsKeyId: text.optional(), Name: text.optional() }),
    ({ KmsKeyId, Name }, { ref }, access) => {
      access.addSecret(Name ?? ref, ref);
      if (KmsKeyId) access.addKeyOf(ref, KmsKeyId);
    },
  ),
  'AWS::SecretsManager::ResourcePolicy': reader(
    z.object({ ResourcePolicy: z.record(text, z.unknown()), SecretId: text }),
    (said, _created, access) => {
      access.addResourcePolicy(access.secretArn(said.SecretId) ?? said.SecretId, said.ResourcePolicy);
    },
  ),
  'AWS::SQS::Queue': reader(
    z.object({ KmsMasterKeyId: text.optional() }),
    ({ KmsMasterKeyId: key }, { arn }, access) => {
      if (key) access.addKeyOf(arn, key);
    },
  ),
  'AWS::SQS::QueuePolicy': reader(
    policyIn.extend({ Queues: z.array(text) }),
    ({ PolicyDocument, Queues }, _created, access, { account, region }) => {
      for (const url of Queues)
        access.addResourcePolicy(
          `arn:aws:sqs:${region}:${account}:${url.split('/').at(-1) ?? ''}`,
          PolicyDocument,
        );
    },
  ),
};
