// Ways to pay with WeChat Pay, and what each gives the payer: a code to scan, an address to go to, parameters for its SDKs.
import type { PrepayInfo } from '../../domain/payment.ts';
import type { CallOptions, Outcome, Prepay, PrepayRequest } from '../gateway.ts';
import type { MethodRule } from '../provider.ts';
import { toBeijing } from './beijing.ts';
import { call, newNonce, seconds, sign, type Client } from './client.ts';
import type { Node } from './json.ts';
import { lines } from './signature.ts';
import { refusal } from './status.ts';
import { cleanText } from './text.ts';

type Given = Outcome<PrepayInfo>;

interface Product {
  /** the end of its path */
  readonly name: string;
  readonly requires?: MethodRule['requires'];
  /** seconds */
  readonly expiry: MethodRule['expiry'];
  /** what it wants to know beside the order */
  readonly more?: (request: PrepayRequest) => Readonly<Record<string, unknown>>;
  readonly give: (client: Client, answer: Node) => Given | Promise<Given>;
}

/** Codes and prepay ids live two hours. */
const twoHours = { default: 900, minimum: 120, maximum: 7200 };

const products: Readonly<Record<string, Product>> = {
  wechat_native: { name: 'native', expiry: twoHours, give: qrCode },
  wechat_jsapi: {
    name: 'jsapi',
    requires: ['openid'],
    expiry: twoHours,
    more: (request) => ({ payer: { openid: required(request, 'openid') } }),
    give: jsapiParameters,
  },
  wechat_h5: {
    name: 'h5',
    requires: ['clientIp'],
    // The address can be entered for five minutes: an order that is open for longer would be shown with a dead one.
    expiry: { default: 300, minimum: 120, maximum: 300 },
    more: (request) => ({
      scene_info: { payer_client_ip: required(request, 'clientIp'), h5_info: { type: 'Wap' } },
    }),
    give: address,
  },
  wechat_app: { name: 'app', expiry: twoHours, give: appParameters },
};

export const methods: Readonly<Record<string, MethodRule>> = Object.fromEntries(
  Object.entries(products).map(([method, { requires, expiry }]) => [
    method,
    {
      ...(requires && { requires }),
      // WeChat Pay's own SDKs hold fen in 32 bits; what a merchant may really take is less, and is told by a refusal.
      amounts: { CNY: ['0.01', '21474836.47'] },
      expiry,
    },
  ]),
);

/** s. How much earlier than we do WeChat Pay stops taking money: a payment at the last moment still finds our order open. */
export const expiryLead = 60;

/**
 * Gives the means to pay. The same request may be made again: the number makes it one order, as long as nothing in it differs.
 * @throws Error for what the rules of the method exclude
 * @see https://pay.weixin.qq.com/doc/v3/merchant/4012525171 (native) · 4012525167 (jsapi) · 4013070361 (h5) · 4013070347 (app)
 */
export async function prepay(
  client: Client,
  request: PrepayRequest,
  options: CallOptions,
): Promise<Outcome<Prepay>> {
  const { transactionId, method, amount } = request;
  const product = Object.hasOwn(products, method) ? products[method] : undefined;
  if (!product || amount.currency !== 'CNY')
    throw new Error(`WeChat Pay does not offer ${method} in ${amount.currency}. Nothing was sent.`);
  const body = {
    appid: client.config.app_id,
    mchid: client.config.merchant_id,
    description: cleanSubject(request.subject, transactionId),
    out_trade_no: transactionId,
    time_expire: toBeijing(Date.parse(request.expiresAt) - expiryLead * 1000),
    notify_url: request.callbackUrl,
    amount: { total: amount.minor, currency: amount.currency },
    ...product.more?.(request),
  };
  const path = `/v3/pay/transactions/${product.name}`;
  const answer = await call(client, { method: 'POST', path, body }, transactionId, options);
  if (answer.kind !== 'answered') return answer;
  if (answer.status !== 200) return refusal(answer);
  const given = await product.give(client, answer.node);
  return given.kind === 'ok' ? { kind: 'ok', value: { prepayInfo: given.value } } : given;
}

function required({ payer, method }: PrepayRequest, name: 'openid' | 'clientIp'): string {
  const value = payer?.[name];
  if (value === undefined) throw new Error(`${method} needs the payer’s ${name}. Nothing was sent.`);
  return value;
}

const unreadable: Given = { kind: 'unknown', reason: 'unreadable' };

function qrCode(_: Client, { code_url: code }: Node): Given {
  if (typeof code !== 'string' || !/^[\x21-\x7e]{1,512}$/.test(code)) return unreadable;
  return { kind: 'ok', value: { kind: 'qr_code', qr_code: code } };
}

/**
 * Where the browser goes afterwards, the shop may append itself (`&redirect_url=…`): nothing that comes back proves anything.
 * @see https://pay.weixin.qq.com/doc/v3/merchant/4012791835
 */
function address(_: Client, { h5_url: url }: Node): Given {
  if (typeof url !== 'string' || !/^https?:\/\/[\x21-\x7e]{1,512}$/.test(url)) return unreadable;
  return { kind: 'ok', value: { kind: 'redirect_url', url } };
}

/** Signed a second time, for the page inside WeChat. @see https://pay.weixin.qq.com/doc/v3/merchant/4012791857 */
async function jsapiParameters(client: Client, answer: Node): Promise<Given> {
  const id = prepayId(answer);
  if (id === undefined) return unreadable;
  const { app_id: appId } = client.config;
  const [timeStamp, nonceStr, box] = [seconds(client), newNonce(client), `prepay_id=${id}`];
  const paySign = await sign(client, lines(appId, timeStamp, nonceStr, box));
  if (typeof paySign !== 'string') return notSigned(paySign);
  const parameters = { appId, timeStamp, nonceStr, package: box, signType: 'RSA', paySign };
  return { kind: 'ok', value: { kind: 'jsapi_parameters', parameters } };
}

/** Signed a second time, for WeChat's SDK in the merchant's app. @see https://pay.weixin.qq.com/doc/v3/merchant/4013070351 */
async function appParameters(client: Client, answer: Node): Promise<Given> {
  const prepayid = prepayId(answer);
  if (prepayid === undefined) return unreadable;
  const { app_id: appid, merchant_id: partnerid } = client.config;
  const [timestamp, noncestr] = [seconds(client), newNonce(client)];
  const signature = await sign(client, lines(appid, timestamp, noncestr, prepayid));
  if (typeof signature !== 'string') return notSigned(signature);
  const parameters = {
    appid,
    partnerid,
    prepayid,
    package: 'Sign=WXPay',
    noncestr,
    timestamp,
    sign: signature,
  };
  return { kind: 'ok', value: { kind: 'app_parameters', parameters } };
}

/** The order is there by now: only its means to pay are not. */
function notSigned({ cause }: { readonly cause?: unknown }): Given {
  return { kind: 'unknown', reason: 'not_signed', cause };
}

/** It goes into a signed text: a line feed in it would move a border there. */
function prepayId({ prepay_id: id }: Node): string | undefined {
  return typeof id === 'string' && /^[\x21-\x7e]{1,64}$/.test(id) ? id : undefined;
}

const longestDescription = 127;

/** Never empty. */
export function cleanSubject(subject: string, otherwise: string): string {
  return cleanText(subject, longestDescription) || otherwise;
}
