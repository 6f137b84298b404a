import { stages } from '../../infra/config.ts';
import { operations, type Operation, type OperationName } from '../../infra/operations.ts';
import { assemble, properties, readable, resources } from './assembly.ts';

const assembly = assemble('sandbox');
const rows = Object.entries<Operation>(operations);
const routed = rows.flatMap(([name, { on }]) => ('route' in on ? [[name, on] as const] : []));
const logical = (name: string): string => `${name.replaceAll('-', '')}Function`;

describe('every line of infra/operations.ts is one function', () => {
  const functions = properties(assembly, 'AWS::Lambda::Function');

  test('and there is no other', () => {
    expect(functions.map(({ FunctionName }) => FunctionName).sort()).toEqual(
      rows.map(([name]) => `payments-sandbox-${name}`).sort(),
    );
  });

  test.each(rows)(
    '%s runs its bundle on Node 24, traced, with a log and a role of its own',
    (name, operation) => {
      const found = functions.find(({ FunctionName }) => FunctionName === `payments-sandbox-${name}`);
      expect(found).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Handler: 'index.handler',
        MemorySize: 512,
        Description: operation.impact,
        Role: `${name.replaceAll('-', '')}Role.Arn`,
        TracingConfig: { Mode: 'Active' },
        LoggingConfig: { LogFormat: 'JSON', LogGroup: `${name.replaceAll('-', '')}Log` },
      });
    },
  );

  test('a function answers before API Gateway gives up at 29 s, and after its gateway is given up at 20 s', () => {
    const timeouts = Object.fromEntries(
      functions.map(({ FunctionName, Timeout }) => [
        String(FunctionName).replace('payments-sandbox-', ''),
        Timeout,
      ]),
    );
    expect(timeouts).toMatchObject({ 'create-payment': 25, 'receive-callback': 10, 'get-payment': 10 });
    for (const [name] of routed) expect(timeouts[name]).toBeLessThan(29);
    expect(timeouts).toMatchObject({ 'apply-notification': 30, 'sync-transaction': 60, 'find-due': 60 });
  });
});

describe('what sets a function off', () => {
  const methods = properties(assembly, 'AWS::ApiGateway::Method').map((method) => {
    const { Uri } = method['Integration'] as { Uri: string };
    return [/functions\/(\w+)\.Arn/.exec(Uri)?.[1], method] as const;
  });
  const paths = pathsById();

  test('there are as many routes as operations with one', () => {
    const named = new Set(methods.map(([name]) => name));
    expect([...named].sort()).toEqual(routed.map(([name]) => logical(name)).sort());
  });

  test.each(routed)('%s has its paths, behind IAM or in the open as said', (name, { route, also, auth }) => {
    const own = methods.filter(([of]) => of === logical(name)).map(([, method]) => method);
    const [verb, path] = route;
    const wanted = [path, ...(also === undefined ? [] : [also])];
    expect(own.map(({ ResourceId }) => paths[String(ResourceId)]).sort()).toEqual(wanted.sort());
    for (const { HttpMethod, AuthorizationType, RestApiId } of own) {
      expect(HttpMethod).toBe(verb);
      expect(AuthorizationType).toBe(auth === 'iam' ? 'AWS_IAM' : 'NONE');
      expect(RestApiId).toBe(auth === 'iam' ? 'InternalApi' : 'PublicApi');
    }
  });

  test('the queues and the stream feed the functions that say so', () => {
    const fed = properties(assembly, 'AWS::Lambda::EventSourceMapping').map((one) => [
      one['FunctionName'],
      one['EventSourceArn'],
    ]);
    expect(fed).toEqual([
      [logical('apply-notification'), 'CallbacksQueue.Arn'],
      [logical('sync-transaction'), 'SyncQueue.Arn'],
      [logical('publish-events'), 'events.StreamArn'],
    ]);
  });

  const clocks = [
    ['find-due', 'rate(1 minute)'],
    ['refresh-platform-keys', 'rate(1 hour)'],
    ['catch-up', 'rate(1 hour)'],
  ] as const;

  test('clocks tick for the functions that say so, and for no others', () => {
    expect(properties(assembly, 'AWS::Events::Rule')).toEqual(
      clocks.map(([name, ScheduleExpression]) => ({
        Description: expect.stringContaining(name) as unknown,
        ScheduleExpression,
        State: 'ENABLED',
        Targets: [
          {
            Id: 'Target0',
            Arn: `${logical(name)}.Arn`,
            RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 },
          },
        ],
      })),
    );
  });

  test('only its rule may call each, and a tick is tried once: the next one does the same', () => {
    const permitted = properties(assembly, 'AWS::Lambda::Permission').filter(
      ({ Principal }) => Principal === 'events.amazonaws.com',
    );
    expect(permitted).toEqual(
      clocks.map(([name]) => ({
        Action: 'lambda:InvokeFunction',
        FunctionName: `${logical(name)}.Arn`,
        Principal: 'events.amazonaws.com',
        SourceArn: `${name.replaceAll('-', '')}clockRule.Arn`,
      })),
    );
    expect(properties(assembly, 'AWS::Lambda::EventInvokeConfig')).toMatchObject(
      clocks.map(([name]) => ({
        FunctionName: logical(name),
        MaximumRetryAttempts: 0,
        MaximumEventAgeInSeconds: 60,
      })),
    );
  });
});

describe('what a function is told', () => {
  const always = ['POWERTOOLS_LOG_LEVEL', 'POWERTOOLS_METRICS_NAMESPACE', 'POWERTOOLS_SERVICE_NAME', 'STAGE'];
  const tables = ['PAYMENTS_TABLE', 'EVENTS_TABLE'];
  const writes = [...tables, 'DUE_SHARDS_WRITTEN'];
  const channels = ['CHANNELS_TABLE', 'CHANNELS'];
  const names: Record<OperationName, string[]> = {
    'create-payment': [...writes, ...channels, 'IDEMPOTENCY_TABLE', 'CALLERS'],
    'close-payment': [...writes, ...channels, 'IDEMPOTENCY_TABLE', 'CALLERS'],
    'resolve-anomaly': [...writes, 'IDEMPOTENCY_TABLE', 'CALLERS'],
    'list-quarantine': ['PAYMENTS_TABLE', 'CHANNELS', 'CALLERS'],
    'get-payment': ['PAYMENTS_TABLE', 'CALLERS'],
    'list-payments': ['PAYMENTS_TABLE', 'CALLERS'],
    'get-timeline': [...tables, 'CALLERS'],
    'receive-callback': [...channels, 'CALLBACK_QUEUE_URL'],
    'receive-return': ['PAYMENTS_TABLE', ...channels, 'SYNC_QUEUE_URL'],
    'apply-notification': [...writes, ...channels, 'CALLBACK_QUEUE_URL', 'SYNC_QUEUE_URL'],
    'find-due': ['PAYMENTS_TABLE', 'DUE_INDEX', 'DUE_SHARDS_READ', 'SYNC_QUEUE_URL'],
    'sync-transaction': [...writes, ...channels, 'REFUND_WORKFLOW_ARN'],
    'create-refund': [...writes, 'CHANNELS', 'IDEMPOTENCY_TABLE', 'CALLERS', 'REFUND_WORKFLOW_ARN'],
    'confirm-refund': [...writes, 'IDEMPOTENCY_TABLE', 'CALLERS'],
    'get-refund': ['PAYMENTS_TABLE', 'CALLERS'],
    'find-refund': ['PAYMENTS_TABLE', 'CALLERS'],
    'list-refunds': ['PAYMENTS_TABLE', 'CALLERS'],
    'refresh-platform-keys': channels,
    'catch-up': [...channels, 'CALLBACK_QUEUE_URL'],
    'refund-steps': [...writes, ...channels],
    'publish-events': ['EVENT_BUS_NAME'],
    'put-channel': [...channels, 'CALLERS'],
    'get-channel': [...channels, 'CALLERS'],
  };

  test.each(Object.entries(names))(
    '%s knows the names that its needs imply, and no others',
    (name, expected) => {
      expect(Object.keys(environmentOf(name)).sort()).toEqual([...always, ...expected].sort());
    },
  );

  test('the names lead to the things', () => {
    expect({ ...environmentOf('create-payment'), ...environmentOf('receive-callback') }).toMatchObject({
      PAYMENTS_TABLE: 'payments',
      EVENTS_TABLE: 'events',
      IDEMPOTENCY_TABLE: 'idempotency',
      CHANNELS_TABLE: 'channels',
      CALLBACK_QUEUE_URL: 'CallbacksQueue',
      STAGE: 'sandbox',
    });
    expect(environmentOf('apply-notification')['CALLBACK_QUEUE_URL']).toBe('CallbacksQueue');
    expect(environmentOf('find-due')).toMatchObject({ DUE_INDEX: 'finding', SYNC_QUEUE_URL: 'SyncQueue' });
    expect(environmentOf('publish-events')['EVENT_BUS_NAME']).toBe('Bus');
    expect(JSON.parse(String(environmentOf('get-payment')['CALLERS']))).toEqual(stages.sandbox.callers);
  });

  test('as many shards are told as the stage says, to who writes them and to who reads them', () => {
    const stage = assemble({ ...stages.sandbox, dueShards: { written: 3, read: 5 } });
    expect(environmentOf('create-payment', stage)['DUE_SHARDS_WRITTEN']).toBe('3');
    expect(environmentOf('find-due', stage)['DUE_SHARDS_READ']).toBe('5');
  });

  test('the keys of a channel are named only to who signs with them or reads their public half', () => {
    const local = assemble('local');
    const keysOf = (name: string): object => {
      const told = JSON.parse(String(environmentOf(name, local)['CHANNELS'])) as {
        code: string;
        signing_keys?: unknown;
      }[];
      expect(told).toHaveLength(stages.local.channels.length);
      return Object.fromEntries(
        told.flatMap(({ code, signing_keys: keys }) => (keys === undefined ? [] : [[code, keys]])),
      );
    };
    const signers = rows.filter(([, { callsGateways }]) => callsGateways).map(([name]) => name);
    for (const name of [...signers, 'put-channel', 'get-channel'])
      expect(keysOf(name)).toEqual({
        ALIPAY_CERT: { v1: 'SigningALIPAYCERTv1.Arn' },
        WECHAT_PAY_CERT: { v1: 'SigningWECHATPAYCERTv1.Arn' },
      });
    for (const name of ['receive-callback', 'receive-return', 'apply-notification', 'list-quarantine'])
      expect(keysOf(name)).toEqual({});
  });

  test('a secret is named only to who may read or write it', () => {
    const withSecret = '[{"code":"ALIPAY","provider":"alipay","secret_arn":"SecretALIPAY"}]';
    const without = '[{"code":"ALIPAY","provider":"alipay"}]';
    expect(environmentOf('create-payment')['CHANNELS']).toBe(withSecret);
    expect(environmentOf('put-channel')['CHANNELS']).toBe(withSecret);
    expect(environmentOf('receive-callback')['CHANNELS']).toBe(without);
    expect(environmentOf('get-channel')['CHANNELS']).toBe(without);
  });
});

function environmentOf(name: string, of = assembly): Record<string, unknown> {
  const found = properties(of, 'AWS::Lambda::Function').find(({ FunctionName }) =>
    new RegExp(`^payments-\\w+-${name}$`).test(String(FunctionName)),
  );
  return (found?.['Environment'] as { Variables: Record<string, unknown> }).Variables;
}

/** API resource → its whole path. */
function pathsById(): Record<string, string> {
  const parts = new Map(
    resources(assembly, 'AWS::ApiGateway::Resource').map(([id, { Properties }]) => [
      id.replace(/[0-9A-F]{8}$/, ''),
      readable(assembly, Properties) as { PathPart: string; ParentId: string },
    ]),
  );
  const path = (id: string): string => {
    const part = parts.get(id);
    return part ? `${path(part.ParentId)}/${part.PathPart}` : '';
  };
  return Object.fromEntries([...parts.keys()].map((id) => [id, path(id)]));
}
