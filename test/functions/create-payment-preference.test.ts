// Several channels are preferred: the next one is tried when this one provably refused, and only then.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPayment } from '../../functions/create-payment/create-payment.ts';
import { PaymentError } from '../../lib/domain/errors.ts';
import type { ChannelRow } from '../../lib/store/channels.ts';
import { getOrderLock } from '../../lib/store/locks.ts';
import { getPayment } from '../../lib/store/payments.ts';
import { ports, startDatabase, type Database } from '../store/database.ts';
import { qr, scripted, type Script } from './channel.ts';
import { codeOf, lost, notFound } from './shop.ts';

let database: Database;
let orders = 0;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

const refused = () => ({ kind: 'declined', code: 'refused', channelCode: 'ACQ.X', message: '' }) as const;
const busy = () => ({ kind: 'retry_later', channelCode: 'LIMIT', message: '' }) as const;

/** One order, and channels A and B that do as they are told. */
function shop(a: Script, b: Script, rowOfA: Partial<ChannelRow> = {}) {
  const sides = {
    A: scripted(a, { channelCode: 'A', ...rowOfA }),
    B: scripted(b, { channelCode: 'B' }),
  };
  const clock = ports();
  const tables = database.tables({ ports: clock });
  const order = { application: 'shop', businessOrderId: `preferred-${++orders}` };
  const channel = async (code: string) => {
    if (code !== 'A' && code !== 'B') throw new PaymentError('CHANNEL_UNKNOWN', { param: 'payment_channel' });
    return { ...(await sides[code].channel(code)), code };
  };
  const ask = (changes: object = {}) =>
    createPayment(
      { channel, tables, ports: clock },
      {
        application: 'shop',
        returnOrigins: [],
        body: {
          business_order_id: order.businessOrderId,
          channel_preference: ['A', 'B'],
          payment_method: 'alipay_qr',
          amount: '8.80',
          currency: 'CNY',
          subject: 'tea',
          ...changes,
        },
        deadline: clock.time + 20_000,
      },
    );
  const all = async () => {
    const lock = await getOrderLock(tables, order);
    const found = await Promise.all((lock?.all ?? []).map((id) => getPayment(tables, id)));
    return found.map((stored) => `${stored?.payment.paymentChannel ?? ''} ${stored?.payment.status ?? ''}`);
  };
  return { ask, all, clock, calls: () => [...sides.A.calls, '|', ...sides.B.calls] };
}

describe('the first channel', () => {
  it('is asked alone where it takes the payment; the order is found again by any of the list', async () => {
    const { ask, all, calls } = shop({ prepay: [() => qr] }, { prepay: [] });
    const { payment } = await ask();
    expect(payment.paymentChannel).toBe('A');
    expect(await ask({ channel_preference: ['B', 'A'] })).toMatchObject({ kind: 'live', payment });
    expect([await all(), calls()]).toEqual([['A PENDING_PAYMENT'], ['prepay', '|']]);
  });

  it('that provably refuses gives way to the second', async () => {
    const { ask, all } = shop({ prepay: [refused] }, { prepay: [() => qr] });
    expect(await ask()).toMatchObject({ kind: 'created', payment: { paymentChannel: 'B' } });
    expect(await all()).toEqual(['A PAID_FAILED', 'B PENDING_PAYMENT']);
  });

  it('that does not answer does not: the payer might pay there', async () => {
    const { ask, all, calls } = shop({ prepay: [lost], query: [notFound] }, { prepay: [() => qr] });
    expect((await ask()).kind).toBe('unknown');
    expect([await all(), calls()]).toEqual([['A PENDING_CREATE'], ['prepay', '|']]);
  });

  it('whose refusal answers a repeat is ended first: its order may be open from the try before', async () => {
    const open = () => ({ kind: 'ok', value: { state: 'pending', transactionId: 'pay_x' } }) as never;
    const { ask, all, clock, calls } = shop(
      { prepay: [lost, refused, refused], query: [open], close: [() => ({ kind: 'ok', value: 'closed' })] },
      { prepay: [() => qr] },
    );
    expect((await ask()).kind).toBe('unknown');
    clock.time += 30_000;
    expect(await ask()).toMatchObject({ kind: 'created', payment: { paymentChannel: 'B' } });
    expect(await all()).toEqual(['A CLOSED', 'A PAID_FAILED', 'B PENDING_PAYMENT']);
    expect(calls()).toEqual(['prepay', 'query', 'prepay', 'query', 'close', 'prepay', '|', 'prepay']);
  });

  it('whose refusal answers a repeat, and that does not say what became of the first try, stays unknown', async () => {
    const { ask, all, clock } = shop({ prepay: [lost, refused], query: [notFound] }, { prepay: [() => qr] });
    await ask();
    clock.time += 30_000;
    expect((await ask()).kind).toBe('unknown');
    expect(await all()).toEqual(['A PENDING_CREATE']);
  });

  it('that puts it off does not', async () => {
    const { ask, all } = shop({ prepay: [busy] }, { prepay: [() => qr] });
    expect(await codeOf(ask())).toBe('GATEWAY_UNAVAILABLE');
    expect(await all()).toEqual(['A PENDING_CREATE']);
  });

  it.each([
    ['is switched off', { isActive: false }, {}],
    [
      'does not take the method',
      {},
      { channel_preference: [{ payment_channel: 'A', payment_method: 'cash' }, 'B'] },
    ],
  ])('that %s is passed over', async (_, row, changes) => {
    const { ask, all, calls } = shop({ prepay: [] }, { prepay: [() => qr] }, row);
    await ask(changes);
    expect([await all(), calls()]).toEqual([['B PENDING_PAYMENT'], ['|', 'prepay']]);
  });
});

describe('the last channel', () => {
  it('that refuses, too, is what the caller hears of', async () => {
    const { ask, all } = shop({ prepay: [refused] }, { prepay: [refused] });
    expect(await ask()).toMatchObject({ kind: 'declined', payment: { paymentChannel: 'B' } });
    expect(await all()).toEqual(['A PAID_FAILED', 'B PAID_FAILED']);
  });
});

describe('a list', () => {
  it.each([
    ['beside a channel', { payment_channel: 'A' }, 'INVALID_REQUEST'],
    ['with a channel that is none', { channel_preference: ['A', 'C'] }, 'CHANNEL_UNKNOWN'],
    ['without any method', { payment_method: undefined }, 'INVALID_REQUEST'],
    ['of which no channel takes the currency', { currency: 'USD' }, 'CURRENCY_CHANNEL_MISMATCH'],
    ['of which no channel takes the amount', { amount: '0.50' }, 'AMOUNT_OUT_OF_RANGE'],
  ])('%s is refused, and nothing is written', async (_, changes, code) => {
    const { ask, all } = shop({ prepay: [] }, { prepay: [] });
    expect(await codeOf(ask(changes))).toBe(code);
    expect(await all()).toEqual([]);
  });

  it('names methods of its own where the channels differ', async () => {
    const ways = [
      { payment_channel: 'A', payment_method: 'alipay_page' },
      { payment_channel: 'B', payment_method: 'alipay_qr' },
    ];
    const { ask, all } = shop({ prepay: [refused] }, { prepay: [() => qr] });
    const { payment } = await ask({ channel_preference: ways, payment_method: undefined });
    expect([payment.paymentMethod, await all()]).toEqual([
      'alipay_qr',
      ['A PAID_FAILED', 'B PENDING_PAYMENT'],
    ]);
  });
});
