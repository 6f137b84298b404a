// alipay.trade.precreate: the merchant asks for a QR code.
// @see https://opendocs.alipay.com/open/02ekfg
import { refusal, success, type Node } from './answers.ts';
import { endOfBeijingDay, readBeijingTime } from './beijing.ts';
import type { Terms, Trades } from './trades.ts';
import { readYuan } from './yuan.ts';

const defaultTime = 3 * 3_600_000;
const longestTime = 15 * 86_400_000;
const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

export function precreate(
  trades: Trades,
  biz: Node,
  facts: { notifyUrl: string | undefined; sellerId: string; now: number },
): Node {
  const wrong = wrongField(biz, facts.sellerId);
  const payUntil = readPayUntil(biz, facts.now);
  const totalFen = readYuan(biz['total_amount']);
  if (wrong || payUntil === undefined || totalFen === undefined) {
    return refusal(
      'ACQ.INVALID_PARAMETER',
      wrong ?? (totalFen === undefined ? 'total_amount' : 'time_expire'),
    );
  }
  const terms: Terms = {
    outTradeNo: biz['out_trade_no'] as string,
    totalFen,
    subject: biz['subject'] as string,
    body: biz['body'] as string | undefined,
    passbackParams: biz['passback_params'] as string | undefined,
    notifyUrl: facts.notifyUrl,
    payUntil,
  };
  const made = trades.precreate(terms);
  if ('refused' in made) return refusal(made.refused, '', { out_trade_no: terms.outTradeNo });
  return success({ out_trade_no: terms.outTradeNo, qr_code: made.url });
}

/** The name of the first field that Alipay would not take. */
function wrongField(biz: Node, sellerId: string): string | undefined {
  const rules: [string, boolean, (text: string) => boolean][] = [
    ['out_trade_no', true, (text) => /^[A-Za-z0-9_]{1,64}$/.test(text)],
    ['subject', true, (text) => text !== '' && Array.from(text).length <= 256 && !/[/=&]/.test(text)],
    ['body', false, (text) => Array.from(text).length <= 128],
    ['passback_params', false, (text) => text.length <= 512],
    ['product_code', false, (text) => ['FACE_TO_FACE_PAYMENT', 'QR_CODE_OFFLINE'].includes(text)],
    ['seller_id', false, (text) => text === sellerId],
  ];
  const broken = rules.find(([name, required, fits]) => {
    const value = biz[name];
    return value === undefined ? required : typeof value !== 'string' || !fits(value);
  });
  return broken?.[0];
}

/** `time_expire` (a Beijing moment to come) goes before `timeout_express` (`1m` to `15d`, `1c` = end of this day). */
function readPayUntil(biz: Node, now: number): number | undefined {
  const { time_expire: moment, timeout_express: span } = biz;
  if (moment !== undefined) {
    const at = typeof moment === 'string' ? readBeijingTime(moment) : undefined;
    return at !== undefined && at > now && at <= now + longestTime ? at : undefined;
  }
  if (span === undefined) return now + defaultTime;
  if (span === '1c') return endOfBeijingDay(now);
  if (typeof span !== 'string' || !/^[1-9]\d{0,4}[mhd]$/.test(span)) return undefined;
  const ms = Number(span.slice(0, -1)) * (unitMs[span.slice(-1)] ?? 0);
  return ms <= longestTime ? now + ms : undefined;
}
