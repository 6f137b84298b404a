// alipay.trade.close: in every state of a trade, and under every fault.
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { beijing, openWorld, orderNumber, type World } from './alipay-merchant.ts';
import { sdkOf } from './alipay-shop-sdk.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterEach(async () => {
  await world.control('DELETE', '/faults');
});
afterAll(() => world.stop());

const ask = async (number: string) => (await world.call('alipay.trade.query', { out_trade_no: number })).node;
const close = (biz: object) => world.call('alipay.trade.close', biz);
async function waiting(): Promise<string> {
  const number = orderNumber();
  await world.pay(number, 'pending');
  return number;
}

describe('a trade', () => {
  test('that waits is closed, told, and nobody can pay or order it again', async () => {
    const number = orderNumber();
    const { node: shown } = await world.precreate(number);
    await world.pay(number, 'pending');
    const { node, genuine, name } = await close({ out_trade_no: number });
    expect({ genuine, name }).toEqual({ genuine: true, name: 'alipay_trade_close_response' });
    expect(node).toEqual({
      code: '10000',
      msg: 'Success',
      trade_no: expect.stringMatching(/^\d{28}$/),
      out_trade_no: number,
    });
    await world.gateways.idle();
    expect(world.shop.received.at(-1)?.fields).toMatchObject({
      out_trade_no: number,
      trade_status: 'TRADE_CLOSED',
      gmt_close: beijing(world.clock.at),
    });
    expect(await ask(number)).toMatchObject({ trade_status: 'TRADE_CLOSED' });
    expect((await world.precreate(number)).node).toMatchObject({ sub_code: 'ACQ.TRADE_HAS_CLOSE' });
    const prepay = { kind: 'qr_code', qr_code: shown['qr_code'] };
    const body = { transaction_id: number, outcome: 'success', prepay_info: prepay };
    const payer = await world.control('POST', '/pay', body);
    expect(payer).toMatchObject({ status: 409, body: { error: expect.stringContaining('closed') } });
    const books: { charges: { transaction_id: string }[] } = (await world.control('GET', '/books')).body;
    expect(books.charges.map((charge) => charge.transaction_id)).not.toContain(number);
  });

  test('is not told of again when its time would have ended', async () => {
    const number = await waiting();
    await close({ out_trade_no: number });
    await world.clock.advance(60 * 60_000);
    await world.gateways.idle();
    const { body } = await world.control('GET', `/callbacks?transaction_id=${number}`);
    expect(body).toMatchObject({ callbacks: [{ attempt: 1, accepted: true }] });
  });

  test('that names no notify_url closes in silence', async () => {
    const number = orderNumber();
    const biz = { out_trade_no: number, total_amount: '1', subject: 'x' };
    const { node } = await world.call('alipay.trade.precreate', biz, { notify_url: '' });
    const prepay = { kind: 'qr_code', qr_code: node['qr_code'] };
    await world.control('POST', '/pay', { transaction_id: number, outcome: 'pending', prepay_info: prepay });
    expect((await close({ out_trade_no: number })).node).toMatchObject({ code: '10000' });
    const { body } = await world.control('GET', `/callbacks?transaction_id=${number}`);
    expect(body).toEqual({ callbacks: [] });
  });

  test('that nobody came to does not exist, and its code can still be paid', async () => {
    const number = orderNumber();
    await world.precreate(number);
    expect((await close({ out_trade_no: number })).node).toMatchObject({
      code: '40004',
      sub_code: 'ACQ.TRADE_NOT_EXIST',
      out_trade_no: number,
    });
    expect((await world.pay(number, 'success')).body).toMatchObject({ trade_status: 'TRADE_SUCCESS' });
  });

  test('that is paid stays paid', async () => {
    const number = orderNumber();
    await world.pay(number, 'success');
    expect((await close({ out_trade_no: number })).node).toMatchObject({
      code: '40004',
      sub_code: 'ACQ.TRADE_STATUS_ERROR',
    });
    expect(await ask(number)).toMatchObject({ trade_status: 'TRADE_SUCCESS' });
  });

  test('that is closed already, by the merchant or by time, says so', async () => {
    const [closed, expired] = [await waiting(), await waiting()];
    await close({ out_trade_no: closed });
    await world.clock.advance(15 * 60_000);
    for (const number of [closed, expired]) {
      const { node } = await close({ out_trade_no: number });
      expect(node).toMatchObject({ code: '40004', sub_code: 'ACQ.TRADE_HAS_CLOSE' });
    }
  });

  test('is found by its own number too, and has to be named', async () => {
    const number = await waiting();
    const { trade_no: tradeNo } = await ask(number);
    expect((await close({ trade_no: tradeNo })).node).toMatchObject({ code: '10000', out_trade_no: number });
    for (const biz of [{}, { out_trade_no: '' }, { trade_no: 7 }]) {
      expect((await close(biz)).node).toMatchObject({ sub_code: 'ACQ.INVALID_PARAMETER' });
    }
  });

  test('alipay-sdk believes the answer', async () => {
    const number = await waiting();
    const params = { timestamp: beijing(world.clock.at), biz_content: { out_trade_no: number } };
    const answer = await sdkOf(world).exec('alipay.trade.close', params, { validateSign: true });
    expect(answer).toMatchObject({ code: '10000', out_trade_no: number });
  });
});

describe('under a fault', () => {
  async function closeUnder(fault: string) {
    const number = await waiting();
    const call = { operation: 'close', fault, ms: 50 };
    expect(await world.control('POST', '/faults', { transaction_id: number, call })).toMatchObject({
      status: 200,
    });
    const response = await world
      .raw(world.signed('alipay.trade.close', { out_trade_no: number }))
      .catch(() => undefined);
    const text = await response?.text().catch(() => undefined);
    return { status: response?.status, text, tradeStatus: (await ask(number))['trade_status'] };
  }

  const cut = { status: undefined, text: undefined };
  const failed = { status: 500, text: expect.stringContaining('<h1>') };
  const says = (words: string) => ({ status: 200, text: expect.stringContaining(words) });

  test.each([
    ['reset_before', cut],
    ['timeout_before', cut],
    ['http_500_before', failed],
    ['rate_limited', says('app.call-limited')],
  ])('%s: it is not carried out', async (fault, seen) => {
    expect(await closeUnder(fault)).toEqual({ ...seen, tradeStatus: 'WAIT_BUYER_PAY' });
  });

  test.each([
    ['http_500_after', failed],
    ['timeout_after', cut],
    ['reset_after', cut],
    ['html_200', says('<!doctype html>')],
    ['truncated', { status: 200, text: expect.not.stringMatching(/\}$/) }],
    ['bad_signature', says('"code":"10000"')],
    ['wrong_order', says('order_of_somebody_else')],
    ['unknown_code', says('ACQ.NEVER_HEARD_OF')],
    ['slow', says('"code":"10000"')],
  ])('%s: it is carried out', async (fault, seen) => {
    expect(await closeUnder(fault)).toEqual({ ...seen, tradeStatus: 'TRADE_CLOSED' });
  });

  test('bad_signature is not genuine, wrong_order and unknown_code are', async () => {
    for (const [fault, genuine] of Object.entries({
      bad_signature: false,
      wrong_order: true,
      unknown_code: true,
    })) {
      const number = await waiting();
      await world.control('POST', '/faults', { call: { operation: 'close', fault } });
      expect(await close({ out_trade_no: number })).toMatchObject({ genuine });
    }
  });

  test('of a query, a close goes through', async () => {
    const number = await waiting();
    await world.control('POST', '/faults', { call: { operation: 'query', fault: 'rate_limited' } });
    expect((await close({ out_trade_no: number })).node).toMatchObject({ code: '10000' });
  });
});
