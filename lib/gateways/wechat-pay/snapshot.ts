// How an order stands, from a query's answer or from a notification: both bring the same object.
import type { Json } from '../../domain/canonical-json.ts';
import type { TransactionId } from '../../domain/ids.ts';
import { isCurrency, money, type Money } from '../../domain/money.ts';
import type { PaidSnapshot } from '../../domain/settlement.ts';
import { fromRfc3339 } from './beijing.ts';
import type { WeChatPayConfig } from './config.ts';
import { isNode, type Node } from './json.ts';

/**
 * @param order already known to be of this merchant and to be this transaction
 * @returns undefined when a fact about the money is missing or not of its form
 */
export function paidSnapshot(
  order: Node,
  transactionId: TransactionId,
  { merchant_id, app_id }: WeChatPayConfig,
): PaidSnapshot | undefined {
  const { transaction_id: theirs, success_time: time, amount: amounts } = order;
  const at = typeof time === 'string' ? fromRfc3339(time) : undefined;
  if (typeof theirs !== 'string' || !/^[0-9A-Za-z]{6,32}$/.test(theirs)) return undefined;
  if (at === undefined || !isNode(amounts)) return undefined;
  // What was ordered: coupons make what the payer gives less, and what the payer gave is information alone.
  const amount = readFen(amounts['total'], amounts['currency']);
  const payer = readFen(amounts['payer_total'], amounts['payer_currency'] ?? amounts['currency']);
  if (!amount || amount.minor === 0) return undefined;
  const instrument = paymentInstrument(order['bank_type']);
  return {
    state: 'paid',
    transactionId,
    gatewayTransactionId: theirs,
    amount,
    paidAt: new Date(at).toISOString(),
    payee: { merchantId: merchant_id, appId: app_id },
    ...(payer && { channelAmounts: { payerTotal: payer } }),
    ...(instrument !== undefined && { paymentInstrument: instrument }),
  };
}

/** A whole number of the smallest unit; where no currency is told, it is CNY. */
export function readFen(value: Json | undefined, code: Json = 'CNY'): Money | undefined {
  if (typeof code !== 'string' || !isCurrency(code)) return undefined;
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
    ? money(value, code)
    : undefined;
}

/** `bank_type` ends with the kind of card. @see https://pay.weixin.qq.com/doc/v2/merchant/4011941162 */
const instruments: Readonly<Record<string, string>> = {
  DEBIT: 'debit_card',
  CREDIT: 'credit_card',
  ECNY: 'digital_yuan',
  CFT: 'wechat_balance',
};

function paymentInstrument(bank: Json | undefined): string | undefined {
  if (typeof bank !== 'string' || bank === '') return undefined;
  const kind = bank.slice(bank.lastIndexOf('_') + 1);
  return Object.hasOwn(instruments, kind) ? instruments[kind] : 'other';
}
