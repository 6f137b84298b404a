// A person decides about late or wrong money: the handler, from event to answer.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AnomalyKind } from '../../lib/domain/anomaly.ts';
import { refundIdOf } from '../../lib/domain/ids.ts';
import type { Payment } from '../../lib/domain/payment.ts';
import { account, aContext, anEvent, answered, environment } from '../lambda/gateway-event.ts';
import { aPayment } from '../domain/samples.ts';
import { anAnomaly, decisions, other, type Decisions } from '../flows/decisions.ts';
import { madeRefund, refundNow } from '../flows/refunding.ts';
import { startDatabase, type Database } from '../store/database.ts';

type Run = (event: unknown, context: unknown) => Promise<unknown>;

let database: Database;
let on: Decisions;
let run: Run;
let keys = 0;

beforeAll(async () => {
  database = await startDatabase();
  on = decisions(database);
  const caller = (name: string, scopes: string[], operator?: true) => {
    return { application: name, roles: [`arn:aws:iam::${account}:role/${name}`], scopes, operator };
  };
  environment({
    AWS_ENDPOINT_URL_DYNAMODB: database.endpoint,
    PAYMENTS_TABLE: 'payments',
    EVENTS_TABLE: 'events',
    IDEMPOTENCY_TABLE: 'idempotency',
    DUE_SHARDS_WRITTEN: '2',
    CALLERS: JSON.stringify([
      caller('finance', ['read', 'reconcile', 'refund'], true),
      caller('auditor', ['read', 'reconcile'], true),
      caller('support', ['read', 'pay'], true),
      caller('shop', ['read', 'pay', 'reconcile']),
    ]),
  });
  run = (await import('../../functions/resolve-anomaly/handler.ts')).handler as unknown as Run;
});
afterAll(() => database.stop());

interface Asked {
  readonly body?: object | string;
  readonly role?: string;
  readonly key?: string | null;
}

async function resolve(transaction_id: string, { body = accept, role = 'finance', key }: Asked = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const headers: Record<string, string[]> =
    key === null ? {} : { 'Idempotency-Key': [key ?? `key-${++keys}`] };
  return answered(await run(anEvent({ path: { transaction_id }, body: text, headers, role }), aContext()));
}

const accept = { action: 'accept', version: 3, reason: 'the goods were sent' };
const refund = { action: 'refund', version: 3, reason: 'nobody wants it' };
const dismiss = { action: 'dismiss', version: 3, reason: 'given back by hand' };
const waiting = (kind: AnomalyKind = 'PAID_AFTER_CLOSE', changes: Partial<Payment> = {}, paidBy?: 'other') =>
  on.placed({ status: 'CLOSED', anomaly: anAnomaly(kind), ...changes }, paidBy);

describe('a decision', () => {
  it('to accept makes the payment paid, and says who decided and why', async () => {
    const payment = await waiting();
    const { status, body } = await resolve(payment.transactionId);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      transaction_id: payment.transactionId,
      status: 'PAID_SUCCESS',
      amount_paid: '12.34',
      gateway_transaction_id: 'gw-late',
      paid_at: '2026-11-22T07:59:00.000Z',
      anomaly: {
        kind: 'PAID_AFTER_CLOSE',
        resolution: { action: 'accept', by: 'finance', reason: accept.reason },
      },
    });
    expect(await on.eventsOf(payment)).toMatchObject([
      { name: 'payment.paid_late', actor: 'finance', reason: accept.reason },
    ]);
    expect(await on.paidBy(payment)).toBe(payment.transactionId);
  });

  it('to dismiss leaves the payment without the money', async () => {
    const payment = await waiting();
    const { status, body } = await resolve(payment.transactionId, { body: dismiss });
    expect([status, body['status'], body['amount_paid']]).toEqual([200, 'CLOSED', undefined]);
    expect(await on.eventsOf(payment)).toMatchObject([
      { name: 'payment.anomaly_resolved', actor: 'finance' },
    ]);
  });

  it('to refund gives all of it back, and tells by which refund', async () => {
    const payment = await waiting();
    const { status, body } = await resolve(payment.transactionId, { body: refund });
    const resolution = {
      ...{ action: 'refund', by: 'finance', reason: refund.reason },
      refund_id: refundIdOf(payment.transactionId, 0),
    };
    expect([status, body]).toMatchObject([200, { status: 'CLOSED', anomaly: { resolution } }]);
    const told = { actor: 'finance', reason: refund.reason };
    expect(await on.eventsOf(payment)).toMatchObject([
      { name: 'refund.created', ...told },
      { name: 'payment.anomaly_resolved', ...told },
    ]);
    // What colleagues write is not for the payer, who reads the refund's reason at the channel.
    const made = await refundNow(database, { refundId: refundIdOf(payment.transactionId, 0) });
    expect(made.reason).toBeUndefined();
  });

  it('is answered again under the same key, and made once', async () => {
    const { transactionId } = await waiting();
    const [first, again] = [
      await resolve(transactionId, { key: 'k' }),
      await resolve(transactionId, { key: 'k' }),
    ];
    expect(again).toMatchObject({
      status: 200,
      text: first.text,
      headers: { 'idempotent-replayed': 'true' },
    });
    // The same decision after its answer was lost, under whatever key, is the same; another one comes too late.
    expect((await resolve(transactionId)).status).toBe(200);
    const otherwise = { body: { ...accept, reason: 'another reason' } };
    expect(await resolve(transactionId, otherwise)).toMatchObject({
      status: 409,
      body: { code: 'NOTHING_TO_RESOLVE' },
    });
  });

  it('is not made for another payment, or otherwise, under the same key', async () => {
    const [one, two] = [await waiting(), await waiting()];
    await resolve(one.transactionId, { key: 'k2' });
    const reused = { status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED' } };
    expect(await resolve(two.transactionId, { key: 'k2' })).toMatchObject(reused);
    expect(await resolve(one.transactionId, { key: 'k2', body: dismiss })).toMatchObject(reused);
    expect(await on.rowOf(two)).toEqual(two);
  });
});

describe('a decision is refused', () => {
  const expectRefusal = async (payment: Payment, asked: Asked, status: number, code: string) => {
    const answer = await resolve(payment.transactionId, asked);
    expect(answer).toMatchObject({ status, body: { code } });
    expect(await on.rowOf(payment)).toEqual(payment);
    expect(await on.eventsOf(payment)).toEqual([]);
    return answer.body;
  };

  it.each([
    ['an application that is no operator', { role: 'shop' }, 403, 'SCOPE_MISSING'],
    ['the same without a key', { role: 'shop', key: null }, 403, 'SCOPE_MISSING'],
    ['an operator without the scope', { role: 'support' }, 403, 'SCOPE_MISSING'],
    ['a request without a key', { key: null }, 400, 'IDEMPOTENCY_KEY_REQUIRED'],
    ['a request without a reason', { body: { action: 'accept', version: 1 } }, 400, 'INVALID_REQUEST'],
    ['an empty reason', { body: { ...accept, reason: '' } }, 400, 'INVALID_REQUEST'],
    ['too long a reason', { body: { ...accept, reason: 'x'.repeat(501) } }, 400, 'INVALID_REQUEST'],
    ['a card number', { body: { ...accept, reason: '4111 1111 1111 1111' } }, 422, 'SENSITIVE_DATA_REFUSED'],
    ['a request without a version', { body: { action: 'accept', reason: 'x' } }, 400, 'INVALID_REQUEST'],
    [
      'what was decided about another state of it',
      { body: { ...accept, version: 2 } },
      409,
      'STATE_CONFLICT',
    ],
    ['an action that is none', { body: { ...accept, action: 'auto_refund' } }, 400, 'INVALID_REQUEST'],
    ['a refund, by whom may not refund', { role: 'auditor', body: refund }, 403, 'SCOPE_MISSING'],
    ['a field too many', { body: { ...accept, amount: '1.00' } }, 400, 'UNKNOWN_FIELD'],
    ['what is not JSON', { body: '{' }, 400, 'MALFORMED_JSON'],
  ])('to %s', async (_, asked, status, code) => {
    await expectRefusal(await waiting(), asked, status, code);
  });

  it('where nothing waits for one', async () => {
    const payment = await on.placed({ status: 'PAID_SUCCESS' });
    expect(await expectRefusal(payment, {}, 409, 'NOTHING_TO_RESOLVE')).toMatchObject({ retryable: false });
  });

  it.each(['WRONG_PAYEE', 'CURRENCY_MISMATCH', 'GATEWAY_ID_REUSED'] as const)(
    'to accept or to refund %s',
    async (kind) => {
      for (const body of [accept, refund]) {
        const answer = await expectRefusal(await waiting(kind), { body }, 422, 'ANOMALY_NOT_ACCEPTABLE');
        expect(answer).toMatchObject({ retryable: false, param: 'action' });
      }
    },
  );

  it('to take money of which a part is on its way back: he is told by which refund, and what to do', async () => {
    const { transactionId } = await waiting();
    const { refundId } = await madeRefund(database, { transactionId }, { gatewayTransactionId: 'gw-late' });
    const before = await on.rowOf(aPayment({ transactionId }));
    const asked = { body: { ...accept, version: before.version } };
    const answer = await resolve(transactionId, asked);
    expect(answer).toMatchObject({ status: 409, body: { code: 'STATE_CONFLICT', param: 'action' } });
    expect(answer.body['detail']).toContain(`${refundId} (3.00 CNY, PENDING)`);
    expect(answer.body['detail']).toMatch(/was not taken.*dismiss/);
    expect(await on.rowOf(before)).toEqual(before);
  });

  it('to give back money that the payment is paid with: he is told how it goes back', async () => {
    const anomaly = anAnomaly('OVERPAID');
    const { gatewayTransactionId } = anomaly;
    const paid = { amountPaid: { minor: 880, currency: 'CNY' }, gatewayTransactionId } as const;
    const payment = await on.placed({ status: 'PAID_SUCCESS', ...paid, anomaly });
    const { transactionId, version } = payment;
    const answer = await resolve(transactionId, { body: { ...accept, action: 'refund', version } });
    expect(answer).toMatchObject({ status: 409, body: { code: 'STATE_CONFLICT', param: 'action' } });
    expect(answer.body['detail']).toMatch(/nothing was given back.*POST .refunds.transactions/);
    expect(await on.rowOf(payment)).toEqual(payment);
  });

  it('for a payment that is not there', async () => {
    for (const id of [aPayment().transactionId, 'x', 'PAYMENT'])
      expect(await resolve(id)).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
  });
});

describe('money that became a duplicate before the decision', () => {
  it('is not taken, nor by a repeat of the request: whoever decides has to look at it anew', async () => {
    const payment = await waiting('PAID_AFTER_CLOSE', {}, 'other');
    const { transactionId } = payment;
    const conflict = { status: 409, body: { code: 'STATE_CONFLICT', transaction_id: transactionId } };
    const first = await resolve(transactionId, { key: 'dup' });
    expect(first).toMatchObject(conflict);
    expect(first.body['detail']).toMatch(/duplicate/);
    expect(await resolve(transactionId, { key: 'dup' })).toMatchObject(conflict);
    const held = await on.rowOf(payment);
    expect(held).toMatchObject({ status: 'CLOSED', anomaly: { kind: 'DUPLICATE_PAID' } });
    expect(held.anomaly?.resolution).toBeUndefined();
    const anew = { body: { ...accept, version: held.version } };
    expect(await resolve(transactionId, anew)).toMatchObject({
      status: 200,
      body: { status: 'PAID_SUCCESS' },
    });
    expect(await on.paidBy(payment)).toBe(other);
  });
});
