// The story of a refund that somebody else carried out, on the real database: what he says of it is its end, once.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { confirmRefund } from '../../functions/confirm-refund/confirm-refund.ts';
import type { ConfirmRefundBody } from '../../functions/confirm-refund/schema.ts';
import { refundView } from '../../lib/api/refund-view.ts';
import { PaymentError } from '../../lib/domain/errors.ts';
import { refundIdOf } from '../../lib/domain/ids.ts';
import type { Refund } from '../../lib/domain/refund.ts';
import type { NewRefund } from '../../lib/flows/new-refund.ts';
import type { Reader } from '../../lib/flows/readable-payment.ts';
import { listEvents } from '../../lib/store/events.ts';
import {
  eventNames,
  madeRefund,
  paidOne,
  paymentNow,
  refundNow,
  say,
  succeeded,
} from '../flows/refunding.ts';
import { ports, startDatabase, type Database } from '../store/database.ts';

let database: Database;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

const minor = (amount: number) => ({ minor: amount, currency: 'CNY' });
const born = ['payment.created', 'payment.paid', 'refund.created', 'refund.handover'];
const noon = Date.parse('2026-11-22T12:00:00.000Z');
const refunded: ConfirmRefundBody = { result: 'refunded', reference: 'booking 7' };
const refused: ConfirmRefundBody = { result: 'refused', reference: 'letter 8' };

async function handedOver(changes: Partial<NewRefund> & { minor?: number } = {}) {
  const payment = await paidOne(database);
  const refund = await madeRefund(database, payment, { refundMethod: 'BALANCE', ...changes });
  return { payment, refund };
}

function confirm(
  { refundId: id }: Pick<Refund, 'refundId'>,
  body = refunded,
  caller: Reader = { application: 'shop' },
): Promise<Refund> {
  return confirmRefund({ tables: database.tables(), ports: ports(noon) }, { id, body, caller });
}

const codeOf = (asked: Promise<Refund>) =>
  asked.then(
    ({ status }) => status,
    (error: unknown) => (error instanceof PaymentError ? error.code : String(error)),
  );

const both = async ({ payment, refund }: Awaited<ReturnType<typeof handedOver>>) => ({
  payment: await paymentNow(database, payment),
  refund: await refundNow(database, refund),
});

describe('a refund that was handed over', () => {
  it.each(['BALANCE', 'OFFLINE'] as const)(
    'by %s and is confirmed has gone: it counts',
    async (refundMethod) => {
      const one = await handedOver({ refundMethod });
      const said = await confirm(one.refund);
      const at = new Date(noon).toISOString();
      expect(said).toMatchObject({
        ...{ status: 'SUCCESS', amountRefunded: minor(300), refundedAt: at, updatedAt: at },
        confirmation: { by: 'shop', reference: 'booking 7' },
      });
      const { payment, refund } = await both(one);
      expect([refundView(refund, 'en'), refund.dueAt]).toEqual([refundView(said, 'en'), undefined]);
      expect(payment).toMatchObject({
        ...{ status: 'REFUND_PARTIAL', amountRefunded: minor(300), amountReserved: minor(0) },
      });
      expect(await eventNames(database, payment)).toEqual([
        ...born,
        'refund.succeeded',
        'payment.partially_refunded',
      ]);
      const last = (await listEvents(database.tables(), payment.transactionId)).slice(-2);
      expect(last.map(({ actor, reason }) => [actor, reason])).toEqual([
        ['shop', 'booking 7'],
        ['shop', 'booking 7'],
      ]);
    },
  );

  it('whole leaves nothing to be refunded', async () => {
    const one = await handedOver({ minor: 880 });
    await confirm(one.refund);
    expect((await both(one)).payment.status).toBe('REFUND_FULL');
  });

  it('and is refused holds nothing any more: the amount may go back by another', async () => {
    const one = await handedOver({ minor: 880 });
    expect(await confirm(one.refund, refused)).toMatchObject({
      ...{ status: 'FAILED', errorCode: 'REFUND_DECLINED', channelErrorCode: 'refused' },
      confirmation: { by: 'shop', reference: 'letter 8' },
    });
    const { payment, refund } = await both(one);
    expect([refund.amountRefunded, refund.refundedAt, refund.dueAt]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(payment).toMatchObject({
      status: 'PAID_SUCCESS',
      amountReserved: minor(0),
      amountRefunded: minor(0),
    });
    expect(await eventNames(database, payment)).toEqual([...born, 'refund.failed']);
    expect((await madeRefund(database, payment, { minor: 880 })).status).toBe('PENDING');
  });

  it('may be confirmed by an operator, under his name', async () => {
    const one = await handedOver();
    const said = await confirm(one.refund, refunded, { application: 'operators', operator: true });
    expect(said).toMatchObject({ application: 'shop', confirmation: { by: 'operators' } });
    const [last] = (await listEvents(database.tables(), one.payment.transactionId)).slice(-1);
    expect(last?.actor).toBe('operators');
  });
});

describe('what was said before', () => {
  it.each([refunded, refused])('$result, again, is the same, and is told once', async (body) => {
    const one = await handedOver();
    const first = await confirm(one.refund, body);
    const before = await both(one);
    expect(refundView(await confirm(one.refund, body), 'en')).toEqual(refundView(first, 'en'));
    expect(await both(one)).toEqual(before);
  });

  it.each([
    ['otherwise', refunded, { ...refunded, result: 'refused' }],
    ['otherwise, after a refusal', refused, { ...refused, result: 'refunded' }],
    ['by another reference', refunded, { ...refunded, reference: 'booking 9' }],
  ] as const)('is not said %s: nothing is changed', async (_, first, second) => {
    const one = await handedOver();
    await confirm(one.refund, first);
    const before = await both(one);
    expect(await codeOf(confirm(one.refund, second))).toBe('STATE_CONFLICT');
    expect(await both(one)).toEqual(before);
  });

  it('ten times at once is said once', async () => {
    const one = await handedOver();
    const all = await Promise.all(Array.from({ length: 10 }, () => confirm(one.refund)));
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set(['SUCCESS']));
    const { payment } = await both(one);
    expect(payment).toMatchObject({ amountRefunded: minor(300), amountReserved: minor(0) });
    expect((await eventNames(database, payment)).filter((name) => name === 'refund.succeeded')).toHaveLength(
      1,
    );
  });

  it('yes and no at once is one of both, and the sums are of that one', async () => {
    const one = await handedOver();
    const answers = await Promise.all([codeOf(confirm(one.refund)), codeOf(confirm(one.refund, refused))]);
    expect(answers.filter((answer) => answer === 'STATE_CONFLICT')).toHaveLength(1);
    const { payment, refund } = await both(one);
    expect(answers).toContain(refund.status);
    const gone = refund.status === 'SUCCESS' ? 300 : 0;
    expect(payment).toMatchObject({ amountRefunded: minor(gone), amountReserved: minor(0) });
  });

  it('beside a refund of the channel that is settled at once: both count', async () => {
    const one = await handedOver();
    const other = await madeRefund(database, one.payment, { minor: 500 });
    await Promise.all([confirm(one.refund), say(database, succeeded(other))]);
    expect((await both(one)).payment).toMatchObject({ amountRefunded: minor(800), amountReserved: minor(0) });
  });
});

describe('nobody confirms', () => {
  it('what goes back by the channel, whatever became of it', async () => {
    const payment = await paidOne(database);
    const refund = await madeRefund(database, payment);
    for (const body of [refunded, refused])
      expect(await codeOf(confirm(refund, body))).toBe('STATE_CONFLICT');
    expect(await refundNow(database, refund)).toEqual(refund);
    await say(database, succeeded(refund));
    expect(await codeOf(confirm(refund))).toBe('STATE_CONFLICT');
  });

  it('another application’s refund: to him there is none', async () => {
    const one = await handedOver();
    const before = await both(one);
    expect(await codeOf(confirm(one.refund, refunded, { application: 'other' }))).toBe('NOT_FOUND');
    expect(await both(one)).toEqual(before);
  });

  it('what is not there', async () => {
    const { payment } = await handedOver();
    for (const id of [refundIdOf(payment.transactionId, 9), payment.transactionId, 'rfd_x', ''])
      expect(await codeOf(confirm({ refundId: id as Refund['refundId'] }))).toBe('NOT_FOUND');
  });
});
