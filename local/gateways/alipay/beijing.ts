// Alipay's clock hangs in Beijing: wall-clock text without a zone, always +08:00.

const offset = 8 * 3_600_000;

/** ms since 1970 UTC → `yyyy-MM-dd HH:mm:ss` */
export function beijingTime(at: number): string {
  return new Date(at + offset).toISOString().slice(0, 19).replace('T', ' ');
}

/** `yyyy-MM-dd HH:mm:ss` → ms since 1970 UTC; undefined for anything else, 30 February included */
export function readBeijingTime(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text)) return undefined;
  const at = Date.parse(`${text.replace(' ', 'T')}Z`) - offset;
  return Number.isNaN(at) || beijingTime(at) !== text ? undefined : at;
}

/** The last millisecond of the Beijing day that holds `at`. */
export function endOfBeijingDay(at: number): number {
  const day = 86_400_000;
  return Math.floor((at + offset) / day) * day + day - 1 - offset;
}
