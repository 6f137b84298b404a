// How an order stands, from the order as PayPal tells it. An order may be COMPLETED without money: it is judged by its capture.
// @see https://developer.paypal.com/docs/api/orders/v2/#definition-order
import type { Json } from '../../domain/canonical-json.ts';
import type { TransactionId } from '../../domain/ids.ts';
import type { PaidSnapshot, PaymentSnapshot } from '../../domain/settlement.ts';
import type { Outcome } from '../gateway.ts';
import { readMoney } from './amounts.ts';
import { isNode, nodes, readInstant, type Node } from './json.ts';
import { captureState, orderState, type CaptureState } from './status.ts';

/** By which number each side knows an order. */
export interface OrderNumbers {
  readonly transactionId: TransactionId;
  readonly gatewayOrderId: string;
}

/** Of orders and of captures. */
export function isPayPalId(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Z0-9]{10,36}$/.test(value);
}

/** @returns the one part of the order that is ours, or undefined when it is another order */
export function unitOf(order: Node, { transactionId, gatewayOrderId }: OrderNumbers): Node | undefined {
  const [unit, ...more] = nodes(order['purchase_units']);
  const isOurs = order['id'] === gatewayOrderId && unit?.['custom_id'] === transactionId;
  return isOurs && more.length === 0 ? unit : undefined;
}

/** @returns undefined where PayPal does not say it */
export function payeeOf(told: Node | undefined): Json | undefined {
  const payee = told?.['payee'];
  return isNode(payee) ? payee['merchant_id'] : undefined;
}

export function judge(order: Node, numbers: OrderNumbers): Outcome<PaymentSnapshot> {
  const unit = unitOf(order, numbers);
  if (!unit) return { kind: 'unknown', reason: 'other_order' };
  const captures = capturesOf(unit);
  if (captures.length > 0) return judgeCaptures(unit, captures, numbers);
  const state = orderState(order['status']);
  if (state === undefined) return { kind: 'unknown', reason: 'unlisted_code', cause: 'status of the order' };
  return { kind: 'ok', value: { state, ...numbers } };
}

/**
 * @param order already judged
 * @returns PayPal's word for what became of the money, or undefined before a capture
 */
export function captureStatus(order: Node): string | undefined {
  const [status] = nodes(order['purchase_units'])
    .flatMap(capturesOf)
    .map((capture) => capture['status']);
  return typeof status === 'string' ? status : undefined;
}

function capturesOf({ payments }: Node): readonly Node[] {
  return isNode(payments) ? nodes(payments['captures']) : [];
}

/** One that brought money counts more than one that may bring it, and that more than one that did not. */
const weights: readonly CaptureState[] = ['paid', 'pending', 'closed'];

function judgeCaptures(
  unit: Node,
  captures: readonly Node[],
  numbers: OrderNumbers,
): Outcome<PaymentSnapshot> {
  const told = captures.map((capture) => ({ capture, state: captureState(capture['status']) }));
  if (told.some(({ state }) => state === undefined))
    return { kind: 'unknown', reason: 'unlisted_code', cause: 'status of a capture' };
  const state = weights.find((each) => told.some((other) => other.state === each)) ?? 'pending';
  if (state !== 'paid') return { kind: 'ok', value: { state, ...numbers } };
  const paid = told.filter((each) => each.state === 'paid').map(({ capture }) => capture);
  const value = paid.length === 1 ? paidSnapshot(unit, paid[0], numbers) : undefined;
  return value ? { kind: 'ok', value } : { kind: 'unknown', reason: 'unreadable' };
}

/** @returns undefined when a fact about the money is missing or not of its form */
function paidSnapshot(
  unit: Node,
  capture: Node | undefined,
  numbers: OrderNumbers,
): PaidSnapshot | undefined {
  const { id, amount: written, create_time: time, custom_id: custom = numbers.transactionId } = capture ?? {};
  const [amount, at] = [readMoney(written), readInstant(time)];
  const merchantId = payeeOf(capture) ?? payeeOf(unit);
  if (!isPayPalId(id) || custom !== numbers.transactionId || !amount || amount.minor === 0) return undefined;
  if (at === undefined || typeof merchantId !== 'string') return undefined;
  return {
    state: 'paid',
    ...numbers,
    gatewayTransactionId: id,
    amount,
    paidAt: new Date(at).toISOString(),
    payee: { merchantId },
  };
}
