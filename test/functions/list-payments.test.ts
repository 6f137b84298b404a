import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { listPayments } from '../../functions/list-payments/list-payments.ts';
import { listPaymentsQuery } from '../../functions/list-payments/schema.ts';
import { validate } from '../../lib/api/validation.ts';
import { PaymentError } from '../../lib/domain/errors.ts';
import type { Payment } from '../../lib/domain/payment.ts';
import { readablePayment } from '../../lib/flows/readable-payment.ts';
import { getOrderLock } from '../../lib/store/locks.ts';
import { changePayment, createPayment } from '../../lib/store/payments.ts';
import { aPayment } from '../domain/samples.ts';
import { startDatabase, type Database } from '../store/database.ts';

const cause = { actor: 'shop', reason: 'asked' };
let database: Database;
/** five payments of one order, oldest first; the last is live */
let made: Payment[];

async function anotherOf(order: Partial<Payment>): Promise<Payment> {
  const tables = database.tables();
  const wanted = aPayment(order);
  const held = await getOrderLock(tables, wanted);
  const before = made.at(-1);
  const failed = before && { ...before, status: 'PAID_FAILED' as const, version: 2 };
  const lock = held && failed && { held, stored: { payment: failed, lastEventHash: '' } };
  const lastEventHash = (await createPayment(tables, wanted, cause, lock, 0)) ?? '';
  return { ...wanted, metadata: { lastEventHash } };
}

beforeAll(async () => {
  database = await startDatabase();
  made = [];
  for (let n = 1; n <= 5; n++) {
    const { metadata, ...payment } = await anotherOf({ businessOrderId: 'listed' });
    if (n < 5)
      await changePayment(
        database.tables(),
        { payment, lastEventHash: metadata?.['lastEventHash'] ?? '' },
        { ...payment, status: 'PAID_FAILED', version: 2 },
        cause,
      );
    made.push(payment);
  }
});
afterAll(() => database.stop());

const shop = { application: 'shop' };

function list(query: Record<string, string>, reader: { application: string; operator?: true } = shop) {
  const asked = validate(listPaymentsQuery, { business_order_id: 'listed', ...query });
  return listPayments(database.tables(), asked, reader);
}

async function codeOf(asked: Promise<unknown>): Promise<string> {
  return asked.then(
    () => 'answered',
    (error: unknown) => (error instanceof PaymentError ? error.code : 'a bug'),
  );
}

describe('the payments of an order', () => {
  it('come newest first, page by page, each once', async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    const sizes: number[] = [];
    do {
      const page = await list({ limit: '2', ...(cursor !== undefined && { cursor }) });
      seen.push(...page.items.map(({ transactionId }) => transactionId));
      sizes.push(page.items.length);
      cursor = page.next;
    } while (cursor !== undefined);
    expect(sizes).toEqual([2, 2, 1]);
    expect(seen).toEqual(made.map(({ transactionId }) => transactionId).reverse());
  });

  it.each(['5', '50', undefined])('fit on one page of %s, and no more is promised', async (limit) => {
    const page = await list({ ...(limit && { limit }) });
    expect(page.items).toHaveLength(5);
    expect(page.next).toBeUndefined();
  });

  it('are none for an order that nobody asked to pay', async () => {
    expect(await list({ business_order_id: 'nothing' })).toEqual({ items: [] });
    expect(await list({ business_order_type: 'b2b' })).toEqual({ items: [] });
  });

  it.each(['x', '', 'pay_01h455vb4pex5vsknk084sn02q', '__proto__', '0'])(
    'are not listed from a forged cursor %j',
    async (cursor) => {
      expect(await codeOf(list({ cursor }))).toBe('CURSOR_INVALID');
    },
  );

  it('are not listed from the cursor of another order', async () => {
    const [first] = made;
    const other = list({ business_order_id: 'other-order', cursor: first?.transactionId ?? '' });
    expect(await codeOf(other)).toBe('CURSOR_INVALID');
  });

  it.each(['0', '51', '-1', '1.5', '1e1', '', ' 1', '٣'])(
    'are not counted by a limit of %j',
    async (limit) => {
      expect(await codeOf(Promise.resolve().then(() => list({ limit })))).toBe('INVALID_REQUEST');
    },
  );

  it('belong to the application that asked for them; operators name it', async () => {
    expect((await list({}, { application: 'other' })).items).toEqual([]);
    expect(await codeOf(list({ application: 'shop' }, { application: 'other' }))).toBe('NOT_FOUND');
    const operator = { application: 'operators', operator: true } as const;
    expect((await list({ application: 'shop' }, operator)).items).toHaveLength(5);
    expect((await list({}, operator)).items).toEqual([]);
  });
});

describe('one payment', () => {
  const read = (id: string, reader: { application: string; operator?: true } = shop) =>
    readablePayment(database.tables(), id, reader);

  it('is read by its application and by operators', async () => {
    const id = made.at(-1)?.transactionId ?? '';
    expect((await read(id)).transactionId).toBe(id);
    expect((await read(id, { application: 'operators', operator: true })).transactionId).toBe(id);
  });

  it('is not there for anybody else, just as one that never was', async () => {
    const id = made[0]?.transactionId ?? '';
    const ids = [
      aPayment().transactionId,
      'x',
      '',
      'PAYMENT',
      'ORDER#shop#-#listed',
      `pay_${'0'.repeat(10_000)}`,
    ];
    expect(await codeOf(read(id, { application: 'other' }))).toBe('NOT_FOUND');
    for (const each of ids) expect(await codeOf(read(each))).toBe('NOT_FOUND');
  });
});
