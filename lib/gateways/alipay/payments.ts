// Asking Alipay for a QR code, and asking it what became of a trade.
import { formatAmount } from '../../domain/money.ts';
import type { PaymentSnapshot } from '../../domain/settlement.ts';
import type { CallOptions, Outcome, PaymentQuery, Prepay, PrepayRequest } from '../gateway.ts';
import { toBeijing } from './beijing.ts';
import { call, type Answer, type Client } from './client.ts';
import type { Node } from './signature.ts';
import { paidSnapshot, readYuan } from './snapshot.ts';
import { refusal, tradeState } from './status.ts';

/** How much earlier than we do Alipay stops taking money: a payment at the last moment still finds our order open. */
const expiryLead = 60_000;

/**
 * Asks for a QR code. The same request may be sent again: the number makes it one trade at most.
 * @throws Error for a method or a currency that this provider does not offer: its rules exclude them
 * @see https://opendocs.alipay.com/open/02ekfg
 */
export async function prepay(
  client: Client,
  request: PrepayRequest,
  options: CallOptions,
): Promise<Outcome<Prepay>> {
  if (request.method !== 'alipay_qr' || request.amount.currency !== 'CNY')
    throw new Error(
      `Alipay does not offer ${request.method} in ${request.amount.currency}. Nothing was sent.`,
    );
  const business = {
    out_trade_no: request.transactionId,
    total_amount: formatAmount(request.amount),
    subject: cleanSubject(request.subject, request.transactionId),
    product_code: 'FACE_TO_FACE_PAYMENT',
    time_expire: toBeijing(Date.parse(request.expiresAt) - expiryLead),
  };
  const what = { method: 'alipay.trade.precreate', business, notifyUrl: request.callbackUrl };
  const answer = await call(client, what, options);
  if (answer.kind === 'unknown') return answer;
  if (!isSuccess(answer)) return refusal(answer);
  const code = answer.node['qr_code'];
  if (typeof code !== 'string' || !/^[\x21-\x7e]{1,1024}$/.test(code))
    return { kind: 'unknown', reason: 'unreadable' };
  return { kind: 'ok', value: { prepayInfo: { kind: 'qr_code', qr_code: code } } };
}

/**
 * A trade that does not exist is no news: Alipay makes it when the payer scans the code.
 * @see https://opendocs.alipay.com/open/02ekfh
 */
export async function queryPayment(
  client: Client,
  { transactionId }: PaymentQuery,
  options: CallOptions,
): Promise<Outcome<PaymentSnapshot>> {
  const business = { out_trade_no: transactionId, query_options: ['fund_bill_list'] };
  const answer = await call(client, { method: 'alipay.trade.query', business }, options);
  if (answer.kind === 'unknown') return answer;
  if (answer.code === '40004' && answer.subCode === 'ACQ.TRADE_NOT_EXIST')
    return { kind: 'ok', value: { state: 'not_found', transactionId } };
  if (!isSuccess(answer)) return refusal(answer);
  return told(answer.node, transactionId);
}

function told(node: Node, transactionId: PaymentQuery['transactionId']): Outcome<PaymentSnapshot> {
  const status = node['trade_status'];
  const state = typeof status === 'string' ? tradeState(status) : undefined;
  if (state === 'pending') return { kind: 'ok', value: { state, transactionId } };
  if (state === 'closed' && !wasPaid(node)) return { kind: 'ok', value: { state, transactionId } };
  if (state !== 'paid') return { kind: 'unknown', reason: 'unlisted_code', cause: 'trade_status' };
  const value = paidSnapshot({
    transactionId,
    tradeNo: node['trade_no'],
    total: node['total_amount'],
    currency: node['trans_currency'],
    paidAt: node['send_pay_date'],
    payerTotal: node['buyer_pay_amount'],
    merchantReceived: node['receipt_amount'],
    funds: node['fund_bill_list'],
    // The answer does not name the payee.
    payee: {},
  });
  return value ? { kind: 'ok', value } : { kind: 'unknown', reason: 'unreadable' };
}

/** A trade that was refunded in full is called closed, too, but its order was paid. */
function wasPaid(node: Node): boolean {
  return Object.entries(node).some(
    ([name, value]) =>
      (name === 'send_pay_date' || name.includes('refund')) && value !== '' && readYuan(value)?.minor !== 0,
  );
}

function isSuccess(answer: Extract<Answer, { kind: 'answered' }>): boolean {
  return answer.code === '10000' && answer.subCode === '';
}

/**
 * The caller's text as Alipay may have it: letters, digits and plain punctuation of the basic plane, nothing that could
 * move a border between fields or that its cashier refuses; at most 256 characters, never empty.
 */
export function cleanSubject(subject: string, otherwise: string): string {
  const kept = subject
    .replaceAll(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]|[&=%/+#<>"'\\]|[^\0-\uffff]/gu, ' ')
    .replaceAll(/ +/g, ' ')
    .trim()
    .slice(0, 256)
    .trim();
  return kept || otherwise;
}
