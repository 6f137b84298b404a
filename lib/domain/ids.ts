// Ids that say whose they are. Ours are TypeIDs: a prefix and 26 base32 digits of a UUIDv7, at most 32 characters of
// [a-z0-9_], so that every channel takes them as they are.

export type TransactionId = `pay_${string}`;

/** A channel's configuration key, e.g. `ALIPAY`, `ALIPAY_HK`. */
export type ChannelCode = string;

/** Where ids take their time and chance from; injected, so that a simulation can replay them. */
export interface IdSource {
  /** milliseconds since 1970, UTC */
  readonly now: () => number;
  /** `n` random bytes */
  readonly randomBytes: (n: number) => Uint8Array;
}

const digits = '0123456789abcdefghjkmnpqrstvwxyz';

/** @see https://github.com/jetify-com/typeid/tree/main/spec */
export function newTransactionId(source: IdSource): TransactionId {
  return `pay_${base32(uuidv7(source))}`;
}

export function isTransactionId(text: string): text is TransactionId {
  return /^pay_[0-7][0-9a-hjkmnp-tv-z]{25}$/.test(text);
}

/** Its payment's digits and two of its own: whose it is, and where it stands, is seen from it. */
export type RefundId = `rfd_${string}`;

/** As many as two digits can number. */
export const mostRefunds = 1024;

/** @param number from 0, the payment's next @throws Error from `mostRefunds` on */
export function refundIdOf(payment: TransactionId, number: number): RefundId {
  if (!Number.isInteger(number) || number < 0 || number >= mostRefunds)
    throw new Error(`a payment has no refund number ${number}`);
  const own = `${digits[number >> 5] ?? ''}${digits[number & 31] ?? ''}`;
  return `rfd_${payment.slice('pay_'.length)}${own}`;
}

export function isRefundId(text: string): text is RefundId {
  return /^rfd_[0-7][0-9a-hjkmnp-tv-z]{27}$/.test(text);
}

/** Of which payment it is. */
export function paymentOf(refund: RefundId): TransactionId {
  return `pay_${refund.slice('rfd_'.length, -2)}`;
}

/** ms since 1970 UTC: when the number was made, by the clock of whoever made it; its first 48 bits say so. */
export function createdAt(id: TransactionId): number {
  // Ten digits hold the first 48 bits, after two that a UUID does not have.
  let at = 0;
  for (const digit of id.slice('pay_'.length, 'pay_'.length + 10)) at = at * 32 + digits.indexOf(digit);
  return at;
}

/** A UUID in its usual spelling, for services that ask for one. */
export function newUuid(source: IdSource): string {
  const hex = Buffer.from(uuidv7(source)).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** RFC 9562 version 7: 48 bits of milliseconds, 74 bits of chance. */
function uuidv7(source: IdSource): Uint8Array {
  const bytes = source.randomBytes(16);
  let time = source.now();
  for (let i = 5; i >= 0; i--) {
    bytes[i] = time % 256;
    time = Math.floor(time / 256);
  }
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  return bytes;
}

/** 128 bits as 26 base32 digits (the first holds 3 bits). */
function base32(bytes: Uint8Array): string {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  let text = '';
  for (let i = 25; i >= 0; i--) text += digits[Number((value >> BigInt(i * 5)) & 31n)] ?? '';
  return text;
}
