// The two sides of WeChat Pay's refunds meet: what ours asks and reads is what theirs does and tells, in both modes of keys.
import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { newTransactionId, refundIdOf } from '../../../lib/domain/ids.ts';
import type { RefundOrder } from '../../../lib/domain/refund.ts';
import { pemSigner } from '../../../lib/gateways/crypto.ts';
import { weChatPay } from '../../../lib/gateways/wechat-pay/index.ts';
import { openWorld, type Channel, type World } from './wechat-merchant.ts';
import { refunding } from './wechat-refunding.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterEach(async () => {
  await world.control('DELETE', '/faults');
});
afterAll(() => world.stop());

const at = refunding(() => world);
const [second, minute, day] = [1000, 60_000, 86_400_000];
const cny = (minor: number) => ({ minor, currency: 'CNY' }) as const;

function connected(channel: Channel) {
  const account = world.account(channel);
  const config = {
    environment: 'local' as const,
    endpoint: world.gateways.wechatPay.gatewayUrl,
    merchant_id: account.mchid,
    app_id: account.appid,
    merchant_certificate_serial: account.merchantCertificateSerial,
    ...(account.platformCertificatesPem === undefined
      ? { public_key_platform: account.platformPublicKeyPem, public_key_id_platform: account.publicKeyId }
      : { certificate_platform: account.platformCertificatesPem }),
  };
  const secrets = { private_key_merchant: account.merchantPrivateKeyPem, api_v3_key: account.apiV3Key };
  const signer = pemSigner('v1', account.merchantPrivateKeyPem);
  const ports = { now: () => world.clock.at, randomBytes, fetch: globalThis.fetch };
  return weChatPay.connect(config, { secrets, signer, platformKeys: {} }, ports);
}

describe.each<Channel>(['WECHAT_PAY', 'WECHAT_PAY_CERT'])('%s', (channel) => {
  /** A payment of 8.80, and its refunds. */
  async function payment() {
    const transactionId = newTransactionId({ now: () => world.clock.at, randomBytes });
    const paid = await at.paid({}, channel, transactionId);
    const gateway = connected(channel);
    const call = () => ({ deadline: world.clock.at + 5 * second });
    const order = (number: number, minor: number): RefundOrder => ({
      transactionId,
      refundId: refundIdOf(transactionId, number),
      gatewayTransactionId: paid.transactionId,
      currency: 'CNY',
      amount: cny(minor),
      total: cny(880),
      reason: '不想要了 🍵',
      callbackUrl: world.shop.url,
    });
    return {
      paid,
      refundId: (number: number) => refundIdOf(transactionId, number),
      refund: (number: number, minor: number, change: Partial<RefundOrder> = {}) =>
        gateway.refund?.({ ...order(number, minor), ...change }, call()),
      find: (number: number) => gateway.queryRefund?.(order(number, 1), call()),
      told: () => gateway.queryPayment({ transactionId, currency: 'CNY' }, call()),
      heard: () => {
        const { raw, headers } = world.shop.received.at(-1) ?? { raw: '', headers: {} };
        const values = Object.entries(headers).map(([name, value]) => [name, [value].flat()] as const);
        const list = Object.fromEntries(values) as Record<string, string[]>;
        return gateway.readNotification({ body: Buffer.from(raw), headers: list }).notification;
      },
    };
  }

  test('in parts, a minute apart, and the payment stays what it was', async () => {
    const { paid, refund, find, told, heard, refundId } = await payment();
    const before = await told();
    expect(await find(0)).toMatchObject({ kind: 'ok', value: { state: 'not_found' } });
    const processing = {
      kind: 'ok',
      value: { state: 'processing', refundId: refundId(0), amount: cny(300) },
    };
    expect(await refund(0, 300)).toMatchObject(processing);
    expect(await refund(1, 580)).toMatchObject({ kind: 'retry_later', channelCode: 'FREQUENCY_LIMITED' });
    expect(await refund(0, 300)).toMatchObject(processing);
    await at.advance(5 * second);
    const found = await find(0);
    expect(found).toMatchObject({
      value: { state: 'succeeded', at: new Date(world.clock.at).toISOString() },
    });
    expect(heard()).toEqual({ kind: 'refund', snapshot: found?.kind === 'ok' && found.value });
    await at.advance(minute);
    expect(await refund(1, 581)).toMatchObject({ kind: 'declined', code: 'refused' });
    expect(await refund(1, 580)).toMatchObject({ value: { state: 'processing' } });
    await at.advance(minute);
    expect(await refund(2, 1)).toMatchObject({ kind: 'declined', code: 'refused' });
    expect(await told()).toEqual(before);
    expect(await at.rows(paid)).toMatchObject([{ amount: '3.00' }, { amount: '5.80' }]);
  });

  test.each([
    'reset_after',
    'http_500_after',
    'html_200',
    'truncated',
    'bad_signature',
    'wrong_order',
    'unknown_code',
  ])('%s: unknown, and the repeat is the same refund', async (fault) => {
    const { paid, refund } = await payment();
    const planted = { provider: 'wechat_pay', call: { operation: 'refund', fault } };
    await world.control('POST', '/faults', { transaction_id: paid.order, ...planted });
    expect(await refund(0, 880)).toMatchObject({ kind: 'unknown' });
    const submittedAt = new Date(world.clock.at).toISOString();
    await at.advance(minute);
    expect(await refund(0, 880)).toMatchObject({ value: { state: 'succeeded' } });
    expect(await refund(0, 880, { submittedAt })).toMatchObject({ value: { state: 'succeeded' } });
    expect(await at.rows(paid)).toHaveLength(1);
  });

  test('astray: a person is called; closed: failed, and never begun anew by a late repeat', async () => {
    const { paid, refund, find, heard, refundId } = await payment();
    await refund(0, 300);
    await at.decide({ refund_id: refundId(0), outcome: 'abnormal' });
    const astray = { state: 'needs_action', reason: 'abnormal', channelCode: 'ABNORMAL' };
    expect(await find(0)).toMatchObject({ value: astray });
    expect(heard()).toMatchObject({ kind: 'refund', snapshot: { ...astray, refundId: refundId(0) } });
    await at.decide({ refund_id: refundId(0), outcome: 'failed' });
    const failed = { state: 'failed', channelCode: 'CLOSED' };
    expect(heard()).toMatchObject({ kind: 'refund', snapshot: { ...failed, refundId: refundId(0) } });
    const submittedAt = new Date(world.clock.at).toISOString();
    await at.advance(minute);
    expect(await refund(0, 300, { submittedAt })).toMatchObject({ value: failed });
    await at.advance(minute);
    expect(await at.rows(paid)).toMatchObject([{ status: 'CLOSED' }]);
  });

  test('without money in the account: later, under the same number', async () => {
    const { paid, refund, refundId } = await payment();
    await at.decide({ transaction_id: paid.order, outcome: 'insufficient_balance' });
    const poor = { kind: 'declined', code: 'insufficient_balance', channelCode: 'NOT_ENOUGH' };
    expect(await refund(0, 300)).toMatchObject(poor);
    const submittedAt = new Date(world.clock.at).toISOString();
    expect(await refund(0, 300, { submittedAt })).toMatchObject(poor);
    await at.decide({ refund_id: refundId(0), outcome: 'success' });
    expect(await refund(0, 300, { submittedAt })).toMatchObject({ value: { state: 'processing' } });
  });

  test('a year later it is refused', async () => {
    const { refund } = await payment();
    await at.advance(365 * day + second);
    expect(await refund(0, 300)).toMatchObject({ kind: 'declined', code: 'refused' });
  });

  test('one of the console is told with all its facts, and under no number of ours', async () => {
    const { paid, heard } = await payment();
    const { body } = await at.console(paid, '3.00');
    await at.advance(5 * second);
    expect(heard()).toEqual({
      kind: 'refund',
      snapshot: {
        state: 'succeeded',
        gatewayRefundId: body['refund_id'],
        transactionId: paid.order,
        gatewayTransactionId: paid.transactionId,
        amount: cny(300),
        at: new Date(world.clock.at).toISOString(),
      },
    });
  });
});
