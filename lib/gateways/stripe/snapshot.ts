// How an order stands, from a query's answer or from a callback: both bring the same object.
import type { Json } from '../../domain/canonical-json.ts';
import type { TransactionId } from '../../domain/ids.ts';
import type { PaymentSnapshot } from '../../domain/settlement.ts';
import { fromWire } from './amounts.ts';
import type { StripeConfig } from './config.ts';
import { isNode, type Node } from './json.ts';
import { intents, orderIdOf, type Kind } from './orders.ts';
import type { State } from './status.ts';

/**
 * @param state how the order stands
 * @param order already known to be of this kind, and to be this transaction
 * @param paidAt seconds since 1970 UTC; undefined to read it from the charge, where that was brought along
 * @returns undefined when a fact is missing or not of its form
 */
export function snapshot(
  kind: Kind,
  state: State,
  order: Node,
  transactionId: TransactionId,
  { account_id }: StripeConfig,
  paidAt?: Json,
): PaymentSnapshot | undefined {
  const gatewayOrderId = orderIdOf(kind, order);
  if (gatewayOrderId === undefined) return undefined;
  if (state !== 'paid') return { state, transactionId, gatewayOrderId };
  const intent = kind.intent(order);
  const charge = isNode(intent) && isNode(intent['latest_charge']) ? intent['latest_charge'] : undefined;
  const gatewayTransactionId = orderIdOf(intents, isNode(intent) ? intent : { id: intent ?? null });
  const at = instant(paidAt ?? charge?.['created']);
  const amount = fromWire(kind.taken(order), order['currency']);
  if (gatewayTransactionId === undefined || at === undefined || !amount || amount.minor === 0)
    return undefined;
  const instrument = charge && paymentInstrument(charge['payment_method_details']);
  return {
    state,
    transactionId,
    gatewayOrderId,
    gatewayTransactionId,
    amount,
    paidAt: at,
    // No answer names the account: it is the one whose key, or whose endpoint's secret, this was had with.
    payee: { merchantId: account_id },
    ...(instrument !== undefined && { paymentInstrument: instrument }),
  };
}

/** The last second of the year 9999. */
const latest = 253_402_300_799;

/** @param seconds since 1970 UTC */
export function instant(seconds: Json | undefined): string | undefined {
  if (typeof seconds !== 'number' || !Number.isSafeInteger(seconds)) return undefined;
  return seconds > 0 && seconds <= latest ? new Date(seconds * 1000).toISOString() : undefined;
}

/** Of cards, by the wallet that gave the card, or by its kind. */
const instruments: Readonly<Record<string, string>> = {
  apple_pay: 'apple_pay',
  google_pay: 'google_pay',
  link: 'link',
  credit: 'credit_card',
  debit: 'debit_card',
  prepaid: 'prepaid_card',
};

/** @see https://docs.stripe.com/api/charges/object#charge_object-payment_method_details */
function paymentInstrument(details: Json | undefined): string | undefined {
  if (!isNode(details)) return undefined;
  const { card } = details;
  if (!isNode(card)) return 'other';
  const { wallet, funding } = card;
  const word = isNode(wallet) ? wallet['type'] : funding;
  return typeof word === 'string' && Object.hasOwn(instruments, word) ? instruments[word] : 'other';
}
