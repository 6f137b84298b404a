import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { listRefunds } from '../../functions/list-refunds/list-refunds.ts';
import { listRefundsQuery } from '../../functions/list-refunds/schema.ts';
import { validate } from '../../lib/api/validation.ts';
import { PaymentError } from '../../lib/domain/errors.ts';
import { refundIdOf } from '../../lib/domain/ids.ts';
import type { Payment } from '../../lib/domain/payment.ts';
import { madeRefund, paidOne, paymentNow } from '../flows/refunding.ts';
import { startDatabase, type Database } from '../store/database.ts';

let database: Database;
let payment: Payment;
let ids: string[];
beforeAll(async () => {
  database = await startDatabase();
  const paid = await paidOne(database);
  for (let i = 0; i < 5; i++) await madeRefund(database, paid, { minor: 1 });
  payment = await paymentNow(database, paid);
  ids = Array.from({ length: 5 }, (_, place) => refundIdOf(paid.transactionId, place));
});
afterAll(() => database.stop());

const list = (query: Record<string, string> = {}, of = payment) =>
  listRefunds(database.tables(), of, validate(listRefundsQuery, query));
const idsOf = async (query: Record<string, string>) =>
  (await list(query)).items.map(({ refundId }) => refundId as string);

describe('the refunds of a payment', () => {
  it('come as they were made, all on one page', async () => {
    expect(await idsOf({})).toEqual(ids);
    expect((await list()).next).toBeUndefined();
    expect(await list({}, await paidOne(database))).toEqual({ items: [] });
  });

  it.each([1, 2, 3, 4, 5])('come each once on pages of %d', async (limit) => {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await list({ limit: String(limit), ...(cursor !== undefined && { cursor }) });
      expect(page.items.length).toBeLessThanOrEqual(limit);
      seen.push(...page.items.map(({ refundId }) => refundId));
      cursor = page.next;
    } while (cursor !== undefined);
    expect(seen).toEqual(ids);
  });

  it.each([
    ['that is none', () => 'x'],
    ['of a payment', () => payment.transactionId],
    ['of one that is not there', () => refundIdOf(payment.transactionId, 5)],
    ['of another payment', () => refundIdOf('pay_01h455vb4pex5vsknk084sn02q', 0)],
  ])('a cursor %s is refused', async (_, cursor) => {
    const refused = await list({ cursor: cursor() }).catch((error: unknown) => error);
    expect(refused).toMatchObject(new PaymentError('CURSOR_INVALID', { param: 'cursor' }));
    expect(refused).toMatchObject({ code: 'CURSOR_INVALID' });
  });
});
