// The door: headers that every request needs, and whether the merchant that it names has signed it.
// @see https://pay.weixin.qq.com/doc/v3/merchant/4012365336
import type { WireRequest } from '../http.ts';
import type { Merchant } from './merchant.ts';
import { refusal, type Reply } from './replies.ts';
import { lines, verify } from './rsa.ts';

/** `merchant`: whom the request names, where that is known */
export type Entry =
  | { readonly ok: true; readonly merchant: Merchant }
  | { readonly ok: false; readonly merchant?: Merchant; readonly reply: Reply };

const scheme = 'WECHATPAY2-SHA256-RSA2048 ';
const names = ['mchid', 'nonce_str', 'timestamp', 'serial_no', 'signature'] as const;
type Fields = Readonly<Record<(typeof names)[number], string>>;

/** seconds that a request's clock may be off, either way */
const skew = 300;

/** A signed request may come twice: WeChat Pay keeps no nonces, and a repeat is harmless by the merchant's own numbers. */
export function enter(
  request: WireRequest,
  find: (mchid: string) => Merchant | undefined,
  now: number,
): Entry {
  const { headers } = request;
  const bare = refusedHeaders(request);
  if (bare) return { ok: false, reply: bare };
  const fields = read(headers.authorization ?? '');
  if (!fields) return { ok: false, reply: malformed };
  const merchant = find(fields.mchid);
  if (!merchant) return { ok: false, reply: refusal('MCH_NOT_EXISTS') };
  const reply = refusedProof(request, fields, merchant, now);
  return reply ? { ok: false, merchant, reply } : { ok: true, merchant };
}

function refusedHeaders({ method, headers }: WireRequest): Reply | undefined {
  if (!headers.accept?.includes('application/json') || !headers['user-agent']) {
    return refusal('PARAM_ERROR', 'Http头缺少Accept或User-Agent');
  }
  const isJson = /^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '');
  return method === 'POST' && !isJson ? refusal('PARAM_ERROR', 'Http头Content-Type值有误') : undefined;
}

function refusedProof(
  request: WireRequest,
  fields: Fields,
  merchant: Merchant,
  now: number,
): Reply | undefined {
  const { timestamp, nonce_str: nonce, serial_no: serial, signature } = fields;
  if (nonce.length > 32 || !/^\d{10}$/.test(timestamp)) return malformed;
  if (Math.abs(now / 1000 - Number(timestamp)) > skew) {
    return refusal('SIGN_ERROR', 'Http头Authorization中的timestamp与发起请求的时间不得超过5分钟');
  }
  const key = merchant.keyOf(serial);
  if (key === undefined) {
    return refusal('SIGN_ERROR', '商户证书序列号有误。请使用签名私钥匹配的证书序列号');
  }
  const message = lines(request.method, request.target, timestamp, nonce, request.body);
  return verify(message, signature, key) ? undefined : unsigned(request, message);
}

const malformed = refusal(
  'SIGN_ERROR',
  'Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》',
);

function unsigned({ method, target }: WireRequest, message: string): Reply {
  return refusal('SIGN_ERROR', undefined, {
    field: 'signature',
    location: 'authorization',
    detail: { issue: 'sign not match' },
    sign_information: {
      method,
      url: target,
      truncated_sign_message: message.slice(0, 200),
      sign_message_length: Buffer.byteLength(message),
    },
  });
}

/** @returns all five fields, each exactly once and in any order; undefined otherwise */
function read(header: string): Fields | undefined {
  if (!header.startsWith(scheme)) return undefined;
  const pairs = header
    .slice(scheme.length)
    .split(',')
    .map((part) => /^\s*([a-z_]+)="([^"]*)"\s*$/.exec(part)?.slice(1));
  const found = new Map(pairs.map((pair) => [pair?.[0], pair?.[1]]));
  const isWhole = pairs.length === names.length && names.every((name) => found.get(name));
  return isWhole ? (Object.fromEntries(found) as Fields) : undefined;
}
