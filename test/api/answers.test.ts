// The schemas that the documents and the client are made from hold what the views really say, and nothing is left out.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { published } from '../../functions/publish-events/publish-events.ts';
import * as answers from '../../lib/api/answers.ts';
import { channelView } from '../../lib/api/channel-view.ts';
import { factsView, paymentView } from '../../lib/api/payment-view.ts';
import { refundFactsView, refundView } from '../../lib/api/refund-view.ts';
import { refund as refundSchema, refundFacts } from '../../lib/api/refund-answers.ts';
import { problemReply } from '../../lib/api/problems.ts';
import {
  isRefundEvent,
  publishedEvent,
  publishedEventNames,
  refundStatusesAfter,
  statusesAfter,
  type PublishedEventName,
} from '../../lib/api/published-event.ts';
import { errors, PaymentError, type ErrorCode } from '../../lib/domain/errors.ts';
import type { Payment } from '../../lib/domain/payment.ts';
import { paymentEvent } from '../../lib/store/events.ts';
import { benches } from '../contract/benches.ts';
import { aRefund } from '../domain/refund-samples.ts';
import { aPayment, at } from '../domain/samples.ts';

/** Every fact that a payment can have. */
const whole: Payment = aPayment({
  businessOrderType: 'topup',
  userId: 'user-1',
  amountPaid: { minor: 880, currency: 'CNY' },
  channelAmounts: {
    payerTotal: { minor: 800, currency: 'CNY' },
    merchantReceived: { minor: 880, currency: 'CNY' },
  },
  amountRefunded: { minor: 300, currency: 'CNY' },
  amountReserved: { minor: 80, currency: 'CNY' },
  metadata: { table: '7' },
  status: 'PENDING_PAYMENT',
  gatewayOrderId: 'order-1',
  gatewayTransactionId: '2026112222001400000000000001',
  prepayInfo: { kind: 'qr_code', qr_code: 'https://qr.alipay.com/bax1' },
  paymentInstrument: 'alipay_balance',
  errorCode: 'CHANNEL_DECLINED',
  channelErrorCode: 'ACQ.ACCESS_FORBIDDEN',
  anomaly: {
    kind: 'OVERPAID',
    foundAt: at,
    paidAt: at,
    resolution: { action: 'dismiss', by: 'operators', reason: 'given back', at, version: 7 },
    amount: { minor: 980, currency: 'CNY' },
    gatewayTransactionId: '2026112222001400000000000001',
  },
  paidAt: at,
  closedAt: at,
  otherAnomalies: [
    {
      kind: 'UNDERPAID',
      foundAt: at,
      paidAt: at,
      amount: { minor: 1, currency: 'CNY' },
      gatewayTransactionId: '2026112222001400000000000002',
      channelAmounts: { payerTotal: { minor: 1, currency: 'CNY' } },
      paymentInstrument: 'alipay_balance',
    },
  ],
  closeRequestedAt: at,
  captureBegunAt: at,
  captures: 2,
  captureDeclines: 1,
  supersededBy: aPayment().transactionId,
  returnUrl: 'https://shop.example/done',
});
const payable: Payment = { ...whole };
delete (payable as { closeRequestedAt?: string }).closeRequestedAt;

describe('a payment', () => {
  test('is shown with the fields of its schema, all of them and no other', () => {
    const paid: Payment = { ...whole, status: 'REFUND_PARTIAL' };
    expect(Object.keys(factsView(paid)).sort()).toEqual(Object.keys(answers.facts.shape).sort());
    expect(factsView(paid)).toMatchObject({ amount_refunded: '3.00', refundable_amount: '5.00' });
    const views = [whole, paid, payable, { ...whole, status: 'PAID_FAILED' as const }].map((each) =>
      paymentView(each, 'zh'),
    );
    const shown = new Set(views.flatMap((view) => Object.keys(view)));
    expect([...shown].sort()).toEqual(Object.keys(answers.payment.shape).sort());
    for (const view of views) expect(answers.payment.parse(view)).toEqual(view);
  });

  test('that has only what it must is shown as its schema says', () => {
    const shown = paymentView(aPayment(), 'en');
    expect(answers.payment.parse(shown)).toEqual(shown);
  });

  test.each(['amount_requested', 'metadata', 'status'])('with a wrong %s would be seen', (name) => {
    const wrong = { ...paymentView(whole, 'en'), [name]: 8.8 };
    expect(answers.payment.safeParse(wrong).error?.issues.map(({ path }) => path[0])).toEqual([name]);
  });
});

/** Every fact that a refund can have. */
const wholeRefund = aRefund(whole, {
  businessOrderType: 'topup',
  amountRefunded: { minor: 300, currency: 'CNY' },
  reason: 'not wanted',
  needsAction: { reason: 'insufficient_balance', since: at },
  gatewayRefundId: '50000000382019052709732678859',
  confirmation: { by: 'finance', reference: 'K-1' },
  errorCode: 'REFUND_DECLINED',
  channelErrorCode: 'ACQ.X',
  submittedAt: at,
  refundedAt: at,
});

describe('a refund', () => {
  test('is shown with the fields of its schema, all of them and no other', () => {
    expect(Object.keys(refundFactsView(wholeRefund)).sort()).toEqual(Object.keys(refundFacts.shape).sort());
    const view = refundView({ ...wholeRefund, status: 'FAILED' }, 'zh');
    expect(Object.keys(view).sort()).toEqual(Object.keys(refundSchema.shape).sort());
    expect(refundSchema.parse(view)).toEqual(view);
  });

  test('that has only what it must is shown as its schema says', () => {
    const shown = refundView(aRefund(aPayment()), 'en');
    expect(refundSchema.parse(shown)).toEqual(shown);
  });
});

describe.each(publishedEventNames)('the event %s', (name) => {
  const schema = publishedEvent(name);
  const file = JSON.parse(
    readFileSync(join(import.meta.dirname, `../../events/${name}.schema.json`), 'utf8'),
  ) as Parameters<typeof z.fromJSONSchema>[0];
  const { detail } = published(eventOf(name));

  test('is told as its schema says, and as the file says that subscribers read', () => {
    expect(schema.parse(detail)).toEqual(detail);
    expect(z.fromJSONSchema(file).parse(detail)).toEqual(detail);
  });

  test('may hold a fact more one day, but not one less', () => {
    const { application, ...fewer } = detail.data;
    expect(application).toBe('shop');
    const reads = (data: object) => z.fromJSONSchema(file).safeParse({ ...detail, data }).success;
    expect([reads({ ...detail.data, more: 1 }), reads(fewer)]).toEqual([true, false]);
    expect(schema.safeParse({ ...detail, data: { ...detail.data, more: 1 } }).success).toBe(false);
  });
});

function eventOf(name: PublishedEventName) {
  const cause = { actor: 'shop', reason: 'asked' };
  if (isRefundEvent(name)) {
    const [status = 'PENDING'] = refundStatusesAfter(name);
    const refund = { before: undefined, after: { ...wholeRefund, status } };
    return paymentEvent({ name, cause, before: whole, after: { ...whole, version: 2 }, refund }, '');
  }
  const [status = 'PENDING_CREATE'] = statusesAfter(name);
  return paymentEvent({ name, cause, before: aPayment(), after: { ...whole, status, version: 2 } }, '');
}

describe('problems', () => {
  const codes = Object.keys(errors) as ErrorCode[];

  test.each(codes)('%s is a problem of the one schema, in both languages', (code) => {
    const error = new PaymentError(code, {
      param: 'amount',
      errors: [{ code, param: 'amount' }],
      transactionId: whole.transactionId,
      channel: { code: 'ACQ.X', message: 'refused' },
      retryAfter: 2,
    });
    for (const language of ['en', 'zh'] as const) {
      const { body } = problemReply(error, { requestId: 'r-1', instance: '/v1/x', language });
      expect(answers.problem.parse(body)).toEqual(body);
    }
  });
});

describe.each(Object.entries(benches))('a channel of %s', (provider, { config, provider: adapter }) => {
  test('is shown as its schema says', () => {
    const row = {
      channelCode: 'CODE',
      provider,
      environment: 'local',
      gatewayUrl: 'http://127.0.0.1:1/gateway.do',
      callbackUrlPayment: 'https://pay.example.com/v1/payments/callbacks/code',
      isActive: true,
      anomalyPolicy: { OVERPAID: 'accept' },
      signingKey: { name: 'v1', publicKey: 'PEM' },
      sourcePolicy: 'monitor',
      sourceRanges: ['203.0.113.0/24'],
      config,
      secretVersion: 'v1',
      fingerprints: { private_key_merchant: 'sha256:0011223344556677' },
      version: 1,
      updatedAt: at,
      updatedBy: 'operators',
    } as const;
    const shown = channelView(row, [{ name: 'v1', publicKey: 'PEM' }, { name: 'v2' }]);
    const schema = answers.channel(adapter.configSchema);
    expect(schema.parse(shown)).toEqual(shown);
    expect(channelView(row)).not.toHaveProperty('signing_keys');
    const whole = [...Object.keys(shown), ...Object.keys(adapter.configSchema.shape)];
    expect([...new Set(whole)].sort()).toEqual(Object.keys(schema.shape).sort());
  });
});
