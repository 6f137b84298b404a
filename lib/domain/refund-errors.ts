// The errors of refunds.
import { refused, type ErrorRow } from './error-row.ts';

export const refundErrors = {
  REFUND_DECLINED: {
    status: 422,
    retryable: false,
    outcome: 'declined',
    en: 'The channel declined the refund. No money went back, and the amount can be refunded again.',
    zh: '渠道拒绝了该退款，款项未退回，该金额可再次申请退款。',
  },
  REFUND_EXCEEDS_PAID: refused(
    422,
    'That is more than what is left of the payment: refunds that are under way count. Nothing was refunded.',
    '退款金额超过可退余额（处理中的退款计入其中），未发起退款。',
  ),
  REFUND_MISMATCH: refused(
    422,
    'business_refund_id belongs to a refund with other facts: nothing was refunded.',
    '该 business_refund_id 已用于另一笔不同的退款，未发起退款。',
  ),
  REFUND_CURRENCY_MISMATCH: refused(
    422,
    'A refund has the currency of its payment. Nothing was refunded.',
    '退款币种须与原支付一致，未发起退款。',
  ),
  REFUND_WINDOW_CLOSED: refused(
    422,
    'The channel gives nothing back any more for a payment of that age. Nothing was refunded.',
    '已超过该渠道的退款期限，未发起退款。',
  ),
  REFUND_LIMIT: refused(
    422,
    'The payment has had as many refunds as its channel allows. Nothing was refunded.',
    '该支付的退款次数已达渠道上限，未发起退款。',
  ),
} as const satisfies Record<string, ErrorRow>;
