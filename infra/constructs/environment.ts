// What a function is told: exactly the names that its needs imply, and nothing of its neighbours.
import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { provider } from '../../lib/gateways/registry.ts';
import type { Channel, Stage } from '../config.ts';
import { findingIndex } from '../names.ts';
import type { Need, Operation } from '../operations.ts';
import type { Resources } from './grants.ts';

/**
 * Environment of one operation. `CALLERS` and `CHANNELS` are JSON:
 * `[{application, roles, scopes, operator?, returnOrigins?}]` and
 * `[{code, provider, secret_arn?, reader_secret_arn?, signing_keys?: {<name>: <ARN>}}]`.
 */
export function environment(
  scope: Construct,
  stage: Stage,
  operation: Operation,
  resources: Resources,
): Record<string, string> {
  const any = (...needs: Need[]): boolean => needs.some((need) => operation.needs.includes(need));
  const told = {
    secrets: any('channel-secrets:get', 'channel-secrets:put'),
    readerSecrets: any('reader-secrets:get', 'channel-secrets:put'),
    keys: any('channel-keys:sign', 'channel-keys:read'),
  };
  return {
    STAGE: stage.name,
    POWERTOOLS_SERVICE_NAME: 'payments',
    POWERTOOLS_METRICS_NAMESPACE: 'Payments',
    POWERTOOLS_LOG_LEVEL: 'INFO',
    ...(operation.needs.some((need) => need.startsWith('payments:')) && {
      PAYMENTS_TABLE: resources.payments.tableName,
    }),
    ...(any('payments:transact', 'payments:put') && { DUE_SHARDS_WRITTEN: String(stage.dueShards.written) }),
    ...(any('payments:find-due') && {
      DUE_INDEX: findingIndex,
      DUE_SHARDS_READ: String(stage.dueShards.read),
    }),
    ...(any('payments:transact', 'payments:put', 'events:query') && {
      EVENTS_TABLE: resources.events.tableName,
    }),
    ...(any('idempotency') && { IDEMPOTENCY_TABLE: resources.idempotency.tableName }),
    ...(any('channels:get', 'channels:put') && { CHANNELS_TABLE: resources.channels.tableName }),
    ...(operation.needs.some((need) => need.startsWith('channel')) && {
      CHANNELS: channels(scope, stage, resources, told),
    }),
    ...(any('callbacks:send') && { CALLBACK_QUEUE_URL: resources.callbacks.queueUrl }),
    ...(any('sync:send', 'sync:ask') && { SYNC_QUEUE_URL: resources.sync.queueUrl }),
    ...(any('bus:put') && { EVENT_BUS_NAME: resources.bus.ref }),
    ...(any('refund-workflow:start') && { REFUND_WORKFLOW_ARN: resources.refundWorkflow }),
    ...('route' in operation.on && operation.on.auth === 'iam' && { CALLERS: JSON.stringify(stage.callers) }),
  };
}

/** Lambda takes 4 KB in all, and says so only in the midst of a deployment; half a KB is left to the names of the rest. */
const room = 3584;

/** What the ARN of a secret or key takes: it is not known at synthesis. */
const anArn = 'x'.repeat(128);

/** @throws Error naming stage and size when callers and channels do not fit into the environment of a function */
export function fits({ name, callers, channels }: Stage): void {
  const told = channels.map((channel) => {
    const reader = provider(channel.provider).readerSecrets && anArn;
    return declared(channel, anArn, reader, () => anArn);
  });
  const size = Buffer.byteLength(JSON.stringify(callers) + JSON.stringify(told));
  if (size > room)
    throw new Error(
      `The callers and channels of stage "${name}" take ${size} bytes, and the environment of a function has room for ${room}: take callers or roles out of infra/config.ts.`,
    );
}

function channels(
  scope: Construct,
  stage: Stage,
  { secrets, readerSecrets, signingKeys }: Resources,
  told: Readonly<Record<'secrets' | 'readerSecrets' | 'keys', boolean>>,
): string {
  const all = stage.channels.map((channel) =>
    declared(
      channel,
      told.secrets ? secrets.get(channel.code)?.ref : undefined,
      told.readerSecrets ? readerSecrets.get(channel.code)?.ref : undefined,
      told.keys ? (name) => signingKeys.get(channel.code)?.get(name)?.keyArn : undefined,
    ),
  );
  return Stack.of(scope).toJsonString(all);
}

function declared(
  { code, provider: by, signingKeys = [] }: Channel,
  secret: string | undefined,
  readerSecret: string | undefined,
  keyArn: ((name: string) => string | undefined) | undefined,
): object {
  return {
    code,
    provider: by,
    ...(secret !== undefined && { secret_arn: secret }),
    ...(readerSecret !== undefined && { reader_secret_arn: readerSecret }),
    ...(keyArn &&
      signingKeys.length > 0 && {
        signing_keys: Object.fromEntries(signingKeys.map((name) => [name, keyArn(name)])),
      }),
  };
}
