// A payment by the numbers that its channel knows it by.
import type { PaymentQuery } from '../gateways/gateway.ts';
import type { StoredPayment } from '../store/payments.ts';

export function numbered({ payment }: StoredPayment): PaymentQuery {
  const { transactionId, amountRequested, gatewayOrderId, captureDeclines } = payment;
  return {
    transactionId,
    currency: amountRequested.currency,
    ...(gatewayOrderId !== undefined && { gatewayOrderId }),
    ...(captureDeclines !== undefined && { attempt: captureDeclines }),
  };
}
