// The handler of a refund's workflow: who is called for what the channel said, or did not say.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Refund, RefundStatus } from '../../lib/domain/refund.ts';
import { refundNow } from '../flows/refunding.ts';
import { ago, days, listenTo, type Calls } from './refund-calls.ts';

let calls: Calls;
beforeAll(async () => {
  calls = await listenTo('refund-steps');
});
beforeEach(() => {
  calls.heard();
  calls.noted('refund.stepped');
});
afterAll(() => calls.stop());

const step = (name: 'submit' | 'query', { refundId }: Refund) =>
  calls.run({ step: name, refund_id: refundId, run: 1 });
const factsOf = ({ originalTransactionId, refundId }: Refund, status: RefundStatus) => ({
  ...{ transaction_id: originalTransactionId, refund_id: refundId, status },
});
const statusOf = async (refund: Refund) => (await refundNow(calls.database, refund)).status;

describe('somebody is called', () => {
  it('when what the channel shows does not fit ours', async () => {
    const refund = await calls.made();
    calls.alipay = { refund_amount: '2.99' };
    expect(await step('query', refund)).toMatchObject({ next: 'submit' });
    expect(calls.heard()).toEqual({
      counted: ['refund_contradicted'],
      lines: [['refund.contradicted', { ...factsOf(refund, 'PENDING'), reason: 'amount' }]],
    });
    expect(await refundNow(calls.database, refund)).toMatchObject({ status: 'PENDING', run: 1 });
  });

  it('when the channel does not say what became of it', async () => {
    const refund = await calls.made();
    calls.alipay = { code: '20000', msg: 'busy', sub_code: 'isp.unknow-error' };
    await step('query', refund);
    expect(calls.heard()).toEqual({
      counted: ['refund_unanswered'],
      lines: [
        [
          'refund.unanswered',
          {
            ...factsOf(refund, 'PENDING'),
            reason: 'unlisted_code',
            channel_error_code: 'isp.unknow-error',
          },
        ],
      ],
    });
    calls.alipay = '<html>busy</html>';
    await step('query', refund);
    const facts = { ...factsOf(refund, 'PENDING'), reason: 'unreadable' };
    expect(calls.heard()).toEqual({
      counted: ['refund_unanswered'],
      lines: [['refund.unanswered', facts]],
    });
  });

  it.each([
    ['of no sense, with what is wrong in it', 'ALIPAY_WRONG', expect.any(Error)],
    ['not there', 'ALIPAY_EMPTY', undefined],
  ])('when the configuration of its channel is %s', async (_, channel, cause) => {
    const refund = await calls.made(channel);
    expect(await step('submit', refund)).toMatchObject({ next: 'submit' });
    const facts = factsOf(refund, 'PENDING');
    expect(calls.heard()).toEqual({
      counted: ['refund_unanswered', 'channel_misconfigured'],
      lines: [
        ['refund.unanswered', { ...facts, reason: 'not_connected' }],
        ['channel.misconfigured', { ...facts, code: 'CHANNEL_MISCONFIGURED' }, cause],
      ],
    });
  });

  it('once its channel has not said for 30 days what became of it, and not before', async () => {
    const refund = await calls.made();
    calls.alipay = { fund_change: 'N' };
    await ago(30 * days + 60_000, () => step('submit', refund));
    await ago(60_000 * 2, () => step('submit', refund));
    expect(calls.heard()).toEqual({ counted: [], lines: [] });
    await step('submit', refund);
    expect(calls.heard()).toEqual({
      counted: ['refund_overdue'],
      lines: [['refund.overdue', factsOf(refund, 'PROCESSING')]],
    });
  });
});

describe('nobody is called', () => {
  it('for a refund that is sent, is under way, and has gone', async () => {
    const refund = await calls.made();
    calls.alipay = { fund_change: 'N' };
    await step('submit', refund);
    expect(await statusOf(refund)).toBe('PROCESSING');
    calls.alipay = {};
    expect(await step('query', refund)).toMatchObject({ next: 'end' });
    expect(await statusOf(refund)).toBe('SUCCESS');
    expect(calls.heard()).toEqual({ counted: [], lines: [] });
    expect(calls.noted('refund.stepped')).toEqual([
      { ...factsOf(refund, 'PROCESSING'), outcome: 'query', reason: 'duplicate' },
      { ...factsOf(refund, 'SUCCESS'), outcome: 'end', reason: 'SUCCESS' },
    ]);
  });

  it('for one that is over', async () => {
    const refund = await calls.made();
    calls.alipay = {};
    await step('query', refund);
    calls.alipay = { refund_amount: '2.99' };
    expect(await step('query', refund)).toMatchObject({ next: 'end' });
    expect(calls.heard()).toEqual({ counted: [], lines: [] });
    expect(calls.noted('refund.stepped')).toHaveLength(1);
  });
});
