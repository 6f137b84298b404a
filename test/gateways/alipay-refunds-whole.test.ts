// Our side and the local machine's Alipay, which share no code: refunds over the wire, in both modes.
import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { newTransactionId, refundIdOf, type TransactionId } from '../../lib/domain/ids.ts';
import type { RefundOrder, RefundQuery } from '../../lib/domain/refund.ts';
import { configSchema } from '../../lib/gateways/alipay/config.ts';
import { alipay } from '../../lib/gateways/alipay/index.ts';
import { pemSigner } from '../../lib/gateways/crypto.ts';
import { accountOf, type Mode } from '../local/gateways/alipay-shop-sdk.ts';
import { openWorld, type World } from '../local/gateways/alipay-merchant.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterEach(async () => {
  await world.control('DELETE', '/faults');
});
afterAll(() => world.stop());

const yuan = (minor: number) => ({ minor, currency: 'CNY' as const });

function connect(mode: Mode) {
  const account = accountOf(world, mode);
  const config = configSchema.parse({
    merchant_id: account.sellerId,
    app_id: account.appId,
    ...(account.mode === 'public_key'
      ? { public_key_platform: account.platformPublicKeyPem }
      : {
          app_certificate: account.appCertificatePem,
          certificate_platform: account.platformCertificatePem,
          root_certificate_platform: account.rootCertificatesPem,
        }),
  });
  return alipay.connect(
    { ...config, environment: 'local', endpoint: world.gateways.alipay.gatewayUrl },
    {
      secrets: { private_key_merchant: account.merchantPrivateKeyPem },
      signer: pemSigner('v1', account.merchantPrivateKeyPem),
      platformKeys: {},
    },
    { fetch, now: world.clock.now, randomBytes },
  );
}

/** A payment of 8.80, and what is asked of its refunds. */
async function paid(mode: Mode) {
  const gateway = connect(mode);
  const options = () => ({ deadline: world.clock.at + 2_000 });
  const transactionId = newTransactionId({ now: world.clock.now, randomBytes });
  const made = await gateway.prepay(
    {
      ...{ transactionId, method: 'alipay_qr', amount: yuan(880), subject: 'tea' },
      expiresAt: new Date(world.clock.at + 900_000).toISOString(),
      callbackUrl: world.shop.url,
      returnUrl: world.shop.url,
    },
    options(),
  );
  if (made.kind !== 'ok') throw new Error(made.kind);
  const pay = { transaction_id: transactionId, outcome: 'success', prepay_info: made.value.prepayInfo };
  const { body } = await world.control('POST', '/pay', pay);
  const gatewayTransactionId = (body as { gateway_transaction_id: string }).gateway_transaction_id;
  const order = (number: number, minor: number): RefundOrder => ({
    ...{ transactionId, gatewayTransactionId, refundId: refundIdOf(transactionId, number) },
    ...{ currency: 'CNY', amount: yuan(minor), total: yuan(880), reason: '不想要了 & more' },
  });
  return {
    ...{ transactionId, gatewayTransactionId, order },
    refund: (asked: RefundOrder) => gateway.refund?.(asked, options()),
    query: (asked: RefundQuery) => gateway.queryRefund?.(asked, options()),
    payment: () => gateway.queryPayment({ transactionId, currency: 'CNY' }, options()),
    decide: (outcome: string) =>
      world.control('POST', '/refunds/decide', { transaction_id: transactionId, outcome }),
    heard: async () => {
      await world.gateways.idle();
      const raw = world.shop.received.filter(({ fields }) => fields['out_trade_no'] === transactionId);
      return raw.map(
        (each) => gateway.readNotification({ body: Buffer.from(each.raw), headers: {} }).notification,
      );
    },
  };
}

const refundsIn = async (transactionId: TransactionId) => {
  const { refunds }: { refunds: { transaction_id: string }[] } = (await world.control('GET', '/books')).body;
  return refunds.filter((each) => each.transaction_id === transactionId);
};

describe.each(['public_key', 'certificate'] as const)('in the mode %s', (mode) => {
  test('a part, a repeat, the rest: the payment stays paid with what was paid', async () => {
    const { order, refund, query, payment, heard, transactionId, gatewayTransactionId } = await paid(mode);
    const first = order(0, 300);
    const at = new Date(world.clock.at).toISOString();
    const made = {
      kind: 'ok',
      value: { state: 'succeeded', refundId: first.refundId, amount: yuan(300), at },
    };
    expect(await refund(first)).toMatchObject(made);
    expect(await refund(first)).toMatchObject({ kind: 'ok', value: { state: 'processing' } });
    expect(await query(first)).toMatchObject(made);
    expect(await refund(order(1, 580))).toMatchObject({ kind: 'ok', value: { state: 'succeeded' } });
    expect(await payment()).toMatchObject({ kind: 'ok', value: { state: 'paid', amount: yuan(880) } });
    expect(await heard()).toMatchObject([
      { kind: 'payment' },
      ...[0, 1].map((number) => ({
        kind: 'refund_hint',
        refund: { refundId: order(number, 1).refundId, transactionId, gatewayTransactionId },
      })),
    ]);
    expect(await refundsIn(transactionId)).toHaveLength(2);
  });

  test('one of the console is told, and asked for by Alipay’s number', async () => {
    const { order, query, heard, transactionId } = await paid(mode);
    await world.control('POST', '/refunds/console', { transaction_id: transactionId, amount: '2.00' });
    const hint = (await heard()).at(-1);
    if (hint?.kind !== 'refund_hint') throw new Error(hint?.kind);
    const { gatewayTransactionId, currency } = order(0, 1);
    const asked = { currency, ...hint.refund, transactionId, gatewayTransactionId };
    expect(hint.refund).not.toHaveProperty('refundId');
    expect(await query(asked)).toMatchObject({
      kind: 'ok',
      value: { state: 'succeeded', amount: yuan(200), gatewayRefundId: hint.refund.gatewayRefundId },
    });
  });

  test.each([
    'timeout_after',
    'reset_after',
    'http_500_after',
    'html_200',
    'truncated',
    'bad_signature',
    'wrong_order',
  ])('%s: unknown, and the repeat finds that the money moved, once', async (fault) => {
    const { order, refund, query, transactionId } = await paid(mode);
    const call = { operation: 'refund', fault, ms: 50 };
    await world.control('POST', '/faults', { transaction_id: transactionId, call });
    expect(await refund(order(0, 880))).toMatchObject({ kind: 'unknown' });
    expect(await refund(order(0, 880))).toMatchObject({ kind: 'ok', value: { state: 'processing' } });
    expect(await query(order(0, 880))).toMatchObject({ kind: 'ok', value: { state: 'succeeded' } });
    expect(await refundsIn(transactionId)).toHaveLength(1);
  });
});

test('what takes its time is neither done nor undone, until a repeat is refused', async () => {
  const { order, refund, query, decide, transactionId } = await paid('public_key');
  await decide('pending');
  const asked = order(0, 300);
  const submittedAt = new Date(world.clock.at).toISOString();
  const underWay = { kind: 'ok', value: { state: 'processing', amount: yuan(300) } };
  const unsaid = { kind: 'ok', value: { ...underWay.value, isInconclusive: true } };
  expect(await refund(asked)).toMatchObject(underWay);
  expect(await query(asked)).toMatchObject(unsaid);
  expect(await refund(asked)).toMatchObject(underWay);
  await world.control('POST', '/refunds/decide', { refund_id: asked.refundId, outcome: 'failed' });
  expect(await query(asked)).toMatchObject(unsaid);
  expect(await refund({ ...asked, submittedAt })).toMatchObject({ kind: 'unknown' });
  await world.clock.advance(60_000);
  expect(await refund({ ...asked, submittedAt })).toMatchObject({
    kind: 'declined',
    code: 'refused',
    channelCode: 'ACQ.TRADE_NOT_ALLOW_REFUND',
  });
  expect(await refundsIn(transactionId)).toMatchObject([{ status: 'REFUND_FAILED' }]);
});

test('too much is declined; too little money in the account is, until there is some', async () => {
  const { order, refund, query, decide } = await paid('public_key');
  expect(await refund(order(0, 881))).toMatchObject({ kind: 'declined', code: 'amount_refused' });
  expect(await query(order(0, 881))).toMatchObject({ kind: 'unknown' });
  await decide('insufficient_balance');
  const asked = order(1, 300);
  expect(await refund(asked)).toMatchObject({ kind: 'declined', code: 'insufficient_balance' });
  await world.control('POST', '/refunds/decide', { refund_id: asked.refundId, outcome: 'success' });
  expect(await refund(asked)).toMatchObject({ kind: 'ok', value: { state: 'succeeded' } });
});
