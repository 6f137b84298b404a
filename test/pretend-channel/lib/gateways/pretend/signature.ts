// What Pretend Pay's signatures cover: the second at which it was signed, and the bytes.
import { createHmac, timingSafeEqual } from 'node:crypto';

/** s, before and after our clock */
const window = 300;

/** @param second since 1970 UTC, as text */
export function sign(secret: string, second: string, body: Uint8Array): string {
  return createHmac('sha256', secret).update(`${second}.`).update(body).digest('hex');
}

/** @param now ms since 1970 UTC */
export function isGenuine(secret: string, header: string, body: Uint8Array, now: number): boolean {
  const [, second = '', signature = ''] = /^t=(\d{10}),v1=([0-9a-f]{64})$/.exec(header) ?? [];
  if (signature === '' || Math.abs(now - Number(second) * 1000) > window * 1000) return false;
  return timingSafeEqual(Buffer.from(signature), Buffer.from(sign(secret, second, body)));
}
