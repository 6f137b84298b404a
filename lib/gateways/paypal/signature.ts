// What PayPal's signature on a webhook covers, and its proof. Of the body it covers a checksum alone, and that can be met by
// other bodies: what is proved here is a hint, never a fact.
// @see https://developer.paypal.com/api/rest/webhooks/rest/
import { crc32 } from 'node:zlib';
import { verifyRsaSha256 } from '../crypto.ts';
import type { Callback } from '../gateway.ts';
import { readInstant } from './json.ts';
import type { KeyRing } from './keys.ts';

/** What stands in the headers of a webhook that may be genuine. */
export interface Transmission {
  readonly id: string;
  /** RFC 3339, UTC: as it stands, for it is signed */
  readonly time: string;
  /** ms since 1970 UTC: of `time` */
  readonly at: number;
  readonly signature: string;
  readonly certificateUrl: string;
}

export type Refusal = {
  readonly kind: 'refused';
  readonly reason: 'malformed' | 'not_authentic';
  readonly detail: string;
};

export type Proof =
  { readonly kind: 'proved'; readonly serial: string; readonly transmissionId: string } | Refusal;

const minute = 60_000;
/**
 * ms. PayPal repeats a webhook for three days. Whether each repeat is signed anew is written nowhere; an old one that comes
 * again asks PayPal one question more, and no more than that.
 */
const past = 3 * 24 * 60 * minute + 5 * minute;
const future = 5 * minute;

const names = ['transmission-id', 'transmission-time', 'transmission-sig', 'cert-url', 'auth-algo'] as const;

/** Names of the headers that prove, in lower case. */
export const proofHeaders: readonly string[] = names.map((name) => `paypal-${name}`);

/** @param now ms since 1970 UTC */
export function readTransmission(headers: Callback['headers'], now: number): Transmission | Refusal {
  const found: string[] = [];
  for (const name of names) {
    const [value = '', ...more] = headers[`paypal-${name}`] ?? [];
    if (more.length > 0) return refused('malformed', `paypal-${name} stands twice`);
    if (value === '') return refused('not_authentic', `paypal-${name} is missing`);
    found.push(value);
  }
  const [id = '', time = '', signature = '', certificateUrl = '', algorithm] = found;
  if (algorithm !== 'SHA256withRSA')
    return refused('not_authentic', 'the signature is of a kind that is not accepted');
  // Anything else could move the borders between the signed parts.
  if (!/^[A-Za-z0-9-]{1,64}$/.test(id))
    return refused('malformed', 'the transmission’s id is not of its form');
  const at = readInstant(time);
  if (at === undefined || at < now - past || at > now + future)
    return refused('not_authentic', 'sent more than three days ago, or in the future');
  return { id, time, at, signature, certificateUrl };
}

/**
 * Proves bytes by the headers that came with them; reads nothing of the bytes.
 * @param ring with the certificate that the headers name
 * @param now ms since 1970 UTC
 */
export function prove(
  { headers, body }: Callback,
  webhookId: string,
  ring: Pick<KeyRing, 'find'>,
  now: number,
): Proof {
  const transmission = readTransmission(headers, now);
  if ('kind' in transmission) return transmission;
  const { id, time, at, signature, certificateUrl } = transmission;
  const known = ring.find(certificateUrl);
  if (!known)
    return refused('not_authentic', 'no certificate of PayPal’s could be had at the address it names');
  const isValid = [now, at].every((moment) => moment >= known.from && moment <= known.until);
  if (!isValid) return refused('not_authentic', `certificate ${known.serial} is not valid`);
  const signed = Buffer.from([id, time, webhookId, crc32(body)].join('|'));
  if (!verifyRsaSha256(known.key, signed, signature))
    return refused('not_authentic', `the signature is not that of certificate ${known.serial}`);
  return { kind: 'proved', serial: known.serial, transmissionId: id };
}

function refused(reason: Refusal['reason'], detail: string): Refusal {
  return { kind: 'refused', reason, detail };
}
