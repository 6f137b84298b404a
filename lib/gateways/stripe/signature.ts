// What Stripe's signatures cover, byte by byte, and the proof of what it posts.
// @see https://docs.stripe.com/webhooks/signature
import { createHmac, timingSafeEqual } from 'node:crypto';
import { fingerprint } from '../crypto.ts';
import { CallbackRefused, type Callback } from '../gateway.ts';

/** its name, in lower case */
export const signatureHeader = 'stripe-signature';

/** s, before and after our clock */
const window = 300;

/** Two of them while a secret is rolled, and one of the old scheme: more than ten is no signature. */
const mostItems = 10;

interface Signed {
  /** seconds since 1970 UTC, as they stand */
  readonly at: string;
  /** hex; Stripe signs with every secret that is live */
  readonly signatures: readonly string[];
}

/**
 * @param secrets the live ones, none of them empty
 * @param now ms since 1970 UTC
 * @returns the mark of the secret that proved it
 * @throws CallbackRefused malformed, not_authentic
 */
export function prove({ headers, body }: Callback, secrets: readonly string[], now: number): string {
  const { at, signatures } = readHeader(headers[signatureHeader] ?? []);
  if (Math.abs(now - Number(at) * 1000) > window * 1000)
    throw new CallbackRefused('not_authentic', 'signed more than five minutes away from now');
  const proof = secrets.filter((secret) => isSigned(sign(secret, at, body), signatures));
  const [secret] = proof;
  if (secret === undefined)
    throw new CallbackRefused('not_authentic', 'the signature is not of a secret of this channel');
  return fingerprint(secret);
}

/** The key is the secret's whole text, its prefix included. */
function sign(secret: string, at: string, body: Uint8Array): Buffer {
  return createHmac('sha256', secret).update(`${at}.`).update(body).digest();
}

/** All are compared, so that nothing is told by the time that it takes. */
function isSigned(expected: Buffer, signatures: readonly string[]): boolean {
  return signatures.filter((each) => timingSafeEqual(Buffer.from(each, 'hex'), expected)).length > 0;
}

/** `t=…,v1=…[,v1=…][,v0=…]`: schemes other than v1 prove nothing, and are passed over. */
function readHeader(values: readonly string[]): Signed {
  const [header, ...more] = values;
  if (header === undefined) throw new CallbackRefused('not_authentic', 'there is no signature');
  if (more.length > 0) throw new CallbackRefused('malformed', `${signatureHeader} stands twice`);
  const items = header.split(',', mostItems + 1).map(readItem);
  if (items.length > mostItems) throw new CallbackRefused('malformed', 'there are too many signatures');
  const valuesOf = (name: string) => items.filter((item) => item.name === name).map(({ value }) => value);
  const [at = '', ...further] = valuesOf('t');
  if (!/^\d{10}$/.test(at) || further.length > 0)
    throw new CallbackRefused('malformed', 'there is not one time of ten digits');
  const signatures = valuesOf('v1');
  if (signatures.some((each) => !/^[0-9a-f]{64}$/.test(each)))
    throw new CallbackRefused('malformed', 'v1 is not 64 hexadecimal digits in lower case');
  if (signatures.length === 0)
    throw new CallbackRefused('not_authentic', 'there is no signature of scheme v1');
  return { at, signatures };
}

function readItem(item: string): { readonly name: string; readonly value: string } {
  const [, name, value] = /^([a-z][a-z0-9]{0,15})=([\x21-\x2b\x2d-\x7e]{1,256})$/.exec(item) ?? [];
  if (name === undefined || value === undefined)
    throw new CallbackRefused('malformed', `${signatureHeader} is not of its form`);
  return { name, value };
}
