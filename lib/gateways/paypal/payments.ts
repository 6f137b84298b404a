// Asking PayPal what became of an order, taking the money that the payer agreed to, and leaving an order alone.
import type { PaymentSnapshot } from '../../domain/settlement.ts';
import type { CallOptions, Closing, Outcome, PaymentQuery } from '../gateway.ts';
import { call, type Client } from './client.ts';
import type { Node } from './json.ts';
import { captureStatus, judge, type OrderNumbers } from './snapshot.ts';
import { isNoOrder, refusal, standing, type Refused } from './status.ts';

/**
 * An order whose number was never learned was shown to nobody, and vanishes by itself: PayPal need not be asked.
 * @see https://developer.paypal.com/docs/api/orders/v2/#orders_get
 */
export async function queryPayment(
  client: Client,
  query: PaymentQuery,
  options: CallOptions,
): Promise<Outcome<PaymentSnapshot>> {
  const numbers = numbersOf(query);
  if (!numbers) return { kind: 'ok', value: { state: 'not_found', transactionId: query.transactionId } };
  const answer = await call(client, { method: 'GET', path: orderPath(numbers) }, options);
  if (answer.kind === 'answered') return judge(answer.node, numbers);
  if (answer.kind !== 'refused') return answer;
  if (isNoOrder(answer)) return { kind: 'ok', value: { state: 'not_found', ...numbers } };
  return refusal(answer, 'query');
}

/**
 * PayPal takes the money of one order once, under whatever request id; a repeat under the same finds what the first did.
 * @throws Error without the order's number: nobody can have approved it
 * @see https://developer.paypal.com/docs/api/orders/v2/#orders_capture
 */
export async function capturePayment(
  client: Client,
  query: PaymentQuery,
  options: CallOptions,
): Promise<Outcome<PaymentSnapshot>> {
  const numbers = numbersOf(query);
  if (!numbers) throw new Error('PayPal captures by its own number of the order. Nothing was sent.');
  const path = `${orderPath(numbers)}/capture`;
  const answer = await call(client, { method: 'POST', path, body: {}, requestId: requestId(query) }, options);
  if (answer.kind === 'answered') return judge(answer.node, numbers);
  return answer.kind === 'refused' ? refusedCapture(client, answer, query, options) : answer;
}

async function refusedCapture(
  client: Client,
  refused: Refused,
  query: PaymentQuery,
  options: CallOptions,
): Promise<Outcome<PaymentSnapshot>> {
  const stands = standing(refused);
  if (stands === undefined) return refusal(refused, 'capture');
  if (stands === 'captured') return queryPayment(client, query, options);
  const { transactionId, gatewayOrderId } = query;
  return {
    kind: 'ok',
    value: { state: stands, transactionId, ...(gatewayOrderId !== undefined && { gatewayOrderId }) },
  };
}

/** Each attempt after a refused one is a new request: PayPal might give the old one its old answer. */
function requestId({ transactionId, attempt = 0 }: PaymentQuery): string {
  return `${transactionId}-capture${attempt === 0 ? '' : `-${attempt}`}`;
}

/**
 * There is no call that cancels. What is not captured is closed by never capturing it, which is the caller's to keep; PayPal
 * is asked whether somebody has.
 */
export async function closePayment(
  client: Client,
  query: PaymentQuery,
  options: CallOptions,
): Promise<Outcome<Closing>> {
  const numbers = numbersOf(query);
  if (!numbers) return { kind: 'ok', value: 'not_found' };
  const answer = await call(client, { method: 'GET', path: orderPath(numbers) }, options);
  if (answer.kind === 'answered') return leave(answer.node, numbers);
  if (answer.kind !== 'refused') return answer;
  return isNoOrder(answer) ? { kind: 'ok', value: 'not_found' } : refusal(answer, 'query');
}

/** Money that is on its way may still arrive. */
function leave(order: Node, numbers: OrderNumbers): Outcome<Closing> {
  const judged = judge(order, numbers);
  if (judged.kind !== 'ok') return judged;
  const { state } = judged.value;
  const captured = captureStatus(order);
  if (captured === undefined || state === 'closed') return { kind: 'ok', value: 'closed' };
  const message = 'The order is captured: there is nothing left to close.';
  return { kind: 'declined', code: 'already_paid', channelCode: captured, message };
}

function numbersOf({ transactionId, gatewayOrderId }: PaymentQuery): OrderNumbers | undefined {
  return gatewayOrderId === undefined ? undefined : { transactionId, gatewayOrderId };
}

export function orderPath({ gatewayOrderId }: OrderNumbers): string {
  return `/v2/checkout/orders/${encodeURIComponent(gatewayOrderId)}`;
}
