// Alipay's refunds before the contract suite.
import { formatAmount } from '../../lib/domain/money.ts';
import type { RefundOrder } from '../../lib/domain/refund.ts';
import { beijing, form, notice, paidFields, stranger, type Fields } from './alipay-side.ts';
import { connected, type Mode } from './alipay-wire.ts';
import type { RefundBench, RefundMood, RefundSays } from './refund-bench.ts';

const tradeNo = '2026112022001400000000000001';
const consoleNumber = '202611201407081234567890';
const unsaid = 'Alipay leaves refund_status out, whatever became of a refund that was not made';

type Another = Readonly<Record<'merchant_id' | 'app_id', string>>;

export const refundsOf = (mode: Mode, another: Another): RefundBench => ({
  never: {},
  neverQueried: { failed: unsaid, needs_action: unsaid },
  gatewayTransactionId: () => tradeNo,
  connect: (mood, now, order) =>
    connected(mode, mood, now, {
      signer: undefined,
      sent: (business) => ({
        order: business['out_request_no'],
        amount: business['refund_amount'],
        business,
      }),
      says: (_, method) =>
        method === 'alipay.trade.refund' ? toRefund(order, mood) : toQuery(order, mood, now),
    }),
  callback: (facts) => ({ body: form(callback(facts, mode, another)), headers: {} }),
});

const ok = { code: '10000', msg: 'Success' };
const no = (code: string, sub: string) => ({ code, msg: 'no', sub_code: sub, sub_msg: '不行' });

const refusals: Partial<Record<RefundMood, object>> = {
  refused: no('40004', 'ACQ.TRADE_NOT_ALLOW_REFUND'),
  insufficient_balance: no('40004', 'ACQ.SELLER_BALANCE_NOT_ENOUGH'),
  misconfigured: no('40006', 'isv.insufficient-isv-permissions'),
};
const toAny: Partial<Record<RefundMood, object>> = {
  not_found: no('40004', 'ACQ.TRADE_NOT_EXIST'),
  rate_limited: no('40005', 'app.call-limited'),
  unlisted_code: no('40004', 'ACQ.NEVER_HEARD_OF'),
  unsure: no('20000', 'aop.ACQ.SYSTEM_ERROR'),
};

const tradeOf = ({ transactionId }: RefundOrder, mood: RefundMood) => ({
  out_trade_no: mood === 'other_order' ? `${transactionId.slice(0, -4)}zzzz` : transactionId,
  trade_no: tradeNo,
});

function toRefund(order: RefundOrder, mood: RefundMood): object {
  const fund_change = mood === 'processing' ? 'N' : 'Y';
  const accepted = { ...ok, ...tradeOf(order, mood), fund_change, refund_fee: formatAmount(order.amount) };
  return toAny[mood] ?? refusals[mood] ?? accepted;
}

function toQuery(order: RefundOrder, mood: RefundMood, now: number): object {
  const known = {
    ...ok,
    ...tradeOf(order, mood),
    out_request_no: order.refundId,
    refund_amount: formatAmount(order.amount),
    total_amount: formatAmount(order.total),
  };
  const made = { ...known, refund_status: 'REFUND_SUCCESS', gmt_refund_pay: beijing(now) };
  // Nothing is known of what was refused.
  return toAny[mood] ?? (mood in refusals ? ok : mood === 'processing' ? known : made);
}

function callback(says: RefundSays, mode: Mode, another: Another): Fields {
  const { transactionId, refundId, amount, at, merchant, environment, signedBy } = says;
  const { by, serial } = mode[environment];
  const said = {
    ...paidFields(transactionId, '8.80', at),
    refund_fee: formatAmount(amount),
    gmt_refund: `${beijing(at)}.123`,
    out_biz_no: refundId ?? consoleNumber,
    ...(serial !== undefined && { alipay_cert_sn: serial }),
    ...(merchant === 'another' && { app_id: another.app_id, seller_id: another.merchant_id }),
  };
  const { sign, ...rest } = notice(said, signedBy === 'stranger' ? stranger : by);
  return signedBy === 'nobody' ? rest : { ...rest, sign: sign ?? '' };
}
