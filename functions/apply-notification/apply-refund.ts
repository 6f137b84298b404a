// What a proved notification of a refund comes to: its facts go in by the one door, its hints let the channel be asked.
import type { TransactionId } from '../../lib/domain/ids.ts';
import type { RefundReference } from '../../lib/domain/refund.ts';
import { settleRefund, type SettledRefund } from '../../lib/flows/settle-refund.ts';
import type { CallbackMessage } from '../../lib/messaging/callbacks.ts';
import type { SyncMessage } from '../../lib/messaging/sync.ts';
import { keepCallbackAlone } from '../../lib/store/callbacks.ts';
import { getPayment } from '../../lib/store/payments.ts';
import { getRefund, paymentByMoney } from '../../lib/store/refunds.ts';
import type { ApplyDependencies } from './apply-notification.ts';

type Of<Kind> = CallbackMessage['notification'] & { kind: Kind };

/** @see SPEC R6.8, R6.9, R7.2 */
export function settleRefundNotice(
  { tables, ports }: ApplyDependencies,
  { channelCode, digest, receivedAt, keyVersion, headers, bodyBase64 }: CallbackMessage,
  { snapshot }: Of<'refund'>,
): Promise<SettledRefund> {
  return settleRefund(
    { tables, ports },
    {
      channelCode,
      snapshot,
      cause: { actor: `channel:${channelCode}`, reason: `callback ${digest.slice(0, 16)}` },
      callback: { digest, receivedAt, keyVersion, headers, bodyBase64 },
    },
  );
}

export type Followed =
  | { readonly kind: 'asked'; readonly what: string; readonly transactionId: TransactionId }
  | Extract<SettledRefund, { kind: 'nothing_of_ours' }>;

/** Only what is about money of this channel is followed. */
export async function followRefundHint(
  { tables, ask }: ApplyDependencies,
  { channelCode, digest, receivedAt, keyVersion, headers, bodyBase64 }: CallbackMessage,
  { what, refund }: Of<'refund_hint'>,
): Promise<Followed> {
  const named = await meant({ tables }, channelCode, refund);
  if (!named) return { kind: 'nothing_of_ours', why: 'no_such_refund' };
  const stored = await getPayment(tables, named.transactionId);
  const { transactionId } = named;
  if (!stored) return { kind: 'nothing_of_ours', why: 'no_such_payment', transactionId };
  if (stored.payment.paymentChannel !== channelCode)
    return { kind: 'nothing_of_ours', why: 'other_channel', transactionId };
  const kept = { digest, receivedAt, keyVersion, headers, bodyBase64 };
  await keepCallbackAlone(tables, { transactionId, ...kept });
  await ask(named.question);
  return { kind: 'asked', what, transactionId };
}

async function meant(
  { tables }: Pick<ApplyDependencies, 'tables'>,
  channelCode: string,
  { refundId, gatewayRefundId, transactionId, gatewayTransactionId }: RefundReference,
): Promise<{ readonly transactionId: TransactionId; readonly question: SyncMessage } | undefined> {
  if (refundId !== undefined) {
    const refund = await getRefund(tables, refundId);
    const question = { refundId, hinted: true } as const;
    return refund && { transactionId: refund.originalTransactionId, question };
  }
  if (gatewayRefundId === undefined) return undefined;
  const id =
    transactionId ??
    (gatewayTransactionId === undefined
      ? undefined
      : await paymentByMoney(tables, channelCode, gatewayTransactionId));
  const money = gatewayTransactionId !== undefined && { gatewayTransactionId };
  return id && { transactionId: id, question: { transactionId: id, gatewayRefundId, ...money } };
}
