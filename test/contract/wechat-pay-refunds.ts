// Refunds by WeChat Pay before the contract suite.
import type { RefundOrder } from '../../lib/domain/refund.ts';
import { formatAmount } from '../../lib/domain/money.ts';
import type { Sent } from './bench.ts';
import type { RefundBench, RefundMood, RefundSays } from './refund-bench.ts';
import { account, notice, toldRefund } from './wechat-pay-side.ts';
import { another, connected, no, posted, spoilt, type Answer, type Mode } from './wechat-pay-world.ts';

/** WeChat Pay gives a payment one number, and here it gives all the same. */
const gatewayTransactionId = '4200000000202611200000000001';

const states: Partial<Record<RefundMood, string>> = {
  succeeded: 'SUCCESS',
  processing: 'PROCESSING',
  failed: 'CLOSED',
  needs_action: 'ABNORMAL',
};

function answer(mood: RefundMood, now: number, order: RefundOrder, isQuery: boolean): Answer {
  const { refundId, transactionId, amount, total } = order;
  const facts = { refund: refundId, order: transactionId, fen: amount.minor, total: total.minor, at: now };
  const whole = toldRefund({ ...facts, status: states[mood] ?? 'PROCESSING' });
  const none = no(404, 'RESOURCE_NOT_EXISTS');
  // What is refused was not made: whoever looks for it finds none.
  const refused = (status: number, code: string) => (isQuery ? none : no(status, code));
  const answers: Partial<Record<RefundMood, Answer>> = {
    ...spoilt(whole, { ...whole, out_refund_no: `${refundId.slice(0, -2)}zz` }),
    not_found: none,
    refused: refused(400, 'INVALID_REQUEST'),
    insufficient_balance: refused(403, 'NOT_ENOUGH'),
    misconfigured: no(403, 'NO_AUTH'),
    rate_limited: no(429, 'FREQUENCY_LIMITED'),
  };
  return answers[mood] ?? { status: 200, body: JSON.stringify(whole) };
}

function said({ transactionId, refundId, amount, at, merchant }: RefundSays): object {
  const told = toldRefund({
    refund: refundId ?? '1900000109202611201407080001',
    order: transactionId,
    fen: amount.minor,
    total: 10_000_000_000,
    at,
    status: 'SUCCESS',
  });
  const left: Record<string, unknown> = {
    ...told,
    mchid: account.merchant_id,
    refund_status: told['status'],
    status: undefined,
    channel: undefined,
    create_time: undefined,
    funds_account: undefined,
  };
  const owner = merchant === 'another' && { mchid: another.merchant_id };
  return notice({ ...left, ...owner }, { type: 'REFUND.SUCCESS', kind: 'refund' });
}

export const weChatPayRefunds = (mode: Mode): RefundBench => ({
  never: {},
  neverQueried: {},
  gatewayTransactionId: () => gatewayTransactionId,
  connect(mood, now, order) {
    const sent: Sent[] = [];
    const gateway = connected(mode, now, mood, ({ method, pathname, business }) => {
      const { refund } = (business['amount'] ?? {}) as { refund?: number };
      const isQuery = method === 'GET';
      sent.push({
        order: isQuery ? pathname.split('/').at(-1) : business['out_refund_no'],
        amount: refund === undefined ? undefined : formatAmount({ minor: refund, currency: 'CNY' }),
        business,
      });
      return answer(mood, now, order, isQuery);
    });
    return { gateway, sent };
  },
  callback: (facts) => posted(JSON.stringify(said(facts)), facts, mode),
});
