// Both sides of PayPal's refunds together: the adapter before the gateway of the local machine, which shares nothing with it.
import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { newTransactionId, refundIdOf } from '../../lib/domain/ids.ts';
import type { RefundOrder } from '../../lib/domain/refund.ts';
import type { Gateway } from '../../lib/gateways/gateway.ts';
import { payPal } from '../../lib/gateways/paypal/index.ts';
import { openWorld, type World } from '../local/gateways/paypal-merchant.ts';
import { refunding } from '../local/gateways/paypal-refunding.ts';

let world: World;
let shop: ReturnType<typeof refunding>;
let gateway: Gateway;
const now = () => world.clock.at;
const options = () => ({ deadline: now() + 5_000 });

beforeAll(async () => {
  world = await openWorld();
  shop = refunding(world);
  const { merchantId, clientId, clientSecret, webhookId } = world.account();
  const { gatewayUrl, certificateAuthorityPem } = world.gateways.paypal;
  const config = { merchant_id: merchantId, client_id: clientId, webhook_id: webhookId };
  gateway = payPal.connect(
    {
      ...config,
      root_certificate_platform: certificateAuthorityPem,
      environment: 'local',
      endpoint: gatewayUrl,
    },
    { secrets: { client_secret: clientSecret }, platformKeys: {} },
    { fetch, now, randomBytes },
  );
});
afterEach(async () => {
  await world.control('DELETE', '/faults');
});
afterAll(() => world.stop());

const day = 86_400_000;
const currency = 'USD';
const total = { minor: 1099, currency } as const;

/** Taken by the adapter itself. @returns the first refund of 3.00 */
async function paid(): Promise<RefundOrder & { readonly gatewayOrderId: string }> {
  const transactionId = newTransactionId({ now, randomBytes });
  const address = 'https://pay.example.com/payments';
  const prepaid = await gateway.prepay(
    {
      ...{ transactionId, method: 'paypal', amount: total, subject: 'Tea' },
      expiresAt: new Date(now() + 1_800_000).toISOString(),
      callbackUrl: `${address}/callbacks/PAYPAL`,
      returnUrl: `${address}/returns/PAYPAL`,
    },
    options(),
  );
  if (prepaid.kind !== 'ok' || prepaid.value.prepayInfo.kind !== 'redirect_url') throw new Error('no order');
  const { prepayInfo, gatewayOrderId = '' } = prepaid.value;
  await world.pay({ id: gatewayOrderId, url: prepayInfo.url }, { return: false });
  const query = { transactionId, gatewayOrderId, currency } as const;
  const taken = await gateway.capturePayment?.(query, options());
  if (taken?.kind !== 'ok' || taken.value.state !== 'paid') throw new Error('not paid');
  const { gatewayTransactionId } = taken.value;
  const refundId = refundIdOf(transactionId, 0);
  return {
    ...query,
    refundId,
    gatewayTransactionId,
    amount: { minor: 300, currency },
    total,
    reason: '退款',
  };
}

const sent = (order: RefundOrder) => gateway.refund?.(order, options());
const asked = (order: RefundOrder) => gateway.queryRefund?.(order, options());
const again = (order: RefundOrder): RefundOrder => ({
  ...order,
  submittedAt: new Date(now()).toISOString(),
});
const ok = (state: string) => ({ kind: 'ok', value: { state } });
const rows = async ({ refundId }: RefundOrder) =>
  (await shop.books()).refunds.filter(({ refund_id: id }) => id === refundId);
const plant = (order: RefundOrder, operation: string, fault: string) =>
  world.control('POST', '/faults', { transaction_id: order.transactionId, call: { operation, fault } });

test('what is not made is not there; what is made is', async () => {
  const order = await paid();
  expect(await asked(order)).toMatchObject(ok('not_found'));
  const refunded = await sent(order);
  expect(refunded).toMatchObject(ok('succeeded'));
  expect(await asked(order)).toEqual(refunded);
  const gatewayRefundId = refunded?.kind === 'ok' ? refunded.value.gatewayRefundId : undefined;
  expect(await asked({ ...order, ...(gatewayRefundId !== undefined && { gatewayRefundId }) })).toEqual(
    refunded,
  );
});

test.each([300, 1099])('a payment stays paid with all that was paid after %i came back', async (minor) => {
  const order = await paid();
  const before = await gateway.queryPayment(order, options());
  expect(before).toMatchObject({ kind: 'ok', value: { state: 'paid', amount: total } });
  expect(await sent({ ...order, amount: { minor, currency } })).toMatchObject(ok('succeeded'));
  expect(await gateway.queryPayment(order, options())).toEqual(before);
});

test.each(['reset_after', 'http_500_after', 'html_200', 'truncated', 'wrong_order', 'unknown_code'])(
  'made, and answered with %s: unknown, then adopted, once',
  async (fault) => {
    const order = await paid();
    await plant(order, 'refund', fault);
    expect(await sent(order)).toMatchObject({ kind: 'unknown' });
    expect(await asked(order)).toMatchObject(ok('succeeded'));
    expect(await sent(again(order))).toMatchObject(ok('succeeded'));
    expect(await sent(order)).toMatchObject(ok('succeeded'));
    expect(await rows(order)).toHaveLength(1);
  },
);

test.each(['reset_before', 'http_500_before'])('not made, because of %s: made by the next', async (fault) => {
  const order = await paid();
  await plant(order, 'refund', fault);
  expect(await sent(order)).toMatchObject({ kind: 'unknown' });
  expect(await asked(order)).toMatchObject(ok('not_found'));
  expect(await sent(again(order))).toMatchObject(ok('succeeded'));
  expect(await rows(order)).toHaveLength(1);
});

test('too many calls: later', async () => {
  const order = await paid();
  await plant(order, 'refund', 'rate_limited');
  expect(await sent(order)).toMatchObject({ kind: 'retry_later' });
});

describe('when PayPal has forgotten the request', () => {
  test('the refund is found, and not made a second time', async () => {
    const order = await paid();
    const lost = again(order);
    await plant(order, 'refund', 'reset_after');
    await sent(order);
    await world.advance(46 * day);
    expect(await sent(lost)).toMatchObject(ok('succeeded'));
    expect(await rows(order)).toHaveLength(1);
  });

  test('and does not show the order, nothing is sent', async () => {
    const order = await paid();
    const lost = again(order);
    await sent(order);
    await world.advance(46 * day);
    for (const fault of ['http_500_after', 'truncated', 'wrong_order', 'html_200', 'unknown_code']) {
      await plant(order, 'query', fault);
      expect(await sent(lost)).toMatchObject({ kind: 'unknown' });
    }
    expect(await rows(order)).toHaveLength(1);
  });
});

test('all is back already: the refund that did it is adopted, and another is declined', async () => {
  const order = { ...(await paid()), amount: total };
  await sent(order);
  await world.advance(46 * day);
  // As if it had never been written down that it was sent.
  expect(await sent(order)).toMatchObject(ok('succeeded'));
  const second = { ...order, refundId: refundIdOf(order.transactionId, 1) };
  expect(await sent(second)).toMatchObject({ kind: 'declined', channelCode: 'CAPTURE_FULLY_REFUNDED' });
  expect(await sent({ ...second, amount: { minor: 1, currency } })).toMatchObject({ kind: 'declined' });
});

test('no money with the merchant: a person can mend it, and the same call works', async () => {
  const order = await paid();
  await shop.decideNext(order.transactionId, 'insufficient_balance');
  expect(await sent(order)).toMatchObject({ kind: 'declined', code: 'insufficient_balance' });
  expect(await sent(again(order))).toMatchObject(ok('succeeded'));
});

test.each([
  ['success', ok('succeeded')],
  ['failed', { kind: 'ok', value: { state: 'failed', channelCode: 'FAILED' } }],
])('pending, then %s', async (outcome, standing) => {
  const order = await paid();
  await shop.decideNext(order.transactionId, 'pending');
  expect(await sent(order)).toMatchObject(ok('processing'));
  expect(await asked(order)).toMatchObject(ok('processing'));
  await shop.decide(order.refundId, outcome);
  expect(await asked(order)).toMatchObject(standing);
  expect(await sent(again(order))).toMatchObject(standing);
});

describe('a webhook', () => {
  const read = async (number: string) => {
    const [heard] = shop.heard(number);
    const headers = Object.entries(heard?.headers ?? {}).map(([name, value]) => [name, [value].flat()]);
    const callback = {
      body: Buffer.from(heard?.raw ?? ''),
      headers: Object.fromEntries(headers) as Record<string, string[]>,
    };
    await gateway.fetchProof?.(callback, options());
    return gateway.readNotification(callback).notification;
  };

  test('of ours leads to our refund', async () => {
    const { refundId, transactionId, ...order } = await paid();
    await sent({ refundId, transactionId, ...order });
    await world.gateways.idle();
    expect(await read(refundId)).toMatchObject({ kind: 'refund_hint', refund: { refundId, transactionId } });
  });

  test('of the console leads to its refund, which can be asked for', async () => {
    const { transactionId, gatewayTransactionId } = await paid();
    const { body } = await shop.atConsole(transactionId, '2.50');
    const notification = await read(String(body['refund_id']));
    expect(notification).toMatchObject({
      kind: 'refund_hint',
      refund: {
        gatewayRefundId: body['refund_id'],
        transactionId,
        gatewayTransactionId,
      },
    });
    const refund = notification.kind === 'refund_hint' ? notification.refund : {};
    const { gatewayRefundId = '' } = refund;
    const query = { transactionId, gatewayTransactionId, currency, gatewayRefundId } as const;
    expect(await gateway.queryRefund?.(query, options())).toMatchObject({
      kind: 'ok',
      value: { state: 'succeeded', amount: { minor: 250, currency }, gatewayRefundId },
    });
  });
});
