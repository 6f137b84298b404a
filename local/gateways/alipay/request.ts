// What Alipay checks before it looks at the business: parameters, signature, clock.
// @see https://opendocs.alipay.com/common/02km9f
import type { RefusalCode } from './answers.ts';
import { refusal, type Node } from './answers.ts';
import { readBeijingTime } from './beijing.ts';
import { readForm, type Fields } from './form.ts';
import { signedText, verify } from './rsa2.ts';

export const methods = { 'alipay.trade.precreate': 'prepay', 'alipay.trade.query': 'query' } as const;
export type Method = keyof typeof methods;

export interface Merchant {
  readonly appId: string;
  /** PID, 2088… */
  readonly sellerId: string;
  readonly publicPem: string;
}

export type Request =
  | { readonly ok: true; readonly method: Method; readonly notifyUrl?: string; readonly biz: Node }
  | { readonly ok: false; readonly method?: Method; readonly node: Node };

/** How far a request's `timestamp` may be from ours: 15 minutes, so that UTC in the place of Beijing time is found out. */
const skew = 15 * 60_000;

/** @param query, body both raw; a parameter may stand in either, but in one only */
export function readRequest(query: string, body: string, merchant: Merchant, now: number): Request {
  const [fromQuery, fromBody] = [readForm(query), readForm(body)];
  if (!fromQuery || !fromBody) return { ok: false, node: refusal('isv.invalid-parameter', '编码错误') };
  const fields = [...fromQuery, ...fromBody];
  const params = new Map(fields);
  if (params.size !== fields.length) return { ok: false, node: refusal('isv.invalid-parameter', '参数重复') };
  const method = params.get('method');
  if (!method) return { ok: false, node: refusal('isv.missing-method') };
  if (!isMethod(method)) return { ok: false, node: refusal('isv.invalid-method', method) };
  const node = refusedParameter(params, merchant, now) ?? refusedSignature(fields, params, merchant);
  if (node) return { ok: false, method, node };
  const biz = readJsonObject(params.get('biz_content'));
  if (!biz) return { ok: false, method, node: refusal('ACQ.INVALID_PARAMETER', 'biz_content') };
  const notifyUrl = params.get('notify_url');
  return { ok: true, method, biz, ...(notifyUrl ? { notifyUrl } : {}) };
}

function refusedParameter(params: Map<string, string>, merchant: Merchant, now: number): Node | undefined {
  const required: [string, RefusalCode][] = [
    ['app_id', 'isv.missing-app-id'],
    ['sign_type', 'isv.missing-signature-type'],
    ['sign', 'isv.missing-signature'],
    ['timestamp', 'isv.missing-timestamp'],
    ['version', 'isv.missing-version'],
  ];
  for (const [name, code] of required) if (!params.get(name)) return refusal(code);
  if (params.get('app_id') !== merchant.appId) return refusal('isv.invalid-app-id');
  if (params.get('sign_type') !== 'RSA2') return refusal('isv.invalid-signature-type');
  // Without a charset Alipay reads GBK: a request that leaves it out is broken by its first Chinese character.
  if (params.get('charset')?.toLowerCase() !== 'utf-8') return refusal('isv.invalid-charset');
  if ((params.get('format') ?? 'JSON').toUpperCase() !== 'JSON') return refusal('isv.invalid-format');
  if (params.get('version') !== '1.0') return refusal('isv.invalid-parameter', 'version');
  const at = readBeijingTime(params.get('timestamp') ?? '');
  if (at === undefined || Math.abs(at - now) > skew) return refusal('isv.invalid-timestamp');
  const notifyUrl = params.get('notify_url');
  if (notifyUrl && !isWebAddress(notifyUrl)) return refusal('isv.invalid-parameter', 'notify_url');
  return undefined;
}

function refusedSignature(fields: Fields, params: Map<string, string>, merchant: Merchant): Node | undefined {
  const text = signedText(fields, ['sign']);
  if (verify(text, params.get('sign') ?? '', merchant.publicPem)) return undefined;
  return refusal('isv.invalid-signature', `网关生成的验签字符串为 ${text.replaceAll('&', '&amp;')}`);
}

function isMethod(method: string): method is Method {
  return Object.hasOwn(methods, method);
}

function isWebAddress(text: string): boolean {
  return text.length <= 256 && /^https?:\/\//.test(text) && URL.canParse(text);
}

function readJsonObject(text = ''): Node | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Node) : undefined;
  } catch {
    return undefined;
  }
}
