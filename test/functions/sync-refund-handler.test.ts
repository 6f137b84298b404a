// The handler of status sync, with messages about refunds: who is called for what the channel said, or did not say.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { refundIdOf, type RefundId } from '../../lib/domain/ids.ts';
import type { Payment } from '../../lib/domain/payment.ts';
import type { Refund } from '../../lib/domain/refund.ts';
import { madeRefund, refundNow } from '../flows/refunding.ts';
import { ago, days, listenTo, type Calls } from './refund-calls.ts';

let calls: Calls;
beforeAll(async () => {
  calls = await listenTo('sync-transaction');
});
beforeEach(() => {
  calls.heard();
  calls.noted('refund.synced');
});
afterAll(() => calls.stop());

const take = (message: object) =>
  calls.run({
    Records: [
      { messageId: 'm', body: JSON.stringify(message), attributes: { ApproximateReceiveCount: '1' } },
    ],
  });
const done = { batchItemFailures: [] };
const silence = { counted: [], lines: [] };
const hint = ({ refundId }: Refund) => ({ refundId, hinted: true });
const atConsole = ({ transactionId }: Payment) => ({ transactionId, gatewayRefundId: 'console-1' });
const statusOf = async (refundId: RefundId) => (await refundNow(calls.database, { refundId })).status;
const factsOf = ({ originalTransactionId }: Refund) => ({ transaction_id: originalTransactionId });

describe('somebody is called', () => {
  it('when what the channel shows does not fit ours', async () => {
    const refund = await calls.made();
    calls.alipay = { refund_amount: '2.99' };
    expect(await take(hint(refund))).toEqual(done);
    expect(calls.heard()).toEqual({
      counted: ['refund_contradicted'],
      lines: [['refund.contradicted', { ...factsOf(refund), reason: 'amount' }]],
    });
    expect(await refundNow(calls.database, refund)).toEqual(refund);
  });

  it('when a refund of the console is not any more what it was', async () => {
    const payment = await calls.paid();
    calls.alipay = {};
    await take(atConsole(payment));
    expect(calls.heard()).toEqual(silence);
    calls.alipay = { refund_amount: '2.99' };
    expect(await take(atConsole(payment))).toEqual(done);
    expect(calls.heard()).toEqual({
      counted: ['refund_contradicted'],
      lines: [['refund.contradicted', { transaction_id: payment.transactionId, reason: 'amount' }]],
    });
  });

  it('when the channel does not say what became of it', async () => {
    const refund = await calls.made();
    calls.alipay = '<html>busy</html>';
    expect(await take(hint(refund))).toEqual(done);
    expect(calls.heard()).toEqual({
      counted: ['refund_unanswered'],
      lines: [['refund.unanswered', { ...factsOf(refund), reason: 'unreadable' }]],
    });
  });

  it.each([
    ['of no sense, with what is wrong in it', 'ALIPAY_WRONG', expect.any(Error)],
    ['not there', 'ALIPAY_EMPTY', undefined],
  ])('when the configuration of its channel is %s', async (_, channel, cause) => {
    const refund = await calls.made(channel);
    await take(hint(refund));
    const code = 'CHANNEL_MISCONFIGURED';
    expect(calls.heard()).toEqual({
      counted: ['refund_unanswered', 'channel_misconfigured'],
      lines: [
        ['refund.unanswered', { ...factsOf(refund), reason: code }],
        ['channel.misconfigured', { ...factsOf(refund), code }, cause],
      ],
    });
  });

  it('once a refund of the console is under way for 30 days, and not before', async () => {
    const payment = await calls.paid();
    const refundId = refundIdOf(payment.transactionId, 0);
    calls.alipay = { refund_status: '' };
    await ago(30 * days + 60_000, () => take(atConsole(payment)));
    await ago(60_000 * 2, () => take({ refundId }));
    expect(calls.heard()).toEqual(silence);
    await take({ refundId });
    expect(calls.heard()).toEqual({
      counted: ['refund_overdue'],
      lines: [['refund.overdue', { transaction_id: payment.transactionId }]],
    });
    expect(await statusOf(refundId)).toBe('PROCESSING');
  });

  it('for a refund by hand that nobody has confirmed', async () => {
    const refund = await madeRefund(calls.database, await calls.paid(), { refundMethod: 'OFFLINE' });
    await take({ refundId: refund.refundId });
    const facts = { ...factsOf(refund), refund_id: refund.refundId, status: 'PENDING' };
    expect(calls.heard()).toEqual({
      counted: ['refund_unconfirmed'],
      lines: [['refund.unconfirmed', facts]],
    });
  });

  it('for a workflow that is begun anew', async () => {
    const refund = await calls.made();
    await take({ refundId: refund.refundId });
    const facts = { ...factsOf(refund), refund_id: refund.refundId, status: 'PENDING', count: 2 };
    expect(calls.heard()).toEqual({
      counted: ['refund_not_begun'],
      lines: [['refund.workflow_begun', facts]],
    });
  });
});

describe('nobody is called', () => {
  it('for a refund that has gone, nor for one of the console that is under way and then has', async () => {
    const [refund, payment] = [await calls.made(), await calls.paid()];
    calls.alipay = { refund_status: '' };
    await take(atConsole(payment));
    calls.alipay = {};
    const external = refundIdOf(payment.transactionId, 0);
    for (const message of [hint(refund), { refundId: external }]) expect(await take(message)).toEqual(done);
    for (const id of [refund.refundId, external]) expect(await statusOf(id)).toBe('SUCCESS');
    expect(calls.heard()).toEqual(silence);
    const ofPayment = { transaction_id: payment.transactionId, outcome: 'settled' };
    expect(calls.noted('refund.synced')).toEqual([
      ofPayment,
      { ...factsOf(refund), outcome: 'settled' },
      ofPayment,
    ]);
  });

  it('for the first workflow of a refund that a policy wants', async () => {
    const refund = await madeRefund(calls.database, await calls.paid(), { origin: 'SYSTEM' });
    await take({ refundId: refund.refundId });
    expect(calls.heard()).toEqual(silence);
    expect(calls.noted('refund.workflow_begun')).toMatchObject([{ refund_id: refund.refundId, count: 1 }]);
  });
});
