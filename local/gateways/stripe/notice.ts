// How an event is delivered and signed, and how each planted fault spoils it.
// @see https://docs.stripe.com/webhooks/signature
import { createHmac } from 'node:crypto';
import type { Manners, Notice } from '../deliveries.ts';
import type { AnyCallbackFault } from '../faults.ts';
import type { Ports } from '../ports.ts';
import { signingSecrets, type Endpoint } from './endpoints.ts';
import type { Event } from './events.ts';
import { newId } from './ids.ts';
import { lied } from './lies.ts';

const minute = 60_000;

export const manners: Manners = {
  provider: 'stripe',
  // Twice as long each time: thirteen deliveries within three days.
  retryAfter: Array.from({ length: 12 }, (_none, round) => minute * 2 ** round),
  patience: 10_000,
  takes: (status) => status >= 200 && status < 300,
};

interface Telling {
  readonly event: Event;
  readonly endpoint: Endpoint;
  /** @param pending how many have not taken the event yet */
  readonly body: (pending: number) => object;
  readonly clock: Pick<Ports, 'now'>;
}

/** Of somebody who is not Stripe. */
const strangerSecret = newId('whsec_', 32);
/** A false scheme signs with a key of nobody’s. */
const probeSecret = newId('whsec_', 32);
/** Of real time long ago, in ms since 1970 UTC. */
const longAgo = Date.parse('2016-01-01T00:00:00Z');

/** The event stays the same over all deliveries; its time and signatures are new in each. */
export function noticeOf({ event, endpoint, body, clock }: Telling): Notice<AnyCallbackFault> {
  const truth = body(event.endpoints.length);
  let strangeTypes = 0;
  return {
    about: event.about,
    transactionId: event.transactionId,
    url: endpoint.url,
    id: event.id,
    write(fault) {
      const isThin = fault === 'unknown_type' && strangeTypes++ % 2 === 1;
      const said = fault === undefined ? truth : lied(truth, fault, isThin);
      const text = JSON.stringify(said, null, 2);
      const now = clock.now();
      const seconds = Math.floor((fault === 'stale' ? longAgo : now) / 1000);
      const secrets = fault === 'wrong_key' ? [strangerSecret] : signingSecrets(endpoint, now);
      const isProbe = event.livemode ? fault === 'signtest' : true;
      const signatures = [
        ...(fault === 'signtest' ? [] : secrets.map((secret) => `v1=${signed(seconds, text, secret)}`)),
        ...(isProbe ? [`v0=${signed(seconds, text, probeSecret)}`] : []),
      ];
      return {
        headers: {
          'content-type': 'application/json; charset=utf-8',
          'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
          'stripe-signature': [`t=${seconds}`, ...signatures].join(','),
        },
        body: fault === 'tampered' ? tampered(text) : text,
      };
    },
  };
}

function signed(seconds: number, text: string, secret: string): string {
  return createHmac('sha256', secret).update(`${seconds}.${text}`).digest('hex');
}

/** One digit of the amount. */
function tampered(text: string): string {
  return text.replace(
    /("amount(?:_total)?": )(\d)/,
    (_found, name: string, digit: string) => name + String((Number(digit) % 9) + 1),
  );
}
