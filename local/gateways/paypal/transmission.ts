// The headers that prove a webhook: a signature over when, for whom, and the CRC-32 of the body.
// @see https://developer.paypal.com/api/rest/webhooks/rest/#verify-manually
import { createSign, randomUUID } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Hand } from './certificates.ts';
import { newDebugId, zulu } from './ids.ts';

export interface Sending {
  readonly hand: Hand;
  /** the registration that it is meant for; the receiver knows it, so it is not sent */
  readonly webhookId: string;
  /** ms since 1970 UTC */
  readonly at: number;
  /** stands where PayPal's host does */
  readonly base: string;
}

/** @param body as it is sent; a new transmission each time */
export function transmission(
  body: string,
  { hand, webhookId, at, base }: Sending,
): Readonly<Record<string, string>> {
  const [id, time] = [randomUUID(), zulu(at)];
  const message = [id, time, webhookId, crc32(Buffer.from(body, 'utf8'))].join('|');
  return {
    'PAYPAL-TRANSMISSION-ID': id,
    'PAYPAL-TRANSMISSION-TIME': time,
    'PAYPAL-TRANSMISSION-SIG': createSign('RSA-SHA256').update(message).sign(hand.privatePem, 'base64'),
    'PAYPAL-CERT-URL': certificateUrl(hand, base),
    'PAYPAL-AUTH-ALGO': 'SHA256withRSA',
    'PAYPAL-AUTH-VERSION': 'v2',
    'CORRELATION-ID': newDebugId(),
  };
}

export function certificateUrl({ id }: Pick<Hand, 'id'>, base: string): string {
  return `${base}/v1/notifications/certs/${id}`;
}
