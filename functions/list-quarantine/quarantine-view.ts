// A quarantined callback as operators see it: enough to find it at the provider, and the bytes that prove it.
import { formatAmount, type Money } from '../../lib/domain/money.ts';
import type { RefundReference } from '../../lib/domain/refund.ts';
import { namedBy, type ProvedFacts, type Quarantined } from '../../lib/store/quarantine.ts';

export function quarantineView(callback: Quarantined): Record<string, unknown> {
  const { channelCode, digest, receivedAt, reason, notification, headers, bodyBase64 } = callback;
  const transactionId = namedBy(notification);
  return {
    channel_code: channelCode,
    digest,
    received_at: receivedAt,
    reason,
    ...(transactionId !== undefined && { transaction_id: transactionId }),
    what: 'what' in notification ? notification.what : notification.kind,
    facts: factsView(notification),
    headers,
    body_base64: bodyBase64,
  };
}

/** Amounts are decimal text; instants UTC ISO-8601 ms. */
function factsView(notification: ProvedFacts): object {
  switch (notification.kind) {
    case 'unrecognised':
      return { notice_id: notification.noticeId };
    case 'hint':
      return { notice_id: notification.noticeId, gateway_order_id: notification.gatewayOrderId };
    case 'refund_hint':
      return { notice_id: notification.noticeId, ...referenceView(notification.refund) };
    case 'refund': {
      const { state, amount } = notification.snapshot;
      return { state, ...amountView(amount), ...referenceView(notification.snapshot) };
    }
    case 'payment': {
      const { snapshot } = notification;
      if (snapshot.state !== 'paid') return { state: snapshot.state };
      return {
        state: snapshot.state,
        ...amountView(snapshot.amount),
        paid_at: snapshot.paidAt,
        gateway_transaction_id: snapshot.gatewayTransactionId,
      };
    }
  }
}

function amountView(amount: Money): object {
  return { amount: formatAmount(amount), currency: amount.currency };
}

function referenceView({ refundId, gatewayRefundId, gatewayTransactionId }: RefundReference): object {
  return {
    ...(refundId !== undefined && { refund_id: refundId }),
    ...(gatewayRefundId !== undefined && { gateway_refund_id: gatewayRefundId }),
    ...(gatewayTransactionId !== undefined && { gateway_transaction_id: gatewayTransactionId }),
  };
}
