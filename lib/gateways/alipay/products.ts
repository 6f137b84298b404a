// Ways to pay with Alipay, and what each gives the payer: a code to scan, an address to go to, a text for the app.
import { formatAmount } from '../../domain/money.ts';
import type { CallOptions, Outcome, Prepay, PrepayRequest } from '../gateway.ts';
import type { MethodRule } from '../provider.ts';
import { toBeijing } from './beijing.ts';
import { call, isSuccess, queryText, signedParameters, type Call, type Client } from './client.ts';
import { refusal } from './status.ts';

interface Product {
  /** Alipay's own name of the call or page */
  readonly method: string;
  readonly productCode: string;
  /** seconds */
  readonly expiry: MethodRule['expiry'];
  readonly give: (client: Client, what: Call, request: PrepayRequest, options: CallOptions) => Promise<Given>;
}

type Given = Outcome<Prepay>;

/** Alipay ends a trade after 15 days at most; a day is left to ask what became of it. */
const cashier = { default: 1800, minimum: 120, maximum: 14 * 86_400 };

const products: Readonly<Record<string, Product>> = {
  alipay_qr: {
    method: 'alipay.trade.precreate',
    productCode: 'FACE_TO_FACE_PAYMENT',
    // The code itself lives two hours at most.
    expiry: { default: 900, minimum: 120, maximum: 7200 },
    give: qrCode,
  },
  alipay_page: {
    method: 'alipay.trade.page.pay',
    productCode: 'FAST_INSTANT_TRADE_PAY',
    expiry: cashier,
    give: address,
  },
  alipay_wap: {
    method: 'alipay.trade.wap.pay',
    productCode: 'QUICK_WAP_WAY',
    expiry: cashier,
    give: address,
  },
  alipay_app: {
    method: 'alipay.trade.app.pay',
    productCode: 'QUICK_MSECURITY_PAY',
    expiry: cashier,
    give: orderString,
  },
};

export const methods: Readonly<Record<string, MethodRule>> = Object.fromEntries(
  Object.entries(products).map(([method, { expiry }]) => [
    method,
    { amounts: { CNY: ['0.01', '100000000.00'] }, expiry },
  ]),
);

/** s. How much earlier than we do Alipay stops taking money: a payment at the last moment still finds our order open. */
export const expiryLead = 60;

/**
 * Gives the means to pay. The same request may be made again: the number makes it one trade at most.
 * @throws Error for a method or a currency that this provider does not offer: its rules exclude them
 * @see https://opendocs.alipay.com/open/02ekfg (QR) · 028r8t (page) · 02ivbs (wap) · 02e7gq (app)
 */
export async function prepay(client: Client, request: PrepayRequest, options: CallOptions): Promise<Given> {
  const { method, amount } = request;
  const product = Object.hasOwn(products, method) ? products[method] : undefined;
  if (!product || amount.currency !== 'CNY')
    throw new Error(`Alipay does not offer ${method} in ${amount.currency}. Nothing was sent.`);
  const business = {
    out_trade_no: request.transactionId,
    total_amount: formatAmount(amount),
    subject: cleanSubject(request.subject, request.transactionId),
    product_code: product.productCode,
    time_expire: toBeijing(Date.parse(request.expiresAt) - expiryLead * 1000),
  };
  const what = { method: product.method, business, notifyUrl: request.callbackUrl };
  return product.give(client, what, request, options);
}

async function qrCode(client: Client, what: Call, _: PrepayRequest, options: CallOptions): Promise<Given> {
  const answer = await call(client, what, options);
  if (answer.kind !== 'answered') return answer;
  if (!isSuccess(answer)) return refusal(answer);
  const code = answer.node['qr_code'];
  if (typeof code !== 'string' || !/^[\x21-\x7e]{1,1024}$/.test(code))
    return { kind: 'unknown', reason: 'unreadable' };
  return { kind: 'ok', value: { prepayInfo: { kind: 'qr_code', qr_code: code } } };
}

/** No call: Alipay hears of it when the payer's browser comes. */
async function address(client: Client, what: Call, { returnUrl }: PrepayRequest): Promise<Given> {
  const signed = await signedParameters(client, { ...what, returnUrl });
  if (signed.kind !== 'signed') return signed;
  const url = new URL(client.endpoint);
  url.search = queryText(signed.parameters);
  return { kind: 'ok', value: { prepayInfo: { kind: 'redirect_url', url: url.href } } };
}

/** No call: Alipay hears of it from its own SDK in the payer's app. */
async function orderString(client: Client, what: Call): Promise<Given> {
  const signed = await signedParameters(client, what);
  if (signed.kind !== 'signed') return signed;
  const parameters = { order_string: queryText(signed.parameters) };
  return { kind: 'ok', value: { prepayInfo: { kind: 'app_parameters', parameters } } };
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
