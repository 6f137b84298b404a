// What is fed to the measured processes: events for our functions, and for the floors the very calls that our functions
// were seen to make, each time about another payment.
import { randomBytes } from 'node:crypto';
import { BatchWriteItemCommand, DynamoDBClient, type WriteRequest } from '@aws-sdk/client-dynamodb';
import { newTransactionId, refundIdOf, type TransactionId } from '../lib/domain/ids.ts';
import { alipay } from './channels.ts';
import { putsOf, type Counts } from './count.ts';
import type { Step } from './floors/steps.ts';
import * as functions from './functions.ts';
import { messageOf, tradeNumber, type Counted, type Life, type Names } from './lives.ts';
import type { Call } from './recorder.ts';
import type { Surroundings } from './surroundings.ts';

/** `cold` = the calls of a process's first time, with the configuration not yet read. */
export type Warmth = 'warm' | 'cold';

export interface Inputs {
  readonly ours: (operation: functions.Operation, n: number) => Promise<unknown[]>;
  readonly floor: (operation: functions.Operation, n: number, warmth?: Warmth) => Promise<unknown[]>;
}

/** DynamoDB takes 25 at a time. */
const batch = 25;

export function openInputs(counts: Counts, around: Surroundings): Inputs {
  const client = new DynamoDBClient({
    endpoint: around.dynamodb,
    region: 'us-east-1',
    credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
  });
  /** Others' names, and in the table all that was written of them before that operation. */
  const others = async (operation: functions.Operation, n: number): Promise<Names[]> => {
    const { names, counted } = counts.lives[operation];
    const made = Array.from({ length: n }, () => otherNames(names));
    const text = JSON.stringify(operation === 'receive' ? [] : rowsBefore(operation, counted));
    const rows = made.flatMap((to) => anew(text, names, to) as WriteRequest[]);
    for (let from = 0; from < rows.length; from += batch) {
      const payments = rows.slice(from, from + batch);
      await client.send(new BatchWriteItemCommand({ RequestItems: { payments } }));
    }
    return made;
  };
  const notice = (operation: functions.Operation, receive: string, to: Names) => {
    const { counted, names } = counts.lives[operation];
    const message = messageOf(counted[receive] as Counted);
    return functions.queueEvent(JSON.stringify(anew(message, names, to)));
  };
  const callback = (to: Names) => alipay.paid(around, to.tradeNo, to.transactionId);
  const refundId = (to: Names) => refundIdOf(to.transactionId as TransactionId, 0);
  const event: Readonly<Record<functions.Operation, (to: Names) => unknown>> = {
    create: (to) => functions.createEvent(alipay, to.order, to.key),
    receive: callback,
    apply: (to) => notice('apply', 'receive', to),
    query: (to) => functions.queryEvent(to.transactionId),
    refund: (to) => functions.refundEvent(to.transactionId, to.refundNumber, to.refundKey),
    submit: (to) => functions.stepEvent('submit', refundId(to)),
    look: (to) => functions.stepEvent('query', refundId(to)),
    refundApply: (to) => notice('refundApply', 'refundReceive', to),
  };
  const proved = (to: Names): Step => {
    const { body } = callback(to) as { body: string };
    return { kind: 'prove', form: Buffer.from(body, 'base64') };
  };
  return {
    ours: async (operation, n) => (await others(operation, n)).map(event[operation]),
    floor: async (operation, n, warmth = 'warm') => {
      const { counted, names } = counts.lives[operation];
      const before = warmth === 'cold' ? configurationCalls(counts.cold[operation]?.calls ?? []) : [];
      const calls = [...before, ...(counted[operation]?.calls ?? [])];
      const text = JSON.stringify(calls.map((call) => step(call, around)));
      return (await others(operation, n)).map((to) => [
        ...(operation === 'receive' ? [proved(to)] : []),
        ...(anew(text, names, to) as Step[]),
      ]);
    },
  };
}

function otherNames({ digests, records, tokens }: Names): Names {
  const hex = (bytes: number) => randomBytes(bytes).toString('hex');
  return {
    transactionId: newTransactionId({ now: () => Date.now(), randomBytes }),
    ...{ order: `order-${hex(8)}`, key: `key-${hex(8)}`, tradeNo: tradeNumber() },
    ...{ refundNumber: `refund-${hex(8)}`, refundKey: `refund-key-${hex(8)}` },
    digests: digests.map(() => hex(32)),
    records: records.map((old) => `${old.split('#')[0] ?? ''}#${randomBytes(32).toString('base64')}`),
    tokens: tokens.map(() => hex(18)),
  };
}

/** JSON that speaks of one payment, speaking of another. */
function anew(text: string, from: Names, to: Names): unknown {
  return JSON.parse(
    words(from).reduce((told, old, place) => told.replaceAll(old, words(to)[place] ?? ''), text),
  );
}

/** Of the payment's number what its refund's has too. */
function words({ transactionId, digests, records, tokens, ...own }: Names): string[] {
  const { order, key, tradeNo, refundNumber, refundKey } = own;
  const one = [transactionId.slice('pay_'.length), order, key, tradeNo, refundNumber, refundKey];
  return [...one, ...digests, ...records, ...tokens];
}

function configurationCalls(calls: readonly Call[]): Call[] {
  return calls.filter(
    ({ service, input }) => service === 'secretsmanager' || input['TableName'] === 'channels',
  );
}

function step({ service, operation, input }: Call, around: Surroundings): Step {
  if (service === 'gateway') {
    const { biz_content: business = '', ...system } = input as Record<string, string>;
    delete system['sign'];
    return { kind: 'gateway', system, business };
  }
  const sent = service === 'sqs' ? { ...input, QueueUrl: around.queueUrl } : input;
  return { kind: 'aws', service, operation, input: sent };
}

/** The payment's rows, its locks' and its refund's, as they stand when it is the operation's turn. */
function rowsBefore(operation: functions.Operation, counted: Life['counted']): object[] {
  const names = Object.keys(counted);
  const before = names.slice(0, operation === 'query' ? 1 : names.indexOf(operation));
  const last = new Map<string, object>();
  for (const { TableName, Item } of putsOf(before.flatMap((name) => counted[name]?.calls ?? [])))
    if (TableName === 'payments')
      last.set(JSON.stringify([Item['pk'], Item['sk']]), { PutRequest: { Item } });
  return [...last.values()];
}
