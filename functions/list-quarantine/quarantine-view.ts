// A quarantined callback as operators see it: enough to find it at the provider, and the bytes that prove it.
import { formatAmount } from '../../lib/domain/money.ts';
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
    what: notification.kind === 'payment' ? 'payment' : notification.what,
    facts: factsView(notification),
    headers,
    body_base64: bodyBase64,
  };
}

/** Amounts are decimal text; instants UTC ISO-8601 ms. */
function factsView(notification: ProvedFacts): object {
  if (notification.kind === 'unrecognised') return { notice_id: notification.noticeId };
  if (notification.kind === 'hint')
    return { notice_id: notification.noticeId, gateway_order_id: notification.gatewayOrderId };
  const { snapshot } = notification;
  if (snapshot.state !== 'paid') return { state: snapshot.state };
  return {
    state: snapshot.state,
    amount: formatAmount(snapshot.amount),
    currency: snapshot.amount.currency,
    paid_at: snapshot.paidAt,
    gateway_transaction_id: snapshot.gatewayTransactionId,
  };
}
