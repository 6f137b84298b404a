import { describe, expect, it } from '@jest/globals';
import type { DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import type { InvokeResult } from '../../../local/aws/executor.ts';
import { type BatchRules, deliver } from '../../../local/aws/stream-batch.ts';

const ok = (payload: unknown = null): InvokeResult => ({ kind: 'ok', payload });
const failed: InvokeResult = { kind: 'error', errorType: 'Error', errorMessage: 'no' };
const goOnAt = (itemIdentifier: string) => ok({ batchItemFailures: [{ itemIdentifier }] });

const now = Date.now() / 1000;
const records = (...numbers: string[]): DynamoDBRecord[] =>
  numbers.map((SequenceNumber) => ({ dynamodb: { SequenceNumber, ApproximateCreationDateTime: now } }));
const numbers = (of: readonly DynamoDBRecord[]) =>
  of.map(({ dynamodb }) => dynamodb?.SequenceNumber).join('');

const patient: BatchRules = { bisect: false, reports: true, retries: -1, age: -1 };

/** What the function saw, how far the checkpoint went, and what was given up. */
async function run(
  batch: DynamoDBRecord[],
  rules: Partial<BatchRules>,
  answer: (seen: string, call: number) => InvokeResult,
  stopAfter = Infinity,
) {
  const stopping = new AbortController();
  const calls: string[] = [];
  const passed: string[] = [];
  const lost: string[] = [];
  await deliver(
    batch,
    { ...patient, ...rules },
    {
      signal: stopping.signal,
      now: Date.now,
      passed: (each) => passed.push(each),
      givenUp: (each, why) => void lost.push(`${numbers(each)} ${why}`),
      invoke: (event) => {
        const seen = numbers((event as DynamoDBStreamEvent).Records);
        calls.push(seen);
        if (calls.length >= stopAfter) stopping.abort();
        return Promise.resolve(answer(seen, calls.length));
      },
    },
  );
  return { calls, passed, lost };
}

describe('a batch of stream records', () => {
  it('passes at once when all went well', async () => {
    await expect(run(records('1', '2'), {}, () => ok({ batchItemFailures: [] }))).resolves.toEqual({
      calls: ['12'],
      passed: ['2'],
      lost: [],
    });
  });

  it('comes again whole after an error, until it goes well', async () => {
    await expect(run(records('1', '2'), {}, (_, call) => (call < 3 ? failed : ok()))).resolves.toEqual({
      calls: ['12', '12', '12'],
      passed: ['2'],
      lost: [],
    });
  });

  it('goes on at the first reported record', async () => {
    const report = ok({ batchItemFailures: [{ itemIdentifier: '4' }, { itemIdentifier: '3' }] });
    const done = await run(records('1', '2', '3', '4'), { retries: 0 }, (_, call) =>
      call === 1 ? report : ok(),
    );
    expect(done).toEqual({ calls: ['1234', '34'], passed: ['2', '4'], lost: [] });
  });

  it('comes again whole after a report that names no record of it', async () => {
    const done = await run(records('1', '2'), {}, (_, call) => (call === 1 ? goOnAt('9') : ok()));
    expect(done).toEqual({ calls: ['12', '12'], passed: ['2'], lost: [] });
  });

  it('is cut in two until the bad record stands alone, which is given up after its retries', async () => {
    const rules = { bisect: true, retries: 1 };
    const done = await run(records('1', '2', '3', '4'), rules, (seen) =>
      seen.includes('3') ? failed : ok(),
    );
    expect(done.calls).toEqual(['1234', '12', '34', '3', '3', '4']);
    expect(done.lost).toEqual(['3 RetryAttemptsExhausted']);
    expect(done.passed).toEqual(['2', '3', '4']);
  });

  it('is given up whole after its retries when it is not cut', async () => {
    await expect(run(records('1', '2'), { retries: 1 }, () => failed)).resolves.toEqual({
      calls: ['12', '12'],
      passed: ['2'],
      lost: ['12 RetryAttemptsExhausted'],
    });
  });

  it('loses what has grown too old, and nothing else', async () => {
    const [old] = records('1');
    const before = { ...old, dynamodb: { ...old?.dynamodb, ApproximateCreationDateTime: now - 100 } };
    await expect(run([before, ...records('2')], { age: 60 }, () => ok())).resolves.toEqual({
      calls: ['2'],
      passed: ['1', '2'],
      lost: ['1 RecordAgeExceeded'],
    });
  });

  it('passes nothing that was not handled when it is stopped', async () => {
    const rules = { bisect: true, retries: 0 };
    await expect(run(records('1', '2', '3'), rules, () => failed, 2)).resolves.toEqual({
      calls: ['123', '12'],
      passed: [],
      lost: [],
    });
  });
});
