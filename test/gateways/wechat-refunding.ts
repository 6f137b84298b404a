// A refund for the tests of what WeChat Pay answers, and those answers, one after the other.
import { refundIdOf } from '../../lib/domain/ids.ts';
import type { RefundOrder } from '../../lib/domain/refund.ts';
import { noon } from '../contract/bench.ts';
import { toldRefund } from '../contract/wechat-pay-side.ts';
import { answering, options, order, said, type Said } from './wechat-answering.ts';

export const refundId = refundIdOf(order, 3);
export const gatewayTransactionId = '4200000000202611200000000001';
export const asked: RefundOrder = {
  transactionId: order,
  refundId,
  gatewayTransactionId,
  currency: 'CNY',
  amount: { minor: 300, currency: 'CNY' },
  total: { minor: 880, currency: 'CNY' },
  reason: '不想要了',
  callbackUrl: 'https://pay.example.com/payments/callbacks/WECHAT_PAY',
};
export const again: RefundOrder = { ...asked, submittedAt: '2026-11-20T05:00:00.000Z' };

export const whole = (status: string, change: object = {}) => ({
  ...toldRefund({ refund: refundId, order, fen: 300, total: 880, at: noon, status }),
  ...change,
});
export const told = (status: string, change?: object) => said(200, whole(status, change));
export const no = (status: number, code: string) => said(status, { code, message: '不行', detail: {} });
export const none = no(404, 'RESOURCE_NOT_EXISTS');

/** A gateway that is given these answers, one after the other. */
export function hearing(...answers: readonly Said[]) {
  const left = [...answers];
  return answering(() => {
    const next = left.shift();
    if (!next) throw new Error('nobody was to be asked any more');
    return next;
  });
}
export const sending = async (what: RefundOrder, ...answers: readonly Said[]) => {
  const { gateway, sent } = hearing(...answers);
  return {
    outcome: await gateway.refund?.(what, options),
    calls: sent.map(({ method }) => method).join(' '),
  };
};
export const finding = (answer: Said) => hearing(answer).gateway.queryRefund?.(asked, options);
