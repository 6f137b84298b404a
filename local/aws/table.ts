// From the resolved properties of a table in the template to DynamoDB's own requests. Both shapes are read: the plain
// table, and the global table with a single replica.
import type { CreateTableCommandInput, TableDescription } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { type Properties, readProperties, withoutBehaviour } from './properties.ts';

const text = z.string();

const capacity = [
  'ContributorInsightsSpecification',
  'OnDemandThroughput',
  'ProvisionedThroughput',
  'ReadOnDemandThroughputSettings',
  'ReadProvisionedThroughputSettings',
  'WarmThroughput',
  'WriteOnDemandThroughputSettings',
  'WriteProvisionedThroughputSettings',
];
const keeping = [
  'DeletionProtectionEnabled',
  'PointInTimeRecoverySpecification',
  'ResourcePolicy',
  'SSESpecification',
  'TableClass',
  'Tags',
];

const keySchema = z.array(z.strictObject({ AttributeName: text, KeyType: z.enum(['HASH', 'RANGE']) })).min(1);

const index = z.strictObject({
  IndexName: text,
  KeySchema: keySchema,
  Projection: z.strictObject({
    ProjectionType: z.enum(['ALL', 'INCLUDE', 'KEYS_ONLY']),
    NonKeyAttributes: z.array(text).optional(),
  }),
  ...withoutBehaviour(...capacity),
});

const table = z.strictObject({
  TableName: text.optional(),
  AttributeDefinitions: z.array(
    z.strictObject({ AttributeName: text, AttributeType: z.enum(['B', 'N', 'S']) }),
  ),
  KeySchema: keySchema,
  GlobalSecondaryIndexes: z.array(index).optional(),
  LocalSecondaryIndexes: z.array(index).optional(),
  StreamSpecification: z
    .strictObject({
      StreamViewType: z.enum(['KEYS_ONLY', 'NEW_AND_OLD_IMAGES', 'NEW_IMAGE', 'OLD_IMAGE']),
      ...withoutBehaviour('ResourcePolicy'),
    })
    .optional(),
  TimeToLiveSpecification: z
    .strictObject({ AttributeName: text.optional(), Enabled: z.boolean() })
    .optional(),
  Replicas: z
    .array(
      z.strictObject({
        Region: text,
        ...withoutBehaviour(...capacity, ...keeping, 'GlobalSecondaryIndexes', 'ReplicaStreamSpecification'),
      }),
    )
    .max(1, 'there is one region here')
    .optional(),
  ...withoutBehaviour('BillingMode', ...capacity, ...keeping),
});

export interface TableRequest {
  readonly create: CreateTableCommandInput;
  /** attribute that holds the time of expiry, in seconds */
  readonly timeToLive?: string;
}

/** @throws Error naming a property that this machine does not carry out */
export function tableRequest(name: string, properties: Properties): TableRequest {
  const said = readProperties(table, `Table ${name}`, properties);
  const { StreamSpecification: stream, TimeToLiveSpecification: expiry } = said;
  return {
    create: {
      TableName: name,
      AttributeDefinitions: said.AttributeDefinitions,
      KeySchema: said.KeySchema,
      BillingMode: 'PAY_PER_REQUEST',
      ...(said.GlobalSecondaryIndexes && { GlobalSecondaryIndexes: said.GlobalSecondaryIndexes.map(bare) }),
      ...(said.LocalSecondaryIndexes && { LocalSecondaryIndexes: said.LocalSecondaryIndexes.map(bare) }),
      ...(stream && {
        StreamSpecification: { StreamEnabled: true, StreamViewType: stream.StreamViewType },
      }),
    },
    ...(expiry?.Enabled && expiry.AttributeName !== undefined && { timeToLive: expiry.AttributeName }),
  };
}

function bare({ IndexName, KeySchema, Projection }: z.infer<typeof index>) {
  return { IndexName, KeySchema, Projection };
}

/** Whether a table that is already there serves the request; which attributes an index carries is not compared. */
export function serves(existing: TableDescription, { create }: TableRequest): boolean {
  return shape(existing) === shape(create);
}

function shape(of: TableDescription | CreateTableCommandInput): string {
  const keys = (schema: TableDescription['KeySchema'] = []) =>
    schema.map(({ AttributeName, KeyType }) => `${KeyType ?? ''}:${AttributeName ?? ''}`).sort();
  const indexes = [...(of.GlobalSecondaryIndexes ?? []), ...(of.LocalSecondaryIndexes ?? [])];
  return JSON.stringify([
    keys(of.KeySchema),
    indexes.map(({ IndexName, KeySchema }) => [IndexName, keys(KeySchema)]).sort(),
    of.StreamSpecification?.StreamViewType,
  ]);
}
