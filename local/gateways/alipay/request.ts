// What Alipay checks before it looks at the business: parameters, application, signature, clock.
// @see https://opendocs.alipay.com/common/02km9f
import type { RefusalCode } from './answers.ts';
import { refusal, type Node } from './answers.ts';
import { readBeijingTime } from './beijing.ts';
import { readForm, type Fields } from './form.ts';
import { signedText, verify } from './rsa2.ts';

/** From server to server, answered with JSON. */
export const calls = {
  'alipay.trade.precreate': 'prepay',
  'alipay.trade.query': 'query',
  'alipay.trade.close': 'close',
  'alipay.trade.refund': 'refund',
  'alipay.trade.fastpay.refund.query': 'refund_query',
} as const;
/** Signed by the merchant, brought by the payer. */
export const orders = {
  'alipay.trade.page.pay': 'page',
  'alipay.trade.wap.pay': 'wap',
  'alipay.trade.app.pay': 'app',
} as const;
export type CallMethod = keyof typeof calls;
export type OrderMethod = keyof typeof orders;

export interface Merchant {
  readonly merchantPublicPem: string;
  /** what requests have to name in certificate mode, and only there */
  readonly serials: { readonly app: string; readonly root: string } | undefined;
}

/** Somebody whose application is known here. */
interface Known {
  readonly application: Merchant;
}

/** `merchant`: whose application it names, where that is known */
export type Request<M extends Known> =
  | {
      readonly ok: true;
      readonly method: CallMethod | OrderMethod;
      readonly merchant: M;
      readonly biz: Node;
      readonly notifyUrl?: string;
      readonly returnUrl?: string;
    }
  | {
      readonly ok: false;
      readonly method?: CallMethod | OrderMethod;
      readonly merchant?: M;
      readonly node: Node;
    };

/** How far a request's `timestamp` may be from ours: 15 minutes, so that UTC in the place of Beijing time is found out. */
const skew = 15 * 60_000;
/** A payer brings the order some time after it was signed. */
const carried = 24 * 3_600_000;

/** @param query, body both raw; a parameter may stand in either, but in one only */
export function readRequest<M extends Known>(
  query: string,
  body: string,
  find: (appId: string) => M | undefined,
  now: number,
): Request<M> {
  const [fromQuery, fromBody] = [readForm(query), readForm(body)];
  if (!fromQuery || !fromBody) return { ok: false, node: refusal('isv.invalid-parameter', '编码错误') };
  const fields = [...fromQuery, ...fromBody];
  const params = new Map(fields);
  const merchant = find(params.get('app_id') ?? '');
  const named = merchant ? { merchant } : {};
  const refused = (code: RefusalCode, detail?: string) =>
    ({ ok: false, ...named, node: refusal(code, detail) }) as const;
  if (params.size !== fields.length) return refused('isv.invalid-parameter', '参数重复');
  const method = params.get('method');
  if (!method) return refused('isv.missing-method');
  if (!isMethod(method)) return refused('isv.invalid-method', method);
  const wrong = refusedParameter(params, isOrder(method) ? carried : skew, now);
  if (wrong) return { ok: false, method, ...named, node: wrong };
  if (!merchant) return { ...refused('isv.invalid-app-id'), method };
  const { application } = merchant;
  const forged = refusedSerials(params, application) ?? refusedSignature(fields, params, application);
  if (forged) return { ok: false, method, merchant, node: forged };
  const biz = readJsonObject(params.get('biz_content'));
  if (!biz) return { ...refused('ACQ.INVALID_PARAMETER', 'biz_content'), method };
  const [notifyUrl, returnUrl] = [params.get('notify_url'), params.get('return_url')];
  return {
    ...{ ok: true, method, merchant, biz },
    ...(notifyUrl ? { notifyUrl } : {}),
    ...(returnUrl ? { returnUrl } : {}),
  };
}

export function isOrder(method: string | undefined): method is OrderMethod {
  return method !== undefined && Object.hasOwn(orders, method);
}

/** @param age ms that a request may be old */
function refusedParameter(params: Map<string, string>, age: number, now: number): Node | undefined {
  const required: [string, RefusalCode][] = [
    ['app_id', 'isv.missing-app-id'],
    ['sign_type', 'isv.missing-signature-type'],
    ['sign', 'isv.missing-signature'],
    ['timestamp', 'isv.missing-timestamp'],
    ['version', 'isv.missing-version'],
  ];
  for (const [name, code] of required) if (!params.get(name)) return refusal(code);
  if (params.get('sign_type') !== 'RSA2') return refusal('isv.invalid-signature-type');
  // Without a charset Alipay reads GBK: a request that leaves it out is broken by its first Chinese character.
  if (params.get('charset')?.toLowerCase() !== 'utf-8') return refusal('isv.invalid-charset');
  if ((params.get('format') ?? 'JSON').toUpperCase() !== 'JSON') return refusal('isv.invalid-format');
  if (params.get('version') !== '1.0') return refusal('isv.invalid-parameter', 'version');
  const at = readBeijingTime(params.get('timestamp') ?? '');
  if (at === undefined || at > now + skew || at < now - age) return refusal('isv.invalid-timestamp');
  const misled = ['notify_url', 'return_url'].find((name) => {
    const address = params.get(name);
    return address && !isWebAddress(address);
  });
  return misled === undefined ? undefined : refusal('isv.invalid-parameter', misled);
}

/** An application in certificate mode has to name both certificates, one in public-key mode neither. */
function refusedSerials(params: Map<string, string>, { serials }: Merchant): Node | undefined {
  const [app, root] = [params.get('app_cert_sn') ?? '', params.get('alipay_root_cert_sn') ?? ''];
  if (serials && !app) return refusal('isv.missing-app-cert-sn');
  if (app !== (serials?.app ?? '')) return refusal('isv.invalid-app-cert-sn');
  if (serials && !root) return refusal('isv.missing-alipay-root-cert-sn');
  return root === (serials?.root ?? '') ? undefined : refusal('isv.invalid-alipay-root-cert-sn');
}

function refusedSignature(fields: Fields, params: Map<string, string>, merchant: Merchant): Node | undefined {
  const text = signedText(fields, ['sign']);
  if (verify(text, params.get('sign') ?? '', merchant.merchantPublicPem)) return undefined;
  return refusal('isv.invalid-signature', `网关生成的验签字符串为 ${text.replaceAll('&', '&amp;')}`);
}

function isMethod(method: string): method is CallMethod | OrderMethod {
  return Object.hasOwn(calls, method) || isOrder(method);
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
