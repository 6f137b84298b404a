// Alipay's clock: wall-clock text without a zone, always Beijing, where summer time is not kept.

const offset = 8 * 60 * 60 * 1000;

/** @returns `yyyy-MM-dd HH:mm:ss` of ms since 1970 UTC */
export function toBeijing(at: number): string {
  return new Date(at + offset).toISOString().slice(0, 19).replace('T', ' ');
}

/**
 * @param text `yyyy-MM-dd HH:mm:ss`, with or without milliseconds
 * @returns ms since 1970 UTC, or undefined when the text has another form or the calendar has no such moment
 */
export function fromBeijing(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{3})?$/.test(text)) return undefined;
  const at = Date.parse(`${text.replace(' ', 'T')}Z`) - offset;
  if (Number.isNaN(at) || toBeijing(at) !== text.slice(0, 19)) return undefined;
  return at;
}
