// What is fed to the measured processes: events for our functions, and for the floors the very calls that our functions
// were seen to make, each time about another payment.
import { randomBytes } from 'node:crypto';
import { BatchWriteItemCommand, DynamoDBClient, type WriteRequest } from '@aws-sdk/client-dynamodb';
import { newTransactionId } from '../lib/domain/ids.ts';
import { putsOf, type Counts, type Names } from './count.ts';
import type { Step } from './floors/steps.ts';
import * as functions from './functions.ts';
import type { Call } from './recorder.ts';
import type { Surroundings } from './surroundings.ts';

/** `cold` = the calls of a process's first time, with the configuration not yet read. */
export type Warmth = 'warm' | 'cold';

export interface Inputs {
  readonly ours: (operation: functions.Operation, n: number) => Promise<unknown[]>;
  readonly floor: (operation: functions.Operation, n: number, warmth?: Warmth) => Promise<unknown[]>;
}

export function openInputs(counts: Counts, around: Surroundings): Inputs {
  const { names, message } = counts;
  const client = new DynamoDBClient({
    endpoint: around.dynamodb,
    region: 'us-east-1',
    credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
  });
  /** Payments that wait to be paid, already in the table. */
  const waiting = async (n: number): Promise<Names[]> => {
    const made = Array.from({ length: n }, () => otherNames(names));
    const rows = JSON.stringify(waitingRows(counts));
    for (let from = 0; from < n; from += 12) {
      const payments = made.slice(from, from + 12).flatMap((to) => anew(rows, names, to) as WriteRequest[]);
      await client.send(new BatchWriteItemCommand({ RequestItems: { payments } }));
    }
    return made;
  };
  const others = (operation: functions.Operation, n: number) =>
    operation === 'apply' || operation === 'query'
      ? waiting(n)
      : Promise.resolve(Array.from({ length: n }, () => otherNames(names)));
  const callback = (to: Names) => functions.callbackForm(to.transactionId, to.tradeNo, around.platform);
  const event: Readonly<Record<functions.Operation, (to: Names) => unknown>> = {
    create: (to) => functions.createEvent(to.order, to.key),
    receive: (to) => functions.callbackEvent(callback(to)),
    apply: (to) => functions.queueEvent(JSON.stringify(anew(message, names, to))),
    query: (to) => functions.queryEvent(to.transactionId),
  };
  return {
    ours: async (operation, n) => (await others(operation, n)).map(event[operation]),
    floor: async (operation, n, warmth = 'warm') => {
      const calls = counts.warm[operation].calls;
      const before = warmth === 'cold' ? configurationCalls(counts.cold[operation].calls) : [];
      const text = JSON.stringify([...before, ...calls].map((call) => step(call, around)));
      return (await others(operation, n)).map((to) => [
        ...(operation === 'receive' ? [{ kind: 'prove', form: callback(to) } satisfies Step] : []),
        ...(anew(text, names, to) as Step[]),
      ]);
    },
  };
}

function otherNames({ tokens }: Names): Names {
  const hex = (bytes: number) => randomBytes(bytes).toString('hex');
  return {
    transactionId: newTransactionId({ now: () => Date.now(), randomBytes }),
    order: `order-${hex(8)}`,
    key: `key-${hex(8)}`,
    tradeNo: `20261120220014${String(randomBytes(6).readUIntBE(0, 6)).padStart(15, '0')}`,
    digest: hex(32),
    recordId: `create-payment#${randomBytes(32).toString('base64')}`,
    tokens: tokens.map(() => hex(18)),
  };
}

/** JSON that speaks of one payment, speaking of another. */
function anew(text: string, from: Names, to: Names): unknown {
  const { tokens, ...own } = from;
  const pairs = Object.entries(own).map(([name, old]) => [old, String(to[name as keyof Names])] as const);
  const replaced = [...pairs, ...tokens.map((old, place) => [old, to.tokens[place] ?? ''] as const)];
  return JSON.parse(replaced.reduce((told, [old, other]) => told.replaceAll(old, other), text));
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

/** The payment as create-payment leaves it, and its order's lock. */
function waitingRows({ warm }: Counts): object[] {
  const rows = putsOf(warm.create.calls).filter(({ TableName }) => TableName === 'payments');
  const [, lock, payment] = rows;
  return [lock, payment].map((row) => ({ PutRequest: { Item: row?.Item } }));
}
