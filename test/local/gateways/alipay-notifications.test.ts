// What the shop hears, how often, and that alipay-sdk believes it.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { AlipaySdk } from 'alipay-sdk';
import type { Delivery } from '../../../local/gateways/alipay/deliveries.ts';
import { beijing, genuine, joined, openWorld, orderNumber, start, type World } from './alipay-merchant.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.stop());

const minutes = (...all: number[]) => all.map((each) => each * 60_000);
const heard = async (number: string): Promise<Delivery[]> => {
  const { body } = await world.control('GET', `/callbacks?transaction_id=${number}`);
  return (body as { callbacks: Delivery[] }).callbacks;
};

describe('one notice', () => {
  test('is a form of the odd type, genuinely signed without sign and sign_type', async () => {
    const number = orderNumber();
    await world.pay(number, 'success');
    expect(world.shop.received).toHaveLength(1);
    const { fields = {}, contentType } = world.shop.received[0] ?? {};
    expect(contentType).toBe('application/x-www-form-urlencoded; text/html; charset=utf-8');
    const { appId, sellerId } = world.gateways.alipay.account;
    expect(fields).toMatchObject({
      notify_type: 'trade_status_sync',
      trade_status: 'TRADE_SUCCESS',
      out_trade_no: number,
      subject: '测试商品 A+B 100%',
      total_amount: '8.80',
      fund_bill_list: '[{"amount":"8.80","fundChannel":"ALIPAYACCOUNT"}]',
      gmt_payment: beijing(start),
      notify_time: beijing(start),
      app_id: appId,
      auth_app_id: appId,
      seller_id: sellerId,
      charset: 'utf-8',
      version: '1.0',
      sign_type: 'RSA2',
    });
    expect(fields['notify_id']).toMatch(/^2026112000222\d{21}$/);
    const key = world.gateways.alipay.platformPublicKeyPem;
    expect(genuine(joined(fields, ['sign', 'sign_type']), fields['sign'], key)).toBe(true);
    expect(genuine(joined(fields, ['sign']), fields['sign'], key)).toBe(false);
  });

  test('is believed by alipay-sdk, until a character changes', async () => {
    await world.pay(orderNumber(), 'success');
    const { account, merchantPrivateKeyPem, platformPublicKeyPem } = world.gateways.alipay;
    const sdk = new AlipaySdk({
      appId: account.appId,
      privateKey: merchantPrivateKeyPem,
      keyType: 'PKCS8',
      alipayPublicKey: platformPublicKeyPem,
    });
    const fields = world.shop.received[0]?.fields ?? {};
    expect(sdk.checkNotifySignV2(fields)).toBe(true);
    expect(sdk.checkNotifySignV2({ ...fields, total_amount: '8.81' })).toBe(false);
  });

  test('is not sent when the precreate named no address', async () => {
    const number = orderNumber();
    const biz = { out_trade_no: number, total_amount: '1', subject: 'x' };
    const { node } = await world.call('alipay.trade.precreate', biz, { notify_url: '' });
    const prepay = { kind: 'qr_code', qr_code: node['qr_code'] };
    const body = { transaction_id: number, outcome: 'success', prepay_info: prepay };
    expect(await world.control('POST', '/pay', body)).toMatchObject({ status: 200 });
    expect(await heard(number)).toEqual([]);
    expect(await world.control('POST', '/callbacks/resend', { transaction_id: number })).toMatchObject({
      status: 404,
    });
  });
});

describe('the schedule', () => {
  test('eight deliveries of one id and time within 25 hours, then silence', async () => {
    world.shop.reply = { status: 200, body: 'fail' };
    const number = orderNumber();
    await world.pay(number, 'success');
    await world.clock.advance(48 * 3_600_000);
    const all = await heard(number);
    const pauses = minutes(4, 10, 10, 60, 120, 360, 900);
    let at = start;
    const times = [start, ...pauses.map((pause) => (at += pause))].map((each) =>
      new Date(each).toISOString(),
    );
    expect(all.map((each) => each.at)).toEqual(times);
    expect(all.map((each) => each.next_at)).toEqual([...times.slice(1), undefined]);
    expect(all.map((each) => each.attempt)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(new Set(world.shop.received.map(({ fields }) => fields['notify_id'])).size).toBe(1);
    expect(new Set(world.shop.received.map(({ fields }) => fields['notify_time'])).size).toBe(1);
  });

  test.each([
    { status: 200, body: 'success\n' },
    { status: 200, body: 'SUCCESS' },
    { status: 500, body: 'success' },
    { status: 302, body: 'success', location: '/elsewhere' },
  ])('%j is not taken for an acceptance', async (reply) => {
    world.shop.reply = reply;
    const number = orderNumber();
    await world.pay(number, 'success');
    expect(await heard(number)).toMatchObject([{ status: reply.status, body: reply.body, accepted: false }]);
    world.shop.reply = { status: 200, body: 'success' };
    await world.clock.advance(4 * 60_000);
    expect(await heard(number)).toMatchObject([{ attempt: 1 }, { attempt: 2, accepted: true }]);
    expect(world.clock.waiting()).toEqual([]);
  });

  test('a shop that cannot be reached is tried again', async () => {
    await world.shop.stop();
    const number = orderNumber();
    await world.pay(number, 'success');
    const [first] = await heard(number);
    expect(first).toMatchObject({ status: null, body: null, accepted: false });
    expect(first?.error).toContain('ECONNREFUSED');
    expect(world.clock.waiting()).toEqual([new Date(start + 4 * 60_000).toISOString()]);
  });
});

test('a resend goes beside the schedule, and an accepted one ends it', async () => {
  world.shop.reply = { status: 503, body: '' };
  const number = orderNumber();
  await world.pay(number, 'success');
  const waiting = world.clock.waiting();
  await world.control('POST', '/callbacks/resend', { transaction_id: number });
  expect(world.clock.waiting()).toEqual(waiting);
  world.shop.reply = { status: 200, body: 'success' };
  const { body } = await world.control('POST', '/callbacks/resend', { transaction_id: number });
  expect(body).toMatchObject({ callbacks: [{ attempt: 1 }, { attempt: 2 }, { attempt: 3, accepted: true }] });
  expect(world.clock.waiting()).toEqual([]);
});
