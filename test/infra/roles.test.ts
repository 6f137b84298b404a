import { operations, type Need, type Operation } from '../../infra/operations.ts';
import { assemble } from './assembly.ts';
import { allowed, identityPolicies, statementsOf, wildcards, type Statement } from './policies.ts';

const local = assemble('local');
const sandbox = assemble('sandbox');

const via = {
  reads: ['Decrypt', 'DescribeKey'],
  writes: ['Decrypt', 'DescribeKey', 'Encrypt', 'GenerateDataKey'],
};
const key = (name: string, actions: string[]): string[] =>
  actions.map((action) => `kms:${action} Keys${name}.Arn`);
const table = (name: string, actions: string[], use: string[]): string[] => [
  ...actions.map((action) => `dynamodb:${action} ${name}.Arn`),
  ...key('data', use),
];

/** What each need allows, written down a second time and by hand. */
const expected: Record<Need, string[]> = {
  'payments:get': table('payments', ['GetItem'], via.reads),
  'payments:transact': [
    ...table('payments', ['PutItem', 'UpdateItem'], via.writes),
    ...table('events', ['PutItem'], via.writes),
  ],
  'payments:put': [
    ...table('payments', ['PutItem'], via.writes),
    ...table('events', ['PutItem'], via.writes),
  ],
  'payments:check': table('payments', ['ConditionCheckItem'], via.reads),
  'payments:query': table('payments', ['Query'], via.reads),
  'payments:find-due': ['dynamodb:Query payments.Arn/index/finding', ...key('data', via.reads)],
  'payments:claim': table('payments', ['UpdateItem'], via.writes),
  'events:query': table('events', ['Query'], via.reads),
  idempotency: table('idempotency', ['PutItem', 'UpdateItem', 'DeleteItem'], via.writes),
  'channels:declared': [],
  'channels:get': table('channels', ['GetItem'], via.reads),
  'channels:put': table('channels', ['PutItem'], via.writes),
  'channel-secrets:get': ['secretsmanager:GetSecretValue SecretALIPAY', ...key('secrets', ['Decrypt'])],
  'channel-secrets:put': [
    'secretsmanager:PutSecretValue SecretALIPAY',
    ...key('secrets', ['Decrypt', 'GenerateDataKey']),
  ],
  // Of these this stage has none.
  'reader-secrets:get': [],
  'channel-keys:sign': [],
  'channel-keys:read': [],
  'callbacks:send': [
    'sqs:SendMessage CallbacksQueue.Arn',
    ...key('messages', ['Decrypt', 'GenerateDataKey']),
  ],
  'sync:send': [
    'sqs:GetQueueAttributes SyncQueue.Arn',
    'sqs:SendMessage SyncQueue.Arn',
    ...key('messages', ['Decrypt', 'GenerateDataKey']),
  ],
  'sync:ask': ['sqs:SendMessage SyncQueue.Arn', ...key('messages', ['Decrypt', 'GenerateDataKey'])],
  'bus:put': ['events:PutEvents Bus.Arn'],
  'refund-workflow:start': ['states:StartExecution RefundWorkflowMachine'],
};

function expectedOf(name: string, operation: Operation): string[] {
  const permissions = [
    ...operation.needs.flatMap((need) => expected[need]),
    `logs:CreateLogStream ${name.replaceAll('-', '')}Log.Arn`,
    `logs:PutLogEvents ${name.replaceAll('-', '')}Log.Arn`,
    'xray:PutTelemetryRecords *',
    'xray:PutTraceSegments *',
  ];
  if ('queue' in operation.on) {
    const queue = { callbacks: 'CallbacksQueue', sync: 'SyncQueue' }[operation.on.queue];
    permissions.push(
      ...['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'].map((one) => `sqs:${one} ${queue}.Arn`),
      ...key('messages', ['Decrypt']),
    );
  }
  if ('stream' in operation.on)
    permissions.push(
      ...['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'].map(
        (one) => `dynamodb:${one} events.StreamArn`,
      ),
      's3:ListBucket EventsUnpublished.Arn',
      's3:PutObject EventsUnpublished.Arn/aws/lambda/*',
      ...key('data', ['Decrypt', 'DescribeKey', 'GenerateDataKey']),
    );
  return [...new Set(permissions)].sort();
}

const rows = Object.entries<Operation>(operations);

describe('a role allows what its operation needs, and nothing else', () => {
  test.each(rows)('%s', (name, operation) => {
    expect([...new Set(allowed(statementsOf(sandbox, name)))]).toEqual(expectedOf(name, operation));
  });

  test('money is written in transactions only: puts and updates of payments and events hold a condition', () => {
    const writes = rows.flatMap(([name]) => statementsOf(sandbox, name).filter(writesMoney));
    expect(writes.length).toBeGreaterThanOrEqual(4);
    for (const write of writes)
      expect(write.Condition).toMatchObject({
        'ForAnyValue:StringEquals': { 'dynamodb:EnclosingOperation': ['TransactWriteItems'] },
      });
  });

  test('who finds what is due moves its time in the index, and can write nothing else of a payment', () => {
    const [claim, ...others] = statementsOf(sandbox, 'find-due').filter(writesMoney);
    expect([claim?.Action, others]).toEqual(['dynamodb:UpdateItem', []]);
    expect(claim?.Condition).toMatchObject(
      only('dynamodb:Attributes', ['pk', 'sk', 'found_under', 'found_at']),
    );
  });

  test('who lists the quarantine queries its partitions, and no payment, order or callback', () => {
    const [query, ...others] = statementsOf(sandbox, 'list-quarantine').filter((one) =>
      allowed([one]).some((may) => may.startsWith('dynamodb:')),
    );
    expect(others).toEqual([]);
    expect(query?.Condition).toEqual(only('dynamodb:LeadingKeys', ['QUARANTINE#*']));
  });

  test('what is due is read by its index alone, and what lies under a key by the table alone', () => {
    const queries = rows.flatMap(([name]) =>
      allowed(statementsOf(sandbox, name))
        .filter((one) => /^dynamodb:Query payments/.test(one))
        .map((one) => `${name}: ${one}`),
    );
    expect(queries.sort()).toEqual([
      'find-due: dynamodb:Query payments.Arn/index/finding',
      'list-quarantine: dynamodb:Query payments.Arn',
    ]);
  });

  test('a customer key is used through the service that it closes, never by itself', () => {
    const uses = [...identityPolicies(sandbox).values()]
      .flat()
      .filter((statement) => allowed([statement]).some((permission) => permission.startsWith('kms:')));
    expect(uses.length).toBeGreaterThan(rows.length);
    for (const use of uses)
      expect(Object.keys(use.Condition?.['StringEquals'] ?? {})).toEqual(['kms:ViaService']);
  });
});

/** What Step Functions does with the role of a workflow beside its task, written down a second time and by hand. */
const workflowWildcards = [
  ...['CreateLogDelivery', 'DeleteLogDelivery', 'GetLogDelivery', 'ListLogDeliveries', 'UpdateLogDelivery'],
  ...['DescribeLogGroups', 'DescribeResourcePolicies', 'PutResourcePolicy'],
]
  .map((action) => `logs:${action}`)
  .concat(
    ['GetSamplingRules', 'GetSamplingTargets', 'PutTelemetryRecords', 'PutTraceSegments'].map(
      (action) => `xray:${action}`,
    ),
  );

describe('no wildcards', () => {
  const xray = rows.flatMap(([name]) => {
    const policy = `${name.replaceAll('-', '')}Policy`;
    return [`${policy}: xray:PutTelemetryRecords *`, `${policy}: xray:PutTraceSegments *`];
  });
  const workflow = workflowWildcards.map((action) => `RefundWorkflowPolicy: ${action} *`);
  const unpublished = 'publisheventsPolicy: s3:PutObject EventsUnpublished.Arn/aws/lambda/*';

  test('but X-Ray, the delivery of a workflow’s log, and the one path of a bucket below which Lambda chooses the names', () => {
    expect(wildcards(identityPolicies(sandbox)).sort()).toEqual([...xray, ...workflow, unpublished].sort());
  });

  test('in a VPC the network interfaces too, which the function itself is denied', () => {
    const known = [...xray, ...workflow, unpublished];
    const more = wildcards(identityPolicies(local)).filter((one) => !known.includes(one));
    expect(more.map((one) => one.replace(/ec2:\w+/, 'ec2'))).toEqual(
      rows
        .filter(([, { callsGateways }]) => callsGateways)
        .flatMap(([name]) => Array.from({ length: 6 }, () => `${name.replaceAll('-', '')}Policy: ec2 *`)),
    );
    const allows = allowed(statementsOf(local, 'create-payment')).filter((one) => one.startsWith('ec2:'));
    const denial = statementsOf(local, 'create-payment').find(({ Effect }) => Effect === 'Deny');
    expect(allows).toHaveLength(6);
    expect(allowed([{ ...(denial as Statement), Effect: 'Allow' }])).toEqual(allows);
    expect(denial?.Condition).toEqual({
      ArnEquals: {
        'lambda:SourceFunctionArn': expect.stringContaining('payments-local-create-payment') as unknown,
      },
    });
  });

  test.each([
    ['an action', { Effect: 'Allow', Action: 'dynamodb:*', Resource: 'payments.Arn' }],
    ['a prefix of actions', { Effect: 'Allow', Action: ['kms:GenerateDataKey*'], Resource: 'Keysdata.Arn' }],
    ['everything', { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }],
    [
      'an index',
      { Effect: 'Allow', Action: 'dynamodb:Query', Resource: ['payments.Arn', 'payments.Arn/index/*'] },
    ],
  ] as [string, Statement][])('a trespass is found: %s', (_, trespass) => {
    const policies = new Map([['planted', [...statementsOf(sandbox, 'get-payment'), trespass]]]);
    expect(wildcards(policies).filter((one) => !one.includes('xray:'))).toHaveLength(1);
  });
});

/** `Null`, because ForAllValues also holds where the request has no such key. */
const only = (key: string, like: string[]) => ({
  'ForAllValues:StringLike': { [key]: like },
  Null: { [key]: 'false' },
});

function writesMoney(statement: Statement): boolean {
  return allowed([statement]).some((one) =>
    /^dynamodb:(Put|Update|Condition)\w+ (payments|events)\.Arn/.test(one),
  );
}
