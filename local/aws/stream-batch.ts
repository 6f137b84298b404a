// One batch of stream records, until all of it is handled or given up: in order, at least once, as Lambda does it.
import type { DynamoDBRecord } from 'aws-lambda';
import { failedItems, invokeSafely, pause } from './event-source.ts';
import type { InvokeResult } from './executor.ts';

export interface BatchRules {
  /** a batch that failed without a report is cut in two, which does not count as a retry */
  readonly bisect: boolean;
  readonly reports: boolean;
  /** -1 = without end */
  readonly retries: number;
  /** s; -1 = without end */
  readonly age: number;
}

export interface BatchPorts {
  readonly invoke: (event: object) => Promise<InvokeResult>;
  /** everything up to here is handled, or given up */
  readonly passed: (sequenceNumber: string) => void;
  /** @param invokes how often the function was called with them, about */
  readonly givenUp: (
    records: readonly DynamoDBRecord[],
    why: WhyGivenUp,
    invokes: number,
  ) => Promise<void> | void;
  /** ms since 1970 UTC, by the clock that the records were dated with */
  readonly now: () => number;
  readonly signal: AbortSignal;
}

export type WhyGivenUp = 'RecordAgeExceeded' | 'RetryAttemptsExhausted';

/** ms; Lambda's own are longer */
const backOff = { first: 50, most: 2000 };

/** Returns early, with the rest not handled, when the signal says so. */
export async function deliver(
  records: readonly DynamoDBRecord[],
  rules: BatchRules,
  ports: BatchPorts,
  retried = 0,
): Promise<void> {
  const over = () => ports.signal.aborted;
  let rest = records;
  for (let retry = retried; !over(); retry++) {
    rest = await dropOld(rest, rules, ports, retry);
    if (rest.length === 0) return;
    const result = await invokeSafely(ports.invoke, { Records: rest });
    const failed = failedItems(result, rules.reports, rest.map(sequenceNumber));
    const first = rest.findIndex((record) => failed.has(sequenceNumber(record)));
    pass(first < 0 ? rest : rest.slice(0, first), ports);
    if (first < 0) return;
    if (first > 0) {
      rest = rest.slice(first);
      retry = retried - 1;
      continue;
    }
    const cut = rules.bisect && rest.length > 1 && result.kind === 'error';
    if (!cut && rules.retries >= 0 && retry >= rules.retries && !over()) {
      await ports.givenUp(rest, 'RetryAttemptsExhausted', retry + 1);
      pass(rest, ports);
      return;
    }
    await pause(Math.min(backOff.first * 2 ** Math.min(retry, 10), backOff.most), ports.signal);
    if (cut) {
      const half = Math.ceil(rest.length / 2);
      await deliver(rest.slice(0, half), rules, ports, retry);
      await deliver(rest.slice(half), rules, ports, retry);
      return;
    }
  }
}

async function dropOld(
  records: readonly DynamoDBRecord[],
  { age }: BatchRules,
  ports: BatchPorts,
  invokes: number,
) {
  if (age < 0) return records;
  const oldest = ports.now() / 1000 - age;
  const young = records.findIndex(
    ({ dynamodb }) => (dynamodb?.ApproximateCreationDateTime ?? oldest) >= oldest,
  );
  const old = young < 0 ? records : records.slice(0, young);
  if (old.length === 0) return records;
  await ports.givenUp(old, 'RecordAgeExceeded', invokes);
  pass(old, ports);
  return records.slice(old.length);
}

function pass(records: readonly DynamoDBRecord[], { passed }: BatchPorts): void {
  const last = records.at(-1);
  if (last) passed(sequenceNumber(last));
}

function sequenceNumber({ dynamodb }: DynamoDBRecord): string {
  return dynamodb?.SequenceNumber ?? '';
}
