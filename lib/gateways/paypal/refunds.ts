// Giving a capture's money back, and asking what became of that.
// @see https://developer.paypal.com/docs/api/payments/v2/#captures_refund
import { sameMoney } from '../../domain/money.ts';
import type { NoSuchRefund, RefundOrder, RefundQuery, RefundSnapshot } from '../../domain/refund.ts';
import type { CallOptions, Outcome } from '../gateway.ts';
import { noFraction, writeMoney, type WrittenMoney } from './amounts.ts';
import { call, type Client } from './client.ts';
import { orderPath } from './payments.ts';
import { judgeRefund, referenceOf, refundIn } from './refund-snapshot.ts';
import { isNoOrder, refusal } from './status.ts';
import { cleanText } from './text.ts';

type Found = RefundSnapshot | NoSuchRefund;

/**
 * PayPal remembers the request's id for 45 days, and would refund a second time after that: whatever was sent once is
 * looked for by our number before it is sent again.
 */
export async function refund(
  client: Client,
  order: RefundOrder,
  options: CallOptions,
): Promise<Outcome<RefundSnapshot>> {
  const amount = writeMoney(order.amount);
  if (!amount) return noFraction(order.amount);
  if (order.submittedAt === undefined) return send(client, order, amount, options);
  const found = await find(client, order, options);
  return absent(found) ? send(client, order, amount, options) : adopted(found, order);
}

async function send(
  client: Client,
  order: RefundOrder,
  amount: WrittenMoney,
  options: CallOptions,
): Promise<Outcome<RefundSnapshot>> {
  const { refundId, gatewayTransactionId, generation = 0 } = order;
  const answer = await call(
    client,
    {
      method: 'POST',
      path: `/v2/payments/captures/${encodeURIComponent(gatewayTransactionId)}/refund`,
      body: bodyOf(order, amount),
      requestId: `${refundId}-refund${generation === 0 ? '' : `-${generation}`}`,
    },
    options,
  );
  if (answer.kind === 'answered') return adopted(judgeRefund(answer.node, order), order);
  if (answer.kind !== 'refused') return answer;
  const refused = refusal(answer, 'refund');
  if (refused.kind !== 'declined') return refused;
  // An earlier call may have made it: then nothing is left, say.
  const found = await find(client, order, options);
  return absent(found) ? refused : adopted(found, order);
}

function bodyOf({ refundId, reason = '' }: RefundOrder, amount: WrittenMoney) {
  const note = cleanText(reason, 255);
  return {
    amount,
    invoice_id: refundId,
    custom_id: refundId,
    ...(note !== '' && { note_to_payer: note }),
  };
}

/** Also of one that was made at PayPal's pages, by PayPal's number. */
export async function queryRefund(
  client: Client,
  query: RefundQuery,
  options: CallOptions,
): Promise<Outcome<Found>> {
  const { refundId, gatewayRefundId } = query;
  if (gatewayRefundId === undefined) return find(client, query, options);
  const path = `/v2/payments/refunds/${encodeURIComponent(gatewayRefundId)}`;
  const answer = await call(client, { method: 'GET', path }, options);
  if (answer.kind === 'answered') return judgeRefund(answer.node, query);
  if (answer.kind !== 'refused') return answer;
  if (!isNoOrder(answer)) return refusal(answer, 'query');
  // Under a wrong number of PayPal's there may be ours all the same.
  if (refundId !== undefined) return find(client, { ...query, refundId }, options);
  return { kind: 'ok', value: { ...referenceOf(query), state: 'not_found' } };
}

/** @throws Error without our number, or without the order's: no capture is without an order */
async function find(
  client: Client,
  { gatewayRefundId: _, ...query }: RefundQuery,
  options: CallOptions,
): Promise<Outcome<Found>> {
  const { refundId, transactionId, gatewayOrderId } = query;
  if (refundId === undefined || gatewayOrderId === undefined)
    throw new Error('PayPal finds a refund by its own number, or by ours in its order. Nothing was sent.');
  const numbers = { transactionId, gatewayOrderId };
  const answer = await call(client, { method: 'GET', path: orderPath(numbers) }, options);
  if (answer.kind === 'answered') return refundIn(answer.node, { ...query, refundId }, numbers);
  return answer.kind === 'refused' ? refusal(answer, 'query') : answer;
}

function absent(found: Outcome<Found>): boolean {
  return found.kind === 'ok' && found.value.state === 'not_found';
}

/** What was found of the refund, if it is the one that was ordered. A refusal to look proves nothing of it. */
function adopted(found: Outcome<Found>, { amount }: RefundOrder): Outcome<RefundSnapshot> {
  if (found.kind === 'declined' && found.code !== 'misconfigured')
    return { kind: 'unknown', reason: 'unlisted_code', channelCode: found.channelCode };
  if (found.kind !== 'ok') return found;
  const { value } = found;
  if (value.state === 'not_found' || !sameMoney(value.amount, amount))
    return { kind: 'unknown', reason: 'other_order' };
  return { kind: 'ok', value };
}
