// A paid trade's facts, from a query's answer or from a notification: the same words under slightly different names.
import type { Json } from '../../domain/canonical-json.ts';
import type { TransactionId } from '../../domain/ids.ts';
import { isCurrency, parseAmount, type Money } from '../../domain/money.ts';
import type { ChannelAmounts } from '../../domain/anomaly.ts';
import type { Payee } from '../../domain/payment.ts';
import type { PaidSnapshot } from '../../domain/settlement.ts';
import { fromBeijing } from './beijing.ts';
import { isNode } from './signature.ts';

export interface PaidTrade {
  readonly transactionId: TransactionId;
  readonly tradeNo: Json | undefined;
  /** the order total, discounts included */
  readonly total: Json | undefined;
  /** `trans_currency`: CNY where Alipay says nothing of it */
  readonly currency: Json | undefined;
  /** Beijing wall-clock */
  readonly paidAt: Json | undefined;
  readonly payerTotal: Json | undefined;
  readonly merchantReceived: Json | undefined;
  /** `fund_bill_list` */
  readonly funds: Json | undefined;
  readonly payee: Payee;
}

/** @returns undefined when a fact about the money is missing or not of its form */
export function paidSnapshot(trade: PaidTrade): PaidSnapshot | undefined {
  const amount = readTotal(trade);
  const paidAt = typeof trade.paidAt === 'string' ? fromBeijing(trade.paidAt) : undefined;
  const channelAmounts = readChannelAmounts(trade);
  if (!amount || paidAt === undefined || !channelAmounts || !isTradeNo(trade.tradeNo)) return undefined;
  const instrument = paymentInstrument(trade.funds);
  return {
    state: 'paid',
    transactionId: trade.transactionId,
    gatewayTransactionId: trade.tradeNo,
    amount,
    paidAt: new Date(paidAt).toISOString(),
    payee: trade.payee,
    ...(Object.keys(channelAmounts).length > 0 && { channelAmounts }),
    ...(instrument !== undefined && { paymentInstrument: instrument }),
  };
}

function readTotal({ total, currency }: PaidTrade): Money | undefined {
  const code = isThere(currency) ? currency : 'CNY';
  if (typeof total !== 'string' || typeof code !== 'string' || !isCurrency(code)) return undefined;
  const amount = parseAmount(total, code);
  return typeof amount === 'object' ? amount : undefined;
}

/** Yuan as decimal text. */
export function readYuan(value: Json | undefined): Money | undefined {
  const amount = typeof value === 'string' ? parseAmount(value, 'CNY') : undefined;
  return typeof amount === 'object' ? amount : undefined;
}

export function isTradeNo(value: Json | undefined): value is string {
  return typeof value === 'string' && /^\d{16,64}$/.test(value);
}

function readChannelAmounts({ payerTotal, merchantReceived }: PaidTrade): ChannelAmounts | undefined {
  const payer = readYuan(payerTotal);
  const merchant = readYuan(merchantReceived);
  if ((isThere(payerTotal) && !payer) || (isThere(merchantReceived) && !merchant)) return undefined;
  return { ...(payer && { payerTotal: payer }), ...(merchant && { merchantReceived: merchant }) };
}

function isThere(value: Json | undefined): boolean {
  return value !== undefined && value !== '';
}

const instruments: Readonly<Record<string, string>> = {
  ALIPAYACCOUNT: 'alipay_balance',
  FINANCEACCOUNT: 'alipay_fund',
  PCREDIT: 'alipay_credit',
  BANKCARD: 'bank_card',
  MIXED_CARD: 'bank_card',
  DEBIT_CARD: 'debit_card',
  CREDIT_CARD: 'credit_card',
  PCARD: 'prepaid_card',
  MCARD: 'merchant_card',
  POINT: 'points',
  COUPON: 'coupon',
  DISCOUNT: 'coupon',
  MCOUPON: 'coupon',
  MDISCOUNT: 'coupon',
};

/** What the largest part was paid with; undefined where Alipay does not say it readably, since no money hangs on it. */
function paymentInstrument(funds: Json | undefined): string | undefined {
  if (!Array.isArray(funds)) return undefined;
  let largest: { kind: string; minor: number } | undefined;
  for (const fund of funds as readonly Json[]) {
    if (!isNode(fund)) continue;
    const minor = readYuan(fund['amount'])?.minor ?? 0;
    if (!largest || minor > largest.minor) largest = { kind: kindOf(fund), minor };
  }
  return largest?.kind;
}

function kindOf(fund: Readonly<Record<string, Json>>): string {
  const channel = fund['fundChannel'] ?? fund['fund_channel'];
  const card = fund['fundType'] ?? fund['fund_type'];
  const name = channel === 'BANKCARD' && typeof card === 'string' ? card : channel;
  return typeof name === 'string' && Object.hasOwn(instruments, name)
    ? (instruments[name] ?? 'other')
    : 'other';
}
