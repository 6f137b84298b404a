// The life of a trade: nothing before the scan, one payment, an end in time; and books that balance.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Books } from '../../../local/gateways/alipay/books.ts';
import { beijing, openWorld, orderNumber, type World } from './alipay-merchant.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.stop());

const ask = async (number: string) => (await world.call('alipay.trade.query', { out_trade_no: number })).node;

describe('before and after the scan', () => {
  test('a code that nobody scanned is no trade', async () => {
    const number = orderNumber();
    await world.pay(number, 'abandon');
    expect(await ask(number)).toMatchObject({
      code: '40004',
      sub_code: 'ACQ.TRADE_NOT_EXIST',
      out_trade_no: number,
      receipt_amount: '0.00',
    });
  });

  test.each(['pending', 'decline'])('%s leaves WAIT_BUYER_PAY and tells nobody', async (outcome) => {
    const number = orderNumber();
    const { body } = await world.pay(number, outcome);
    expect(body).toMatchObject({ trade_status: 'WAIT_BUYER_PAY', scanned: true, transaction_id: number });
    const node = await ask(number);
    expect(node).toMatchObject({
      trade_status: 'WAIT_BUYER_PAY',
      total_amount: '8.80',
      receipt_amount: '0.00',
    });
    expect(node).not.toHaveProperty('send_pay_date');
    expect((await world.control('GET', `/callbacks?transaction_id=${number}`)).body).toEqual({
      callbacks: [],
    });
    expect((await world.pay(number, 'success')).body).toMatchObject({ trade_status: 'TRADE_SUCCESS' });
  });

  test('a paid trade has a number of 28 digits, by which it is found too', async () => {
    const number = orderNumber();
    await world.pay(number, 'success');
    const node = await ask(number);
    expect(node).toMatchObject({
      trade_status: 'TRADE_SUCCESS',
      send_pay_date: beijing(world.clock.at),
      receipt_amount: '8.80',
      buyer_pay_amount: '8.80',
    });
    expect(node['trade_no']).toMatch(/^20261120\d{20}$/);
    const both = { trade_no: node['trade_no'], out_trade_no: 'another' };
    expect((await world.call('alipay.trade.query', both)).node).toMatchObject({ out_trade_no: number });
  });

  test('a wrong sum is in the trade, the notification and the books', async () => {
    const number = orderNumber();
    await world.pay(number, 'success', '5.00');
    expect(await ask(number)).toMatchObject({ trade_status: 'TRADE_SUCCESS', total_amount: '5.00' });
    expect(world.shop.received.at(-1)?.fields).toMatchObject({ out_trade_no: number, total_amount: '5.00' });
    const books: { charges: object[] } = (await world.control('GET', '/books?provider=alipay')).body;
    expect(books.charges).toContainEqual(expect.objectContaining({ transaction_id: number, amount: '5.00' }));
  });
});

describe('the same number again', () => {
  test('with the same words gives the same code', async () => {
    const number = orderNumber();
    const first = await world.precreate(number);
    expect((await world.precreate(number)).node).toEqual(first.node);
  });

  test('with another amount is refused once the trade exists', async () => {
    const number = orderNumber();
    expect((await world.precreate(number, { total_amount: '9.90' })).node).toMatchObject({ code: '10000' });
    await world.pay(number, 'pending');
    const { node } = await world.precreate(number, { total_amount: '9.90' });
    expect(node).toMatchObject({ code: '40004', sub_code: 'ACQ.CONTEXT_INCONSISTENT' });
    expect((await world.precreate(number)).node).toMatchObject({ code: '10000' });
  });

  test('an older code with other words cannot be paid beside the trade', async () => {
    const number = orderNumber();
    const old = await world.precreate(number, { total_amount: '9.90' });
    await world.pay(number, 'success');
    const prepay = { kind: 'qr_code', qr_code: old.node['qr_code'] };
    const body = { transaction_id: number, outcome: 'success', prepay_info: prepay };
    expect(await world.control('POST', '/pay', body)).toMatchObject({ status: 409 });
  });

  test('is refused when paid, and no second payment is taken', async () => {
    const number = orderNumber();
    const { node } = await world.precreate(number);
    await world.pay(number, 'success');
    expect((await world.precreate(number)).node).toMatchObject({ sub_code: 'ACQ.TRADE_HAS_SUCCESS' });
    const prepay = { kind: 'qr_code', qr_code: node['qr_code'] };
    const again = await world.control('POST', '/pay', {
      transaction_id: number,
      outcome: 'success',
      prepay_info: prepay,
    });
    expect(again).toMatchObject({ status: 409 });
    expect(JSON.stringify(again.body)).toContain('already paid');
  });
});

describe('the end of time', () => {
  test('an expired code cannot be scanned', async () => {
    const number = orderNumber();
    const { node } = await world.precreate(number);
    await world.clock.advance(15 * 60_000);
    const prepay = { kind: 'qr_code', qr_code: node['qr_code'] };
    const body = { transaction_id: number, outcome: 'success', prepay_info: prepay };
    expect(await world.control('POST', '/pay', body)).toMatchObject({ status: 409 });
    expect(await ask(number)).toMatchObject({ sub_code: 'ACQ.TRADE_NOT_EXIST' });
  });

  test('a scanned trade closes, says so, and stays closed', async () => {
    const number = orderNumber();
    await world.pay(number, 'pending');
    const opened = world.clock.at;
    await world.clock.advance(15 * 60_000 - 1);
    expect(await ask(number)).toMatchObject({ trade_status: 'WAIT_BUYER_PAY' });
    await world.clock.advance(1);
    await world.gateways.idle();
    const { fields } = world.shop.received.at(-1) ?? {};
    expect(fields).toMatchObject({ out_trade_no: number, trade_status: 'TRADE_CLOSED' });
    expect(fields).toMatchObject({ gmt_close: beijing(opened + 15 * 60_000) });
    expect(fields).not.toHaveProperty('gmt_payment');
    expect(await ask(number)).toMatchObject({ trade_status: 'TRADE_CLOSED', receipt_amount: '0.00' });
    expect((await world.precreate(number)).node).toMatchObject({ sub_code: 'ACQ.TRADE_HAS_CLOSE' });
  });
});

describe('the books', () => {
  test('hold one charge per paid trade, in the agreed shape', async () => {
    const number = orderNumber();
    await world.pay(number, 'success');
    const { node } = await world.call('alipay.trade.query', { out_trade_no: number });
    const books: { charges: Record<string, unknown>[]; refunds: unknown; balances: Record<string, string> } =
      (await world.control('GET', '/books?provider=alipay')).body;
    expect(books.charges.filter((charge) => charge['transaction_id'] === number)).toEqual([
      {
        provider: 'alipay',
        channel_code: 'ALIPAY',
        transaction_id: number,
        gateway_transaction_id: node['trade_no'],
        amount: '8.80',
        currency: 'CNY',
        status: 'TRADE_SUCCESS',
        paid_at: new Date(world.clock.at).toISOString(),
      },
    ]);
    expect(books.refunds).toEqual([]);
    const { sellerId } = world.gateways.alipay.account;
    const taken = books.charges.reduce((sum, charge) => sum + Number(charge['amount']), 0);
    expect(Number(books.balances[`merchant:${sellerId}:clearing`])).toBeCloseTo(taken, 6);
  });

  test('balance whatever is booked', () => {
    const charges = fc.array(fc.tuple(fc.integer({ min: 1, max: 10 ** 10 }), fc.nat(3), fc.nat(3)));
    fc.assert(
      fc.property(charges, (all) => {
        const books = new Books();
        for (const [fen, buyer, merchant] of all) {
          books.charge({ at: 0, tradeNo: 't', outTradeNo: 'o' }, `b${buyer}`, `m${merchant}`, fen);
        }
        const balances = Object.values(books.balances()).map((text) => BigInt(text.replace('.', '')));
        return balances.reduce((sum, each) => sum + each, 0n) === 0n && books.journal.length === all.length;
      }),
    );
  });

  test('take whole 分 only, and cannot be changed afterwards', () => {
    const books = new Books();
    const facts = { at: 0, tradeNo: 't', outTradeNo: 'o' };
    expect(() => {
      books.charge(facts, 'b', 'm', 0.5);
    }).toThrow(RangeError);
    books.charge(facts, 'b', 'm', 1);
    expect(books.journal).toHaveLength(1);
    expect(Object.isFrozen(books.journal[0])).toBe(true);
  });
});
