import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { openAccess } from '../../local/aws/gate/access.ts';
import { resolve, type Scope } from '../../local/aws/intrinsics.ts';
import { createResources } from '../../local/aws/resources.ts';
import { readAssembly } from '../../local/aws/template.ts';
import { emptyWorld, type World } from '../../local/aws/world.ts';

const directories: string[] = [];

afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true });
});

/** A cloud assembly of `data` and `service`, the second depending on the first. */
function assembly(data: object, service: object): string {
  const directory = mkdtempSync(join(tmpdir(), 'assembly-'));
  directories.push(directory);
  const stack = (name: string, dependencies: string[]) => ({
    type: 'aws:cloudformation:stack',
    environment: 'aws://000000000000/us-east-1',
    dependencies: [...dependencies, `${name}.assets`],
    properties: { templateFile: `${name}.template.json` },
  });
  const assets = (name: string) => ({
    type: 'cdk:asset-manifest',
    properties: { file: `${name}.assets.json` },
  });
  const artifacts = {
    service: stack('service', ['data']),
    data: stack('data', []),
    'data.assets': assets('data'),
    'service.assets': assets('service'),
    Tree: { type: 'cdk:tree', properties: { file: 'tree.json' } },
  };
  const code = { source: { path: 'asset.1' }, destinations: { here: { objectKey: '1.zip' } } };
  const write = (file: string, content: object): void => {
    writeFileSync(join(directory, file), JSON.stringify(content));
  };
  mkdirSync(join(directory, 'asset.1'));
  write('manifest.json', { artifacts });
  write('data.template.json', data);
  write('data.assets.json', { files: {} });
  write('service.template.json', service);
  write('service.assets.json', { files: { 1: code } });
  return directory;
}

const made: string[] = [];

function world(): World {
  const note = (what: string, result: object) => {
    made.push(what);
    return result;
  };
  return {
    account: '000000000000',
    region: 'us-east-1',
    access: openAccess(),
    dynamo: {
      createTable: (name) =>
        Promise.resolve(
          note(`table ${name}`, { arn: `arn:table/${name}`, streamArn: `arn:stream/${name}` }) as never,
        ),
    },
    workflows: { createStateMachine: () => ({ arn: 'arn:machine', invokes: [] }) as never },
    queues: {
      createQueue: (name) =>
        Promise.resolve(
          note(`queue ${name}`, { url: `http://queues/${name}`, arn: `arn:aws:sqs:::${name}` }) as never,
        ),
    },
    buckets: {
      createBucket: (name) =>
        Promise.resolve(note(`bucket ${name}`, { arn: `arn:aws:s3:::${name}` }) as never),
      put: () => Promise.resolve(),
    },
    services: {
      createKey: (id) => note(`key ${id}`, { keyId: id, arn: `arn:key/${id}` }) as never,
      createAlias: () => undefined,
      createSecret: (name) => note(`secret ${name}`, { arn: `arn:secret:${name}` }) as never,
      createBus: (name) => note(`bus ${name}`, { arn: `arn:bus/${name}`, name }) as never,
      putRule: () => undefined,
    },
    ...emptyWorld(),
  };
}

const KeySchema = [{ AttributeName: 'pk', KeyType: 'HASH' }];
const table = { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 'payments', KeySchema } };
const exported = { Value: { Ref: 'Payments' }, Export: { Name: 'data:Payments' } };
const role = { Type: 'AWS::IAM::Role' };
const alarm = { Type: 'AWS::CloudWatch::Alarm', Properties: { AlarmName: { 'Fn::Transform': 'unread' } } };
const code = { S3Bucket: { 'Fn::Sub': 'assets-${AWS::AccountId}' }, S3Key: '1.zip' };
const fn = (environment: object, more: object = {}) => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    Code: code,
    Handler: 'index.handler',
    Runtime: 'nodejs24.x',
    Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
    FunctionName: 'create',
    Environment: { Variables: environment },
    ...more,
  },
});

async function boot(data: object, service: object): Promise<World> {
  const into = world();
  await createResources(
    readAssembly(assembly({ Resources: data, Outputs: { Payments: exported } }, { Resources: service })),
    into,
  );
  return into;
}

describe('a template', () => {
  it('becomes resources, in the order in which they need one another, over stacks', async () => {
    made.length = 0;
    const { access, functions, mappings, deadLetters } = await boot(
      { Payments: table },
      {
        Mapping: {
          Type: 'AWS::Lambda::EventSourceMapping',
          Properties: { FunctionName: { Ref: 'Create' }, EventSourceArn: { 'Fn::GetAtt': ['Queue', 'Arn'] } },
        },
        Create: fn({ TABLE: { 'Fn::ImportValue': 'data:Payments' }, QUEUE: { Ref: 'Queue' } }),
        Queue: {
          Type: 'AWS::SQS::Queue',
          Properties: { RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] } } },
        },
        Dead: { Type: 'AWS::SQS::Queue' },
        Role: role,
        Alarm: alarm,
      },
    );
    expect(made).toEqual(['table payments', 'queue service-Dead', 'queue service-Queue']);
    expect(access.partitionKey('arn:table/payments')).toBe('pk');
    const [create] = functions.values();
    expect(create).toMatchObject({
      arn: 'arn:aws:lambda:us-east-1:000000000000:function:create',
      directory: expect.stringMatching(/asset\.1$/),
      environment: { TABLE: 'payments', QUEUE: 'http://queues/service-Queue' },
      roleArn: 'arn:aws:iam::000000000000:role/service-Role',
      timeoutSeconds: 3,
    });
    expect(mappings).toMatchObject([{ functionArn: create?.arn, sourceArn: 'arn:aws:sqs:::service-Queue' }]);
    expect(deadLetters.get('service-Queue')).toBe('service-Dead');
  });

  const create = (environment: object, more: object = {}) => ({ Role: role, Create: fn(environment, more) });

  const tries = (more: object) => ({
    Type: 'AWS::Lambda::EventInvokeConfig',
    Properties: { FunctionName: { Ref: 'Create' }, Qualifier: '$LATEST', ...more },
  });

  it('becomes clocks, and knows whom Lambda calls once', async () => {
    const { schedules, triedOnce, functions } = await boot(
      { Payments: table },
      {
        ...create({}),
        Tick: {
          Type: 'AWS::Events::Rule',
          Properties: {
            ScheduleExpression: 'rate(5 minutes)',
            Targets: [{ Id: 'Target0', Arn: { 'Fn::GetAtt': ['Create', 'Arn'] } }],
          },
        },
        Tries: tries({ MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 }),
      },
    );
    const targets = [...functions.keys()];
    expect(schedules).toEqual([
      { ruleArn: 'arn:aws:events:us-east-1:000000000000:rule/service-Tick', every: 300_000, targets },
    ]);
    expect([...triedOnce]).toEqual(targets);
  });

  it.each([
    [
      'service/Tries has the property MaximumRetryAttempts, which',
      { ...create({}), Tries: tries({ MaximumRetryAttempts: 2 }) },
    ],
    [
      'service/Tries has the property DestinationConfig, which',
      { ...create({}), Tries: tries({ MaximumRetryAttempts: 0, DestinationConfig: {} }) },
    ],
    ['service/Cache is an AWS::Fast::Cache, which', { Cache: { Type: 'AWS::Fast::Cache' } }],
    ['service/Create has the property Layers, which', create({}, { Layers: [] })],
    ['service/Create has the property Runtime, which', create({}, { Runtime: 'python3.13' })],
    ['service/Create uses Fn::If, which', create({ A: { 'Fn::If': ['X', 1, 2] } })],
    ['service/Create imports "nobody", which', create({ A: { 'Fn::ImportValue': 'nobody' } })],
    ['service/Create reads Role.Age', create({ A: { 'Fn::GetAtt': ['Role', 'Age'] } })],
    ['service/Create uses a dynamic reference', create({ A: '{{resolve:ssm:name}}' })],
    ['service/A stands under the condition Big', { A: { ...table, Condition: 'Big' } }],
    ['in a circle: A → B → A.', { A: { ...table, DependsOn: ['B'] }, B: { ...table, DependsOn: 'A' } }],
  ])('stops at what this machine does not carry out: %s', async (sentence, service) => {
    await expect(boot({ Payments: table }, service)).rejects.toThrow(sentence);
  });
});

describe('an intrinsic function', () => {
  const scope: Scope = {
    account: '000000000000',
    region: 'us-east-1',
    stackName: 'service',
    place: 'service/X',
    parameters: { Stage: 'local' },
    exports: new Map([['data:Table', 'payments']]),
    created: new Map([['Queue', { ref: 'http://queues/q', attributes: { Arn: 'arn:q', 'A.B': 'deep' } }]]),
  };

  it.each([
    [{ Ref: 'Queue' }, 'http://queues/q'],
    [{ Ref: 'Stage' }, 'local'],
    [{ Ref: 'AWS::Region' }, 'us-east-1'],
    [{ 'Fn::GetAtt': ['Queue', 'Arn'] }, 'arn:q'],
    [{ 'Fn::GetAtt': 'Queue.A.B' }, 'deep'],
    [{ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':', 7]] }, 'arn:aws:7'],
    [{ 'Fn::Select': [1, { 'Fn::Split': ['/', 'a/b/c'] }] }, 'b'],
    [
      { 'Fn::Sub': '${AWS::AccountId}-${Queue.Arn}-${Stage}-${!literal}' },
      '000000000000-arn:q-local-${literal}',
    ],
    [{ 'Fn::Sub': ['${own}/${Queue}', { own: { Ref: 'Stage' } }] }, 'local/http://queues/q'],
    [{ 'Fn::ImportValue': { 'Fn::Sub': 'data:Table' } }, 'payments'],
    [{ keep: [1, { Ref: 'AWS::NoValue' }], drop: { Ref: 'AWS::NoValue' } }, { keep: [1] }],
    [
      { Ref: 'Queue', and: 'more' },
      { Ref: 'Queue', and: 'more' },
    ],
  ])('%j', (value, expected) => {
    expect(resolve(value, scope)).toEqual(expected);
  });

  it.each([
    [{ Ref: 'Nobody' }, 'service/X refers to Nobody'],
    [{ 'Fn::Select': [3, ['a']] }, 'an item that is not there'],
    [{ 'Fn::Join': ['', { a: 1 }] }, 'where its template needs a list'],
    [{ 'Fn::Join': ['', [{ a: 1 }]] }, 'where its template needs text'],
  ])('%j is refused in words', (value, sentence) => {
    expect(() => resolve(value, scope)).toThrow(sentence);
  });
});
