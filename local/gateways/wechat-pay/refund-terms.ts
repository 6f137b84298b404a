// What a merchant asks for when it gives money back, and which field WeChat Pay would not take.
// @see https://pay.weixin.qq.com/doc/v3/merchant/4012791862
import * as z from 'zod';
import { paramError, type Reply } from './replies.ts';
import { notifyUrl } from './terms.ts';

export interface AskedRefund {
  /** WeChat Pay's number of the order, or the merchant's */
  readonly of: { readonly transactionId: string } | { readonly outTradeNo: string };
  readonly outRefundNo: string;
  readonly fen: number;
  readonly totalFen: number;
  readonly notifyUrl: string | undefined;
}

/** Of two readings of its length the one that lets less through. */
const longestReason = 80;

const asked = z.object({
  transaction_id: z.string().min(1).max(32).optional(),
  out_trade_no: z
    .string()
    .regex(/^[0-9A-Za-z_\-|*@]{6,32}$/)
    .optional(),
  out_refund_no: z.string().regex(/^[0-9A-Za-z_\-|*@]{1,64}$/),
  reason: z
    .string()
    .refine((text) => text !== '' && Buffer.byteLength(text) <= longestReason)
    .optional(),
  notify_url: notifyUrl.optional(),
  funds_account: z.enum(['AVAILABLE', 'UNSETTLED']).optional(),
  amount: z.object({
    refund: z.int().min(1),
    total: z.int().min(1),
    currency: z.literal('CNY'),
  }),
});

export function readRefund(body: unknown): AskedRefund | { refused: Reply } {
  const read = asked.safeParse(body);
  if (!read.success) {
    const [issue] = read.error.issues;
    return { refused: paramError(`/${issue?.path.join('/') ?? ''}`, '不符合规则') };
  }
  const { transaction_id: transactionId, out_trade_no: outTradeNo, amount, ...rest } = read.data;
  if (amount.refund > amount.total) return { refused: paramError('/amount/refund', '大于订单金额') };
  const of = transactionId !== undefined ? { transactionId } : outTradeNo !== undefined && { outTradeNo };
  if (!of) return { refused: paramError('/transaction_id', '与out_trade_no二选一') };
  return {
    of,
    outRefundNo: rest.out_refund_no,
    fen: amount.refund,
    totalFen: amount.total,
    notifyUrl: rest.notify_url,
  };
}
