import { assemble, properties, resources } from './assembly.ts';

const assembly = assemble('sandbox');

describe('the data stack outlives every deployment', () => {
  test('it cannot be deleted by mistake', () => {
    expect(assembly.protected).toEqual(['Data']);
  });

  test.each(
    resources(assembly, 'AWS::DynamoDB::Table').map(([, { Properties }]) => [
      Properties['TableName'],
      Properties,
    ]),
  )('%s: recovery to any second, deletion protection, a customer key', (_, table) => {
    expect(table).toMatchObject({
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 35 },
      DeletionProtectionEnabled: true,
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: expect.anything() as unknown },
      BillingMode: 'PAY_PER_REQUEST',
    });
  });

  test('the four tables have the keys, the expiry, the one stream and the one index that they should have', () => {
    const tables = properties(assembly, 'AWS::DynamoDB::Table').map((table) => ({
      name: table['TableName'],
      keys: (table['KeySchema'] as { AttributeName: string }[]).map((key) => key.AttributeName),
      expiry: (table['TimeToLiveSpecification'] as { AttributeName?: string } | undefined)?.AttributeName,
      stream: (table['StreamSpecification'] as { StreamViewType?: string } | undefined)?.StreamViewType,
      indexes: table['GlobalSecondaryIndexes'],
    }));
    const finding = {
      IndexName: 'finding',
      KeySchema: [
        { AttributeName: 'found_under', KeyType: 'HASH' },
        { AttributeName: 'found_at', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    };
    expect(tables).toEqual([
      {
        name: 'payments-sandbox-payments',
        keys: ['pk', 'sk'],
        expiry: 'expires_at_epoch',
        stream: undefined,
        indexes: [finding],
      },
      { name: 'payments-sandbox-events', keys: ['pk', 'sk'], expiry: undefined, stream: 'NEW_IMAGE' },
      { name: 'payments-sandbox-idempotency', keys: ['id'], expiry: 'expiration', stream: undefined },
      { name: 'payments-sandbox-channels', keys: ['channel_code'], expiry: undefined, stream: undefined },
    ]);
  });

  test.each(['AWS::DynamoDB::Table', 'AWS::KMS::Key', 'AWS::SecretsManager::Secret', 'AWS::S3::Bucket'])(
    '%s stays when its stack goes',
    (type) => {
      const kept = resources(assembly, type).map(([, one]) => [one.DeletionPolicy, one.UpdateReplacePolicy]);
      expect(kept.length).toBeGreaterThan(0);
      expect(kept.flat()).toEqual(kept.flat().map(() => 'Retain'));
    },
  );
});

describe('what has happened stays', () => {
  const sideDoors = ['BatchWriteItem', 'PartiQLDelete', 'PartiQLInsert', 'PartiQLUpdate'];
  const denied = (table: string, actions: string[]): object => ({
    Effect: 'Deny',
    Principal: { AWS: '*' },
    Action: actions.map((action) => `dynamodb:${action}`).sort(),
    Resource: expect.stringMatching(`:table/${table}$`) as unknown,
  });
  const policyOf = (name: string): unknown => {
    const found = properties(assembly, 'AWS::DynamoDB::Table').find(({ TableName }) => TableName === name);
    return (found?.['ResourcePolicy'] as { PolicyDocument: { Statement: unknown } }).PolicyDocument.Statement;
  };

  test('nobody may update or delete events, by whatever call, or put one outside of a transaction', () => {
    expect(policyOf('payments-sandbox-events')).toEqual([
      denied('payments-sandbox-events', ['DeleteItem', 'UpdateItem', ...sideDoors]),
      {
        ...denied('payments-sandbox-events', []),
        Action: 'dynamodb:PutItem',
        Condition: {
          'ForAllValues:StringNotEquals': { 'dynamodb:EnclosingOperation': ['TransactWriteItems'] },
        },
      },
    ]);
  });

  test('nobody may delete payments, or write them by a call that holds no conditions', () => {
    expect(policyOf('payments-sandbox-payments')).toEqual([
      denied('payments-sandbox-payments', ['DeleteItem', ...sideDoors]),
    ]);
  });
});

describe('customer keys', () => {
  test('they rotate, and are given back within 30 days of a deletion', () => {
    const keys = properties(assembly, 'AWS::KMS::Key');
    expect(keys).toHaveLength(4);
    for (const key of keys) expect(key).toMatchObject({ EnableKeyRotation: true, PendingWindowInDays: 30 });
  });

  test('with those of merchants nothing is done but signing; they are born in KMS, and found by channel and name', () => {
    const local = assemble('local');
    const keys = properties(local, 'AWS::KMS::Key').filter(({ KeyUsage }) => KeyUsage !== undefined);
    const channels = ['ALIPAY_CERT', 'WECHAT_PAY_CERT'];
    expect(keys).toEqual(
      channels.map((code) => ({
        Description: `payments-local: channel ${code} signs with it, key v1`,
        KeySpec: 'RSA_2048',
        KeyUsage: 'SIGN_VERIFY',
        PendingWindowInDays: 30,
        KeyPolicy: expect.anything() as unknown,
      })),
    );
    const aliases = properties(local, 'AWS::KMS::Alias').filter(({ TargetKeyId }) =>
      String(TargetKeyId).startsWith('Signing'),
    );
    expect(aliases).toEqual(
      channels.map((code) => ({
        AliasName: `alias/payments-local/channels/${code}/v1`,
        TargetKeyId: `Signing${code.replaceAll('_', '')}v1.Arn`,
      })),
    );
    const kept = resources(local, 'AWS::KMS::Key').map(([, { DeletionPolicy }]) => DeletionPolicy);
    expect(kept).toEqual(Array.from({ length: 4 + channels.length }, () => 'Retain'));
  });

  test.each([
    ['AWS::DynamoDB::Table', 'SSESpecification', 'Keysdata.Arn'],
    ['AWS::SNS::Topic', 'KmsMasterKeyId', 'Keysmessages.Arn'],
    ['AWS::Events::EventBus', 'KmsKeyIdentifier', 'Keysmessages.Arn'],
    ['AWS::SecretsManager::Secret', 'KmsKeyId', 'Keyssecrets.Arn'],
    ['AWS::Logs::LogGroup', 'KmsKeyId', 'Keyslogs.Arn'],
    ['AWS::S3::Bucket', 'BucketEncryption', 'Keysdata.Arn'],
  ])('every %s is closed with one', (type, property, key) => {
    const all = properties(assembly, type);
    expect(all.length).toBeGreaterThan(0);
    for (const one of all) expect(JSON.stringify(one[property])).toContain(`"${key}"`);
  });

  test('every queue is closed with one: the dead letters of the bus with another than the bus', () => {
    const keys = properties(assembly, 'AWS::SQS::Queue').map((queue) => [
      String(queue['QueueName']).replace('payments-sandbox-', ''),
      queue['KmsMasterKeyId'],
    ]);
    expect(Object.fromEntries(keys)).toEqual({
      callbacks: 'Keysmessages.Arn',
      'callbacks-dead': 'Keysmessages.Arn',
      sync: 'Keysmessages.Arn',
      'sync-dead': 'Keysmessages.Arn',
      'bus-dead': 'Keysdata.Arn',
    });
  });

  test('the bus may use its own, and that of its dead letters', () => {
    const statements = properties(assembly, 'AWS::KMS::Key').map((one) =>
      (one['KeyPolicy'] as { Statement: { Principal: { Service?: unknown } }[] }).Statement.filter(
        ({ Principal }) => Principal.Service === 'events.amazonaws.com',
      ),
    );
    expect(statements.map((found) => found.length)).toEqual([1, 1, 0, 0]);
    const bus = expect.stringMatching(/:event-bus\/payments-sandbox$/) as unknown;
    for (const statement of statements.flat())
      expect(statement).toMatchObject({
        Condition: { StringEquals: { 'aws:SourceAccount': 'AWS::AccountId', 'aws:SourceArn': bus } },
      });
  });

  test('a log group is read for 13 months', () => {
    for (const log of properties(assembly, 'AWS::Logs::LogGroup')) expect(log['RetentionInDays']).toBe(400);
  });

  test('there is one secret per channel, and a deployment puts nothing into it', () => {
    expect(properties(assembly, 'AWS::SecretsManager::Secret')).toEqual([
      {
        Name: 'payments-sandbox/channels/ALIPAY',
        Description: expect.stringContaining('ALIPAY') as unknown,
        KmsKeyId: 'Keyssecrets.Arn',
      },
    ]);
  });
});
