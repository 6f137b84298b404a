// What a function is told: exactly the names that its needs imply, and nothing of its neighbours.
import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Stage } from '../config.ts';
import type { Need, Operation } from '../operations.ts';
import type { Resources } from './grants.ts';

/**
 * Environment of one operation. `CALLERS` and `CHANNELS` are JSON:
 * `[{application, roles, scopes, operator?}]` and `[{code, provider, secret_arn?}]`.
 */
export function environment(
  scope: Construct,
  stage: Stage,
  operation: Operation,
  resources: Resources,
): Record<string, string> {
  const any = (...needs: Need[]): boolean => needs.some((need) => operation.needs.includes(need));
  const secrets = any('channel-secrets:get', 'channel-secrets:put');
  return {
    STAGE: stage.name,
    POWERTOOLS_SERVICE_NAME: 'payments',
    POWERTOOLS_METRICS_NAMESPACE: 'Payments',
    POWERTOOLS_LOG_LEVEL: 'INFO',
    ...(any('payments:get', 'payments:transact') && {
      PAYMENTS_TABLE: resources.payments.tableName,
    }),
    ...(any('payments:transact', 'events:query') && { EVENTS_TABLE: resources.events.tableName }),
    ...(any('idempotency') && { IDEMPOTENCY_TABLE: resources.idempotency.tableName }),
    ...(any('channels:get', 'channels:put') && { CHANNELS_TABLE: resources.channels.tableName }),
    ...((secrets || any('channels:get', 'channels:put')) && {
      CHANNELS: channels(scope, stage, resources, secrets),
    }),
    ...(any('callbacks:send') && { CALLBACK_QUEUE_URL: resources.callbacks.queueUrl }),
    ...(any('bus:put') && { EVENT_BUS_NAME: resources.bus.ref }),
    ...('route' in operation.on && operation.on.auth === 'iam' && { CALLERS: JSON.stringify(stage.callers) }),
  };
}

/** Lambda takes 4 KB in all, and says so only in the midst of a deployment; half a KB is left to the names of the rest. */
const room = 3584;

/** What an ARN of a secret takes: it is not known at synthesis. */
const arnLength = 128;

/** @throws Error naming stage and size when callers and channels do not fit into the environment of a function */
export function fits({ name, callers, channels }: Stage): void {
  const told = channels.map((channel) => ({ ...channel, secret_arn: 'x'.repeat(arnLength) }));
  const size = Buffer.byteLength(JSON.stringify(callers) + JSON.stringify(told));
  if (size > room)
    throw new Error(
      `The callers and channels of stage "${name}" take ${size} bytes, and the environment of a function has room for ${room}: take callers or roles out of infra/config.ts.`,
    );
}

function channels(scope: Construct, stage: Stage, resources: Resources, withSecrets: boolean): string {
  return Stack.of(scope).toJsonString(
    stage.channels.map(({ code, provider }) => ({
      code,
      provider,
      ...(withSecrets && { secret_arn: resources.secrets.get(code)?.ref }),
    })),
  );
}
