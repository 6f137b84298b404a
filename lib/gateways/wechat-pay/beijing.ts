// WeChat Pay's instants: RFC 3339 with an offset, which is always Beijing's.

const offset = 8 * 60 * 60 * 1000;

/** @returns `yyyy-MM-ddTHH:mm:ss+08:00` of ms since 1970 UTC */
export function toBeijing(at: number): string {
  return `${new Date(at + offset).toISOString().slice(0, 19)}+08:00`;
}

/**
 * @param text `yyyy-MM-ddTHH:mm:ss`, with or without a fraction of a second, and an offset or `Z`
 * @returns ms since 1970 UTC, or undefined when the text has another form or the calendar has no such moment
 */
export function fromRfc3339(text: string): number | undefined {
  const form = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;
  const [, wall = '', , zone = ''] = form.exec(text) ?? [];
  // Read without its zone, the wall-clock must come out as it went in: the platform would turn 30 February into March.
  const read = Date.parse(`${wall}Z`);
  if (Number.isNaN(read) || new Date(read).toISOString().slice(0, 19) !== wall) return undefined;
  const at = Date.parse(`${wall}${zone}`);
  return Number.isNaN(at) ? undefined : at;
}
