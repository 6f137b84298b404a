// The way to pay with PayPal: the payer's browser goes there, agrees, and comes back. No money moves before it is captured.
import type { TransactionId } from '../../domain/ids.ts';
import { sameMoney, type Money } from '../../domain/money.ts';
import type { CallOptions, Outcome, Prepay, PrepayRequest } from '../gateway.ts';
import type { MethodRule, Setting } from '../provider.ts';
import { amountRules, noFraction, readMoney, writeMoney, type WrittenMoney } from './amounts.ts';
import { call, type Client } from './client.ts';
import { nodes, type Node } from './json.ts';
import { isPayPalId, payeeOf, unitOf } from './snapshot.ts';
import { refusal } from './status.ts';
import { cleanText } from './text.ts';

export const methods: Readonly<Record<string, MethodRule>> = {
  paypal: {
    amounts: amountRules,
    // An approval that is not captured is given back after three hours.
    expiry: { default: 1800, minimum: 600, maximum: 10_800 },
  },
};

/**
 * Creates the order. The same request may be made again: under one request id it is one order, told as it is by then.
 * @throws Error for a method or a currency that this provider does not offer: its rules exclude them
 * @see https://developer.paypal.com/docs/api/orders/v2/#orders_create
 */
export async function prepay(
  client: Client,
  request: PrepayRequest,
  options: CallOptions,
): Promise<Outcome<Prepay>> {
  const { transactionId, method, amount, generation = 0 } = request;
  if (!Object.hasOwn(methods, method) || !Object.hasOwn(amountRules, amount.currency))
    throw new Error(`PayPal does not offer ${method} in ${amount.currency}. Nothing was sent.`);
  const written = writeMoney(amount);
  if (!written) return noFraction(amount);
  const requestId = `${transactionId}-create${generation === 0 ? '' : `-${generation}`}`;
  const body = orderOf(request, written, client.config.merchant_id);
  const what = { method: 'POST', path: '/v2/checkout/orders', body, requestId } as const;
  const answer = await call(client, what, options);
  if (answer.kind === 'answered') return given(answer.node, request, client);
  return answer.kind === 'refused' ? refusal(answer, 'create') : answer;
}

function orderOf(
  { transactionId, subject, returnUrl }: PrepayRequest,
  amount: WrittenMoney,
  payee: string,
): Readonly<Record<string, unknown>> {
  const back = `${returnUrl}?transaction_id=${transactionId}`;
  return {
    intent: 'CAPTURE',
    purchase_units: [
      {
        custom_id: transactionId,
        invoice_id: transactionId,
        description: cleanSubject(subject, transactionId),
        amount,
        payee: { merchant_id: payee },
      },
    ],
    payment_source: {
      paypal: {
        experience_context: {
          return_url: back,
          cancel_url: back,
          user_action: 'PAY_NOW',
          shipping_preference: 'NO_SHIPPING',
        },
      },
    },
  };
}

/** Nobody is sent to an order that is not, fact by fact, the one that was asked for. */
function given(order: Node, { transactionId, amount }: PrepayRequest, { config }: Client): Outcome<Prepay> {
  const { id: gatewayOrderId } = order;
  if (!isPayPalId(gatewayOrderId)) return { kind: 'unknown', reason: 'unreadable' };
  if (!isAsAsked(order, { transactionId, gatewayOrderId }, amount, config.merchant_id))
    return { kind: 'unknown', reason: 'other_order' };
  const url = payerAddress(order, gatewayOrderId, config);
  if (url === undefined) return { kind: 'unknown', reason: 'unreadable' };
  return { kind: 'ok', value: { prepayInfo: { kind: 'redirect_url', url }, gatewayOrderId } };
}

function isAsAsked(
  order: Node,
  numbers: { readonly transactionId: TransactionId; readonly gatewayOrderId: string },
  amount: Money,
  payee: string,
): boolean {
  const unit = unitOf(order, numbers);
  const told = readMoney(unit?.['amount']);
  return told !== undefined && sameMoney(told, amount) && payeeOf(unit) === payee;
}

/** Where the payer goes. An order that is approved shows no way there any more; PayPal's page of it is at the same place. */
function payerAddress(order: Node, gatewayOrderId: string, setting: Setting): string | undefined {
  const link = nodes(order['links']).find(({ rel }) => rel === 'payer-action' || rel === 'approve');
  if (link) return isAddress(link['href'], setting) ? link['href'] : undefined;
  const isTaken = order['status'] === 'APPROVED' || order['status'] === 'COMPLETED';
  return isTaken ? `${pages(setting)}/checkoutnow?token=${gatewayOrderId}` : undefined;
}

function isAddress(text: unknown, { environment }: Setting): text is string {
  if (typeof text !== 'string' || !/^[\x21-\x7e]{1,2048}$/.test(text) || !URL.canParse(text)) return false;
  const { protocol } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && environment === 'local');
}

function pages({ environment, endpoint }: Setting): string {
  if (environment === 'local') return endpoint.replace(/\/$/, '');
  return environment === 'production' ? 'https://www.paypal.com' : 'https://www.sandbox.paypal.com';
}

/** characters */
const longestDescription = 127;

/** The caller's text as PayPal may have it, never empty. */
export function cleanSubject(subject: string, otherwise: string): string {
  return cleanText(subject, longestDescription) || otherwise;
}
