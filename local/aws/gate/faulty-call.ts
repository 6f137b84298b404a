// What a fault does to a call: whether it is carried out, and what its caller gets to hear.
import { setTimeout as pause } from 'node:timers/promises';
import { type AwsAnswer, cancelled, denial, errorAnswer, withFailedEntry } from './answers.ts';
import type { FaultOrder } from './faults.ts';
import type { AwsCall, Input, Service } from './requests.ts';

/** `hang_up` = the connection breaks without an answer; `killed` = the sandbox is to be ended. */
export type Outcome = { readonly answer: AwsAnswer } | 'hang_up' | 'killed';

export interface Sufferer {
  readonly call: AwsCall;
  readonly userArn: string;
  /** Carries the call out, with another body where one is given. */
  readonly carryOut: (input?: Input) => Promise<AwsAnswer>;
}

export async function suffer(order: FaultOrder, sufferer: Sufferer): Promise<Outcome> {
  const { call, userArn, carryOut } = sufferer;
  switch (order.fault) {
    case 'throttle':
      return { answer: throttled(order, call) };
    case 'transaction_conflict':
      return { answer: conflict(call) };
    case 'internal_error':
      return { answer: internalError(call.service) };
    case 'access_denied':
      return { answer: denied(order, call, userArn) };
    case 'slow':
      await pause(order.ms);
      return { answer: await carryOut() };
    case 'lost_answer':
      await carryOut();
      return 'hang_up';
    case 'partial_failure':
      return { answer: await withoutLastEntry(call, carryOut) };
    case 'duplicate':
      await carryOut();
      return { answer: await carryOut() };
    case 'reorder':
      return { answer: await carryOut({ ...call.input, DelaySeconds: Math.ceil(order.ms / 1000) }) };
    // The first is never taken for such a call.
    case 'timeout':
    case 'crash_before':
      return 'killed';
    case 'crash_after':
      await carryOut();
      return 'killed';
  }
}

function throttled({ service: by }: FaultOrder, call: AwsCall): AwsAnswer {
  const { service, operation } = call;
  if (by === 'kms' && service === 'sqs')
    return errorAnswer(service, 'KmsThrottled', 'AWS KMS throttled the request.');
  if (by === 'kms' && service === 'secretsmanager')
    return operation === 'GetSecretValue'
      ? errorAnswer(service, 'DecryptionFailure', 'Secrets Manager cannot decrypt the secret with its key.')
      : errorAnswer(service, 'EncryptionFailure', 'Secrets Manager cannot encrypt the secret with its key.');
  if (operation.startsWith('Transact'))
    return cancelled(call, 0, 'ThrottlingError', 'Throughput exceeds the current capacity of your table.');
  if (service === 'sqs') return errorAnswer(service, 'RequestThrottled', 'Rate exceeded', { status: 403 });
  return errorAnswer(service, 'ThrottlingException', 'Rate exceeded');
}

const ongoing = 'Transaction is ongoing for the item';

function conflict(call: AwsCall): AwsAnswer {
  return call.operation.startsWith('Transact')
    ? cancelled(call, 0, 'TransactionConflict', ongoing)
    : errorAnswer('dynamodb', 'TransactionConflictException', ongoing);
}

const internal: Readonly<Record<Service, string>> = {
  dynamodb: 'InternalServerError',
  sqs: 'InternalFailure',
  secretsmanager: 'InternalServiceError',
  events: 'InternalException',
  kms: 'KMSInternalException',
  states: 'InternalFailure',
};

function internalError(service: Service): AwsAnswer {
  return errorAnswer(service, internal[service], 'Internal failure: it was not carried out.', {
    status: 500,
  });
}

function denied({ service: by, action }: FaultOrder, call: AwsCall, userArn: string): AwsAnswer {
  const wanted = by === 'kms' ? `kms:${action ?? ''}` : '';
  const ask = call.asks.find((one) => one.action.startsWith(wanted));
  const { action: asked = '', resource = '' } = ask ?? {};
  const because = `because no identity-based policy allows the ${asked} action`;
  return denial(call.service, userArn, { action: asked, resource, because });
}

/** The last entry is not taken, the others are. */
async function withoutLastEntry({ input }: AwsCall, carryOut: Sufferer['carryOut']): Promise<AwsAnswer> {
  const entries = (input['Entries'] ?? []) as unknown[];
  if (entries.length < 2) return withFailedEntry(undefined, 1);
  const { body } = await carryOut({ ...input, Entries: entries.slice(0, -1) });
  return withFailedEntry(JSON.parse(body.toString()) as Input, entries.length);
}
