// From what an operation needs to what its role allows and its environment names: exact actions on exact resources.
// Nothing here comes from `grant*` methods, whose wildcards nobody reads.
import { Stack } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { CfnEventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { findingIndex } from '../names.ts';
import type { Need } from '../operations.ts';
import type { SigningKeys } from './signing-keys.ts';

/** Everything that a function can be given. */
export interface Resources {
  readonly payments: ITable;
  readonly events: ITable;
  readonly idempotency: ITable;
  readonly channels: ITable;
  /** channel code → secret */
  readonly secrets: ReadonlyMap<string, CfnSecret>;
  /** channel code → secret; only of channels that have one */
  readonly readerSecrets: ReadonlyMap<string, CfnSecret>;
  readonly signingKeys: SigningKeys;
  readonly callbacks: IQueue;
  readonly sync: IQueue;
  readonly bus: CfnEventBus;
  /** ARN of the state machine */
  readonly refundWorkflow: string;
  readonly keys: { readonly data: IKey; readonly messages: IKey; readonly secrets: IKey };
}

/** Actions on resources, and what the service behind them then does with a customer key on the caller's behalf. */
export interface Grant {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions?: Readonly<Record<string, unknown>>;
  readonly key?: KeyUse;
  /** findings of the rule packs to which this grant gives cause → why it is right */
  readonly reasons?: Readonly<Record<string, string>>;
}

/** `service` is the only one through which the key may be used. */
export interface KeyUse {
  readonly key: IKey;
  readonly service: 'dynamodb' | 'sqs' | 'secretsmanager' | 's3';
  readonly actions: readonly string[];
}

const reads = ['kms:Decrypt', 'kms:DescribeKey'] as const;
const writes = [...reads, 'kms:Encrypt', 'kms:GenerateDataKey'] as const;

/** ForAnyValue, because ForAllValues also holds where the request has no such key: outside of any transaction. */
const inTransactions = {
  'ForAnyValue:StringEquals': { 'dynamodb:EnclosingOperation': ['TransactWriteItems'] },
} as const;

/** All of the request's values are among these, and it has some: ForAllValues alone also holds where it has none. */
function limitedTo(key: string, like: readonly string[]): Readonly<Record<string, unknown>> {
  return { 'ForAllValues:StringLike': { [key]: like }, Null: { [key]: 'false' } };
}

function table(
  on: ITable,
  keys: Resources['keys'],
  actions: readonly string[],
  use: readonly string[],
): Grant {
  return {
    actions: actions.map((action) => `dynamodb:${action}`),
    resources: [on.tableArn],
    key: { key: keys.data, service: 'dynamodb', actions: use },
  };
}

function send(to: IQueue, keys: Resources['keys'], ...more: string[]): Grant {
  return {
    actions: ['sqs:SendMessage', ...more],
    resources: [to.queueArn],
    key: { key: keys.messages, service: 'sqs', actions: ['kms:Decrypt', 'kms:GenerateDataKey'] },
  };
}

/** Nothing where the stage declares no key: a statement without resources would not be one. */
function onSigningKeys(
  { signingKeys }: Resources,
  action: string,
  conditions?: Readonly<Record<string, unknown>>,
): Grant[] {
  const resources = [...signingKeys.values()].flatMap((keys) => [...keys.values()].map((key) => key.keyArn));
  return resources.length === 0 ? [] : [{ actions: [action], resources, ...(conditions && { conditions }) }];
}

const arns = (secrets: Resources['secrets']): string[] => [...secrets.values()].map((secret) => secret.ref);

function read(secrets: readonly string[], keys: Resources['keys']): Grant {
  return {
    actions: ['secretsmanager:GetSecretValue'],
    resources: secrets,
    key: { key: keys.secrets, service: 'secretsmanager', actions: ['kms:Decrypt'] },
  };
}

const needs: Readonly<Record<Need, (r: Resources) => Grant[]>> = {
  'payments:get': (r) => [table(r.payments, r.keys, ['GetItem'], reads)],
  'payments:transact': (r) => [
    {
      ...table(r.payments, r.keys, ['PutItem', 'UpdateItem'], writes),
      conditions: inTransactions,
    },
    { ...table(r.events, r.keys, ['PutItem'], writes), conditions: inTransactions },
  ],
  'payments:put': (r) =>
    [r.payments, r.events].map((each) => ({
      ...table(each, r.keys, ['PutItem'], writes),
      conditions: inTransactions,
    })),
  'payments:check': (r) => [
    { ...table(r.payments, r.keys, ['ConditionCheckItem'], reads), conditions: inTransactions },
  ],
  'payments:query': (r) => [
    {
      ...table(r.payments, r.keys, ['Query'], reads),
      conditions: limitedTo('dynamodb:LeadingKeys', ['QUARANTINE#*']),
    },
  ],
  'payments:find-due': (r) => [
    {
      ...table(r.payments, r.keys, ['Query'], reads),
      resources: [`${r.payments.tableArn}/index/${findingIndex}`],
    },
  ],
  // The keys of the row and of the index, of which `found_at` is moved. Both conditions are of UpdateItem, inside
  // transactions as outside: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
  'payments:claim': (r) => [
    {
      ...table(r.payments, r.keys, ['UpdateItem'], writes),
      conditions: {
        ...inTransactions,
        ...limitedTo('dynamodb:Attributes', ['pk', 'sk', 'found_under', 'found_at']),
      },
    },
  ],
  'events:query': (r) => [table(r.events, r.keys, ['Query'], reads)],
  // What is kept under a key comes back with the refusal to write it again: nothing is read by itself.
  idempotency: (r) => [table(r.idempotency, r.keys, ['PutItem', 'UpdateItem', 'DeleteItem'], writes)],
  'channels:declared': () => [],
  'channels:get': (r) => [table(r.channels, r.keys, ['GetItem'], reads)],
  'channels:put': (r) => [table(r.channels, r.keys, ['PutItem'], writes)],
  'channel-secrets:get': (r) => [read(arns(r.secrets), r.keys)],
  'reader-secrets:get': (r) => (r.readerSecrets.size === 0 ? [] : [read(arns(r.readerSecrets), r.keys)]),
  'channel-secrets:put': (r) => [
    {
      actions: ['secretsmanager:PutSecretValue'],
      resources: [...arns(r.secrets), ...arns(r.readerSecrets)],
      key: {
        key: r.keys.secrets,
        service: 'secretsmanager',
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      },
    },
  ],
  'channel-keys:sign': (r) =>
    onSigningKeys(r, 'kms:Sign', {
      StringEquals: {
        'kms:SigningAlgorithm': 'RSASSA_PKCS1_V1_5_SHA_256',
        'kms:MessageType': 'DIGEST',
      },
    }),
  'channel-keys:read': (r) => onSigningKeys(r, 'kms:GetPublicKey'),
  'callbacks:send': (r) => [send(r.callbacks, r.keys)],
  'sync:ask': (r) => [send(r.sync, r.keys)],
  'sync:send': (r) => [send(r.sync, r.keys, 'sqs:GetQueueAttributes')],
  'bus:put': (r) => [{ actions: ['events:PutEvents'], resources: [r.bus.attrArn] }],
  'refund-workflow:start': (r) => [{ actions: ['states:StartExecution'], resources: [r.refundWorkflow] }],
};

/** What an operation's needs allow. */
export function grantsOf(wanted: readonly Need[], resources: Resources): Grant[] {
  return wanted.flatMap((need) => needs[need](resources));
}

/** Grants as policy statements; the key permissions are gathered, one statement for each key and service. */
export function statements(scope: Construct, grants: readonly Grant[]): PolicyStatement[] {
  const uses = new Map<string, KeyUse>();
  for (const { key: use } of grants) {
    if (!use) continue;
    const id = `${use.key.node.path} ${use.service}`;
    const actions = new Set([...(uses.get(id)?.actions ?? []), ...use.actions]);
    uses.set(id, { ...use, actions: [...actions] });
  }
  return [
    ...grants.map(
      ({ actions, resources, conditions }) =>
        new PolicyStatement({
          actions: [...actions],
          resources: [...resources],
          ...(conditions && { conditions: { ...conditions } }),
        }),
    ),
    ...[...uses.values()].map(
      ({ key, service, actions }) =>
        new PolicyStatement({
          actions: [...actions],
          resources: [key.keyArn],
          conditions: {
            StringEquals: { 'kms:ViaService': `${service}.${Stack.of(scope).region}.amazonaws.com` },
          },
        }),
    ),
  ];
}
