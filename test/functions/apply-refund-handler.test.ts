// The handler of the callback queue, with words about refunds: who is told of which.
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Refund } from '../../lib/domain/refund.ts';
import type { CallbackMessage } from '../../lib/messaging/callbacks.ts';
import { failed, madeRefund, paidOne, refundNow, say, succeeded } from '../flows/refunding.ts';
import { aContext, environment } from '../lambda/gateway-event.ts';
import { startDatabase, type Database } from '../store/database.ts';
import { word } from './noticing.ts';

type Run = (event: unknown, context: unknown) => Promise<unknown>;

let database: Database;
let run: Run;
let told: jest.SpiedFunction<(name: string, facts: object, cause?: unknown) => void>;
let counted: jest.SpiedFunction<typeof console.log>;

beforeAll(async () => {
  database = await startDatabase();
  environment({
    AWS_ENDPOINT_URL_DYNAMODB: database.endpoint,
    PAYMENTS_TABLE: 'payments',
    EVENTS_TABLE: 'events',
    CHANNELS_TABLE: 'channels',
    DUE_SHARDS_WRITTEN: '2',
    CALLBACK_QUEUE_URL: 'https://sqs.example.com/callbacks',
    SYNC_QUEUE_URL: 'https://sqs.example.com/sync',
    POWERTOOLS_DEV: 'true',
    POWERTOOLS_METRICS_DISABLED: 'false',
  });
  run = (await import('../../functions/apply-notification/handler.ts')).handler as unknown as Run;
  const { log } = await import('../../lib/lambda/log.ts');
  told = jest.spyOn(log, 'error');
  counted = jest.spyOn(console, 'log').mockReturnValue();
});
beforeEach(() => {
  for (const each of [told, counted]) each.mockClear();
});
afterAll(() => database.stop());

const apply = (message: CallbackMessage) =>
  run({ Records: [{ messageId: 'm', body: JSON.stringify(message), attributes: {} }] }, aContext());
const done = { batchItemFailures: [] };
const contradictions = () => counted.mock.calls.flat().join().split('"refund_contradicted":1').length - 1;
const made = async (): Promise<Refund> => madeRefund(database, await paidOne(database));

describe('a word about a refund', () => {
  it('that contradicts what we hold calls somebody, each time that it comes', async () => {
    const refund = await made();
    const message = word(succeeded(refund, { amount: { minor: 299, currency: 'CNY' } }));
    const facts = {
      ...{ channel_code: 'ALIPAY', digest: message.digest, reason: 'amount', status: 'PENDING' },
      ...{ transaction_id: refund.originalTransactionId, refund_id: refund.refundId },
    };
    for (let times = 1; times <= 2; times++) {
      expect(await apply(message)).toEqual(done);
      expect(told.mock.calls).toEqual(Array(times).fill(['refund.callback_contradicts', facts]));
      expect(contradictions()).toBe(times);
    }
    expect(await refundNow(database, refund)).toEqual(refund);
  });

  it('that moves it, comes again, or comes late calls nobody', async () => {
    const [moved, over] = [await made(), await made()];
    await say(database, succeeded(over, { at: '2026-11-22T09:00:00.000Z' }));
    const late = word(failed(over, { at: '2026-11-22T08:00:00.000Z' }));
    for (const message of [word(succeeded(moved)), word(succeeded(moved)), late])
      expect(await apply(message)).toEqual(done);
    expect((await refundNow(database, moved)).status).toBe('SUCCESS');
    expect((await refundNow(database, over)).status).toBe('SUCCESS');
    expect([told.mock.calls, contradictions()]).toEqual([[], 0]);
  });
});
