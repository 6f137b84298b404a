// The handler of the events' stream: for which events somebody is called.
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { marshall } from '@aws-sdk/util-dynamodb';
import { beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import type { Payment } from '../../lib/domain/payment.ts';
import type { EventName, Refund } from '../../lib/domain/refund.ts';
import { paymentEvent } from '../../lib/store/events.ts';
import { aRefund } from '../domain/refund-samples.ts';
import { aPayment, at } from '../domain/samples.ts';
import { aContext, environment } from '../lambda/gateway-event.ts';

type Run = (event: unknown, context: unknown) => Promise<unknown>;

let run: Run;
let called: jest.SpiedFunction<(name: string, facts: object, cause?: unknown) => void>;
let counted: jest.SpiedFunction<typeof console.log>;
const bus = mockClient(EventBridgeClient);

beforeAll(async () => {
  environment({
    EVENT_BUS_NAME: 'payments',
    POWERTOOLS_DEV: 'true',
    POWERTOOLS_METRICS_DISABLED: 'false',
  });
  run = (await import('../../functions/publish-events/handler.ts')).handler as unknown as Run;
  const { log } = await import('../../lib/lambda/log.ts');
  called = jest.spyOn(log, 'error');
  counted = jest.spyOn(console, 'log').mockReturnValue();
});
beforeEach(() => {
  for (const each of [called, counted]) each.mockClear();
  bus.reset();
});

/** One event, as the stream hands it over; the bus takes it or not. */
async function hears(name: EventName, after: Payment, refund?: Refund, isTaken = true): Promise<unknown> {
  bus
    .on(PutEventsCommand)
    .resolves(isTaken ? { Entries: [{ EventId: '1' }] } : { Entries: [{ ErrorCode: 'InternalFailure' }] });
  const cause = { actor: 'channel:ALIPAY', reason: 'callback' };
  const told = refund && { refund: { before: refund, after: refund } };
  const {
    transactionId: pk,
    version: sk,
    ...rest
  } = paymentEvent({ name, cause, before: after, after, ...told }, 'h');
  const NewImage = marshall({ pk, sk: String(sk), ...rest }, { removeUndefinedValues: true });
  return run({ Records: [{ dynamodb: { SequenceNumber: '7', NewImage } }] }, aContext());
}

const times = (name: string) => counted.mock.calls.flat().join().split(`"${name}":1`).length - 1;
const paid = (refunded: number, reserved = 0) =>
  aPayment({
    ...{ status: 'REFUND_FULL', amountPaid: { minor: 880, currency: 'CNY' } },
    amountRefunded: { minor: refunded, currency: 'CNY' },
    amountReserved: { minor: reserved, currency: 'CNY' },
  });

describe('somebody is called', () => {
  it('for money that is late or wrong', async () => {
    const money = { kind: 'UNDERPAID', amount: { minor: 1, currency: 'CNY' } } as const;
    const anomaly = { ...money, foundAt: at, paidAt: at, gatewayTransactionId: 'gw' };
    const payment = aPayment({ status: 'PENDING_PAYMENT', anomaly });
    expect(await hears('payment.anomaly_found', payment)).toEqual({ batchItemFailures: [] });
    const facts = { transaction_id: payment.transactionId, channel_code: 'ALIPAY', reason: 'UNDERPAID' };
    expect(called.mock.calls).toMatchObject([['payment.anomaly_found', facts]]);
    expect(times('anomaly_found')).toBe(1);
  });

  it.each([
    ['refund.needs_action', 'refund_needs_action', { reason: 'insufficient_balance' }],
    ['refund.reversed', 'refund_reversed', {}],
  ] as const)('for %s', async (name, metric, facts) => {
    const payment = paid(0);
    const refund = aRefund(payment, { needsAction: { reason: 'insufficient_balance', since: at } });
    await hears(name, payment, refund);
    const { refundId: refund_id } = refund;
    expect(called.mock.calls).toMatchObject([[name, { refund_id, ...facts }]]);
    expect(times(metric)).toBe(1);
  });

  it.each([
    ['all went back twice', paid(1760)],
    ['one minor unit too much went back', paid(881)],
    ['what is on its way is too much', paid(580, 301)],
  ])('where more goes back than was paid: %s', async (_case, payment) => {
    const refund = aRefund(payment, { status: 'SUCCESS' });
    await hears('refund.succeeded', payment, refund);
    const facts = { transaction_id: payment.transactionId, refund_id: refund.refundId };
    expect(called.mock.calls).toMatchObject([['refund.beyond_paid', facts]]);
    expect(times('refund_beyond_paid')).toBe(1);
  });
});

describe('a refund that begins beyond what is left', () => {
  const beyond = paid(580, 301);
  const begins = (origin: Refund['origin']) =>
    hears('refund.created', beyond, aRefund(beyond, { origin, status: 'PROCESSING' }));

  it('at the console calls somebody while it is under way', async () => {
    await begins('EXTERNAL');
    const facts = { transaction_id: beyond.transactionId, refund_id: aRefund(beyond).refundId };
    expect(called.mock.calls).toMatchObject([['refund.beyond_paid', facts]]);
    expect(times('refund_beyond_paid')).toBe(1);
  });

  it('here is of other money: it calls nobody again', async () => {
    await begins('SYSTEM');
    expect(called).not.toHaveBeenCalled();
    expect(times('refund_beyond_paid')).toBe(0);
  });
});

describe('nobody is called', () => {
  it('for a refund of the console of what is left', async () => {
    const payment = paid(580, 300);
    await hears('refund.created', payment, aRefund(payment, { origin: 'EXTERNAL', status: 'PROCESSING' }));
    expect(called).not.toHaveBeenCalled();
  });

  it.each([
    ['payment.paid', paid(0)],
    ['refund.created', paid(580, 300)],
    ['refund.succeeded', paid(880)],
    ['refund.succeeded', paid(300, 580)],
  ] as const)('for %s that is in order', async (name, payment) => {
    expect(await hears(name, payment, aRefund(payment))).toEqual({ batchItemFailures: [] });
    expect(called).not.toHaveBeenCalled();
  });

  it('for what the bus did not take: it comes again', async () => {
    const failed = { batchItemFailures: [{ itemIdentifier: '7' }] };
    expect(await hears('refund.reversed', paid(0), aRefund(paid(0)), false)).toEqual(failed);
    expect(called).not.toHaveBeenCalled();
    expect(times('refund_reversed')).toBe(0);
  });
});
