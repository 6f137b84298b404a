import {
  type ConditionalCheckFailedException,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type LocalDynamo, startDynamo } from '../../../local/aws/dynamodb.ts';
import { clientOf, withDirectory } from './support.ts';

const pk = { AttributeName: 'pk', KeyType: 'HASH' };
const keys = {
  AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
  KeySchema: [pk],
};
const kept = {
  BillingMode: 'PAY_PER_REQUEST',
  DeletionProtectionEnabled: true,
  PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
  ResourcePolicy: { PolicyDocument: {} },
  SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: 'key' },
  Tags: [{ Key: 'stage', Value: 'local' }],
};

describe('DynamoDB of this machine', () => {
  let dynamo: LocalDynamo;
  let client: DynamoDBClient;
  beforeAll(async () => {
    dynamo = await startDynamo();
    client = new DynamoDBClient(clientOf(dynamo.endpoint));
  });
  afterAll(async () => {
    client.destroy();
    await dynamo.stop();
  });

  it('makes the table of a template, with index, stream and expiry', async () => {
    const created = await dynamo.createTable('shop-payments', {
      ...kept,
      AttributeDefinitions: ['pk', 'sk', 'due'].map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S',
      })),
      KeySchema: [pk, { AttributeName: 'sk', KeyType: 'RANGE' }],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'by-due',
          KeySchema: [{ AttributeName: 'due', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['amount'] },
        },
      ],
      StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
      TimeToLiveSpecification: { AttributeName: 'expires_at_epoch', Enabled: true },
    });
    expect(created.arn).toBe('arn:aws:dynamodb:us-east-1:000000000000:table/shop-payments');
    expect(created.streamArn).toMatch(
      /^arn:aws:dynamodb:us-east-1:000000000000:table\/shop-payments\/stream\/.+/,
    );
    const ttl = await client.send(new DescribeTimeToLiveCommand({ TableName: 'shop-payments' }));
    expect(ttl.TimeToLiveDescription?.AttributeName).toBe('expires_at_epoch');
    const Item = { pk: { S: 'a' }, sk: { S: 'b' }, due: { S: 'now' }, amount: { N: '1' }, other: { S: 'x' } };
    await client.send(new PutItemCommand({ TableName: 'shop-payments', Item }));
    const found = await client.send(
      new QueryCommand({
        TableName: 'shop-payments',
        IndexName: 'by-due',
        KeyConditionExpression: 'due = :due',
        ExpressionAttributeValues: { ':due': { S: 'now' } },
      }),
    );
    expect(found.Items).toEqual([{ pk: { S: 'a' }, sk: { S: 'b' }, due: { S: 'now' }, amount: { N: '1' } }]);
  });

  it('makes a global table with one replica', async () => {
    const { arn, streamArn } = await dynamo.createTable('world', {
      ...keys,
      BillingMode: 'PAY_PER_REQUEST',
      Replicas: [{ Region: 'us-east-1', DeletionProtectionEnabled: true, SSESpecification: {}, Tags: [] }],
      SSESpecification: { SSEEnabled: true },
    });
    expect(arn).toMatch(/world$/);
    expect(streamArn).toBeUndefined();
    const { Table } = await client.send(new DescribeTableCommand({ TableName: 'world' }));
    expect(Table?.KeySchema).toEqual([pk]);
  });

  it('names a property that it does not carry out', async () => {
    const more = { ...keys, KinesisStreamSpecification: { StreamArn: 'arn' } };
    await expect(dynamo.createTable('odd', more)).rejects.toThrow(
      'Table odd has the property KinesisStreamSpecification, which this machine does not carry out.',
    );
    const replicas = { ...keys, Replicas: [{ Region: 'us-east-1' }, { Region: 'eu-west-1' }] };
    await expect(dynamo.createTable('odd', replicas)).rejects.toThrow('Replicas');
  });

  it('recognises a transaction by its token, and says why another one fails', async () => {
    await dynamo.createTable('facts', keys);
    const write = (token: string, value: string) =>
      client.send(
        new TransactWriteItemsCommand({
          ClientRequestToken: token,
          TransactItems: [
            {
              Put: {
                TableName: 'facts',
                Item: { pk: { S: 'one' }, value: { S: value } },
                ConditionExpression: 'attribute_not_exists(pk)',
                ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
              },
            },
          ],
        }),
      );
    await write('token-1', 'first');
    await expect(write('token-1', 'first')).resolves.toBeDefined();
    await expect(write('token-1', 'other')).rejects.toMatchObject({
      name: 'IdempotentParameterMismatchException',
    });
    const refused: unknown = await write('token-2', 'first').catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(TransactionCanceledException);
    expect((refused as TransactionCanceledException).CancellationReasons).toEqual([
      expect.objectContaining({
        Code: 'ConditionalCheckFailed',
        Item: { pk: { S: 'one' }, value: { S: 'first' } },
      }),
    ]);
    const rival = new PutItemCommand({
      TableName: 'facts',
      Item: { pk: { S: 'one' } },
      ConditionExpression: 'attribute_not_exists(pk)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    const failed: unknown = await client.send(rival).catch((error: unknown) => error);
    expect((failed as ConditionalCheckFailedException).Item).toEqual({
      pk: { S: 'one' },
      value: { S: 'first' },
    });
  });
});

describe('kept tables', () => {
  it('are there again with their items, stream and expiry, and refuse another shape', async () => {
    await withDirectory(async (dataDir) => {
      const properties = {
        ...keys,
        StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
        TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
      };
      const before = await startDynamo({ dataDir });
      const first = await before.createTable('events', properties);
      const writer = new DynamoDBClient(clientOf(before.endpoint));
      await writer.send(new PutItemCommand({ TableName: 'events', Item: { pk: { S: 'kept' } } }));
      writer.destroy();
      await before.stop();

      const after = await startDynamo({ dataDir });
      const reader = new DynamoDBClient(clientOf(after.endpoint));
      await expect(after.createTable('events', properties)).resolves.toEqual(first);
      const { Item } = await reader.send(
        new GetItemCommand({ TableName: 'events', Key: { pk: { S: 'kept' } } }),
      );
      expect(Item).toEqual({ pk: { S: 'kept' } });
      await expect(after.createTable('events', keys)).rejects.toThrow(
        'Table events is kept from an earlier start and has other keys, indexes or stream',
      );
      reader.destroy();
      await after.stop();
    });
  });
});

describe('where there is no embedded server', () => {
  afterEach(() => {
    delete process.env['DYNAMODB_ENDPOINT'];
  });

  it('says in one sentence what did not start, and the way out', async () => {
    await expect(startDynamo({ binary: '/nowhere/dynamo' })).rejects.toThrow(
      /^The embedded DynamoDB \(\/nowhere\/dynamo\) did not start: .*DYNAMODB_ENDPOINT=/s,
    );
  });

  it('names the platform', async () => {
    const real = Object.getOwnPropertyDescriptor(process, 'arch');
    Object.defineProperty(process, 'arch', { ...real, value: 'pdp11' });
    try {
      await expect(startDynamo()).rejects.toThrow(
        `There is no embedded DynamoDB for this platform (${process.platform}-pdp11).`,
      );
    } finally {
      if (real) Object.defineProperty(process, 'arch', real);
    }
  });

  it('uses the server that DYNAMODB_ENDPOINT names, and leaves it running', async () => {
    const other = await startDynamo();
    process.env['DYNAMODB_ENDPOINT'] = other.endpoint;
    const dynamo = await startDynamo();
    expect(dynamo.endpoint).toBe(other.endpoint);
    await dynamo.createTable('there', keys);
    await dynamo.stop();
    await expect(other.createTable('there', keys)).resolves.toBeDefined();
    await other.stop();
  });
});
