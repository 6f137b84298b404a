// What the merchant asks for in an order, as all products write it: fields, limits, and how long it may be paid.
import type { Node } from './answers.ts';
import { endOfBeijingDay, readBeijingTime } from './beijing.ts';
import { readYuan } from './yuan.ts';

/** What the merchant asked for in one order. */
export interface Terms {
  readonly outTradeNo: string;
  /** 分 */
  readonly totalFen: number;
  readonly subject: string;
  readonly body?: string | undefined;
  readonly passbackParams?: string | undefined;
  readonly notifyUrl?: string | undefined;
  /** ms since 1970 UTC: no money after it */
  readonly payUntil: number;
}

interface Product {
  readonly codes: readonly string[];
  readonly codeRequired: boolean;
  /** ms that an order may be paid when it does not say */
  readonly defaultTime: number;
}

const hour = 3_600_000;
const longestTime = 15 * 24 * hour;
const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: hour, d: 24 * hour };

export const products = {
  qr: { codes: ['FACE_TO_FACE_PAYMENT', 'QR_CODE_OFFLINE'], codeRequired: false, defaultTime: 3 * hour },
  page: { codes: ['FAST_INSTANT_TRADE_PAY'], codeRequired: true, defaultTime: longestTime },
  wap: { codes: ['QUICK_WAP_WAY'], codeRequired: true, defaultTime: longestTime },
  app: { codes: ['QUICK_MSECURITY_PAY'], codeRequired: true, defaultTime: longestTime },
} as const satisfies Record<string, Product>;

/** @returns the terms, whose time may be over already, or the name of the first field that Alipay would not take */
export function readTerms(
  biz: Node,
  product: Product,
  facts: { readonly notifyUrl: string | undefined; readonly sellerId: string; readonly now: number },
): Terms | { wrong: string } {
  const wrong = wrongField(biz, product, facts.sellerId);
  if (wrong !== undefined) return { wrong };
  const totalFen = readYuan(biz['total_amount']);
  if (totalFen === undefined) return { wrong: 'total_amount' };
  const payUntil = readPayUntil(biz, product, facts.now);
  if (payUntil === undefined) return { wrong: 'time_expire' };
  return {
    outTradeNo: biz['out_trade_no'] as string,
    totalFen,
    subject: biz['subject'] as string,
    body: biz['body'] as string | undefined,
    passbackParams: biz['passback_params'] as string | undefined,
    notifyUrl: facts.notifyUrl,
    payUntil,
  };
}

function wrongField(biz: Node, product: Product, sellerId: string): string | undefined {
  const rules: [string, boolean, (text: string) => boolean][] = [
    ['out_trade_no', true, (text) => /^[A-Za-z0-9_]{1,64}$/.test(text)],
    ['subject', true, (text) => text !== '' && Array.from(text).length <= 256 && !/[/=&]/.test(text)],
    ['body', false, (text) => Array.from(text).length <= 128],
    ['passback_params', false, (text) => text.length <= 512],
    ['product_code', product.codeRequired, (text) => product.codes.includes(text)],
    ['seller_id', false, (text) => text === sellerId],
  ];
  const broken = rules.find(([name, required, fits]) => {
    const value = biz[name];
    return value === undefined ? required : typeof value !== 'string' || !fits(value);
  });
  return broken?.[0];
}

/** `time_expire` (a Beijing moment) goes before `timeout_express` (`1m` to `15d`, `1c` = end of this day). */
function readPayUntil(biz: Node, product: Product, now: number): number | undefined {
  const { time_expire: moment, timeout_express: span } = biz;
  if (moment !== undefined) {
    const at = typeof moment === 'string' ? readBeijingTime(moment) : undefined;
    return at !== undefined && at <= now + longestTime ? at : undefined;
  }
  if (span === undefined) return now + product.defaultTime;
  if (span === '1c') return endOfBeijingDay(now);
  if (typeof span !== 'string' || !/^[1-9]\d{0,4}[mhd]$/.test(span)) return undefined;
  const ms = Number(span.slice(0, -1)) * (unitMs[span.slice(-1)] ?? 0);
  return ms <= longestTime ? now + ms : undefined;
}
