// WeChat Pay writes moments as RFC 3339 with Beijing's offset.

const offset = 8 * 3_600_000;

/** ms since 1970 UTC → `2026-11-20T10:34:56+08:00` */
export function beijingTime(at: number): string {
  return `${new Date(at + offset).toISOString().slice(0, 19)}+08:00`;
}

/** Digits alone, `20261120103456`. */
export function beijingDigits(at: number): string {
  return beijingTime(at).slice(0, 19).replace(/\D/g, '');
}

/** RFC 3339 with any offset → ms since 1970 UTC; undefined for anything else */
export function readTime(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : at;
}
