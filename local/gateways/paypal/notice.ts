// A webhook on its way, and how each planted fault spoils one.
// @see https://developer.paypal.com/api/rest/webhooks/
import type { Manners, Notice } from '../deliveries.ts';
import type { AnyCallbackFault } from '../faults.ts';
import type { Ports } from '../ports.ts';
import type { Certificates, Hand } from './certificates.ts';
import type { Envelope, Event } from './events.ts';
import { decimalText, readAmount } from './money.ts';
import { transmission } from './transmission.ts';
import type { Webhook } from './webhooks.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** ms from one delivery to the next: 25 more within three days */
const retryAfter = [
  ...[1, 2, 4, 8, 15, 30].map((each) => each * minute),
  ...[...Array<number>(5).fill(2), ...Array<number>(9).fill(4), ...Array<number>(5).fill(5)].map(
    (each) => each * hour,
  ),
];

export const manners: Manners = {
  provider: 'paypal',
  retryAfter,
  patience: 10_000,
  takes: (status) => status >= 200 && status < 300,
};

/** ms: longer ago than any retry, and the certificate was valid already */
const staleness = 30 * day;
/** What PayPal's simulator of the developer site signs for, whatever the registration is called. */
const simulatorId = 'WEBHOOK_ID';
const otherWebhookId = '7YH48253VE690110L';
const otherMerchantId = 'ZZZZZZZZZZZZ9';

export interface Post {
  readonly certificates: Certificates;
  readonly clock: Pick<Ports, 'now'>;
  /** stands where PayPal's host does */
  readonly base: () => string;
}

/** The body is made once; transmission, time and signature are new in each delivery. */
export function noticeOf(
  event: Event,
  webhook: Webhook,
  { certificates, clock, base }: Post,
): Notice<AnyCallbackFault> {
  const { transactionId, id, about } = event;
  return {
    ...{ about, transactionId, id, url: webhook.url },
    write(fault) {
      const body = JSON.stringify(fault === undefined ? event.body : said(event, fault));
      const at = fault === 'stale' ? clock.now() - staleness : clock.now();
      const webhookId = addressee(webhook, fault);
      const proved = transmission(body, { hand: signer(certificates, fault), webhookId, at, base: base() });
      return {
        headers: {
          'content-type': 'application/json',
          'user-agent': 'PayPal/AUHR-214.0-55417034',
          ...proved,
        },
        body: fault === 'tampered' ? tampered(body) : body,
      };
    },
  };
}

function signer(certificates: Certificates, fault: AnyCallbackFault | undefined): Hand {
  if (fault === 'wrong_key') return certificates.stranger();
  return fault === 'other_mode' ? certificates.live() : certificates.sandbox;
}

function addressee(webhook: Webhook, fault: AnyCallbackFault | undefined): string {
  if (fault === 'signtest') return simulatorId;
  return fault === 'wrong_merchant' ? otherWebhookId : webhook.id;
}

/** What a genuinely signed, but wrong webhook says. */
function said({ body, numbers }: Event, fault: AnyCallbackFault): object {
  switch (fault) {
    case 'wrong_amount':
      return { ...body, resource: changed(body.resource, dearer) };
    case 'wrong_currency':
      return { ...body, resource: changed(body.resource, elsewhere) };
    case 'wrong_merchant':
      return otherPayee(body);
    case 'unknown_type':
      return { ...body, event_type: 'PAYMENT.WEATHER.CHANGED' };
    case 'unknown_number': {
      const text = numbers.reduce(
        (so, number) => so.replaceAll(number, altered(number)),
        JSON.stringify(body),
      );
      return JSON.parse(text) as object;
    }
    case 'other_mode':
    case 'lost':
    case 'duplicated':
    case 'delayed':
    case 'early':
    case 'tampered':
    case 'wrong_key':
    case 'stale':
    case 'signtest':
      return body;
  }
}

interface Written {
  readonly currency_code: string;
  readonly value: string;
}

/** A hundred of the smallest unit more. */
function dearer({ currency_code: currency, value }: Written): Written {
  const minor = readAmount(value, currency);
  return { currency_code: currency, value: decimalText({ currency, minor: Number(minor) + 100 }) };
}

function elsewhere(money: Written): Written {
  return { ...money, currency_code: money.currency_code === 'EUR' ? 'USD' : 'EUR' };
}

/** All money in it, however deep. */
function changed(value: unknown, change: (money: Written) => Written): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((each) => changed(each, change));
  if ('currency_code' in value && 'value' in value) return { ...value, ...change(value as Written) };
  const entries = Object.entries(value).map(([name, part]) => [name, changed(part, change)] as const);
  return Object.fromEntries(entries);
}

function otherPayee(body: Envelope): object {
  return JSON.parse(
    JSON.stringify(body).replaceAll(/"merchant_id":"[^"]*"/g, `"merchant_id":"${otherMerchantId}"`),
  ) as object;
}

/** Of the same form and length. */
function altered(number: string): string {
  return number.slice(0, -4) + (number.endsWith('0000') ? '1111' : '0000');
}

/** Valid JSON still, with another first digit in the first sum, or another number in the place of a sum. */
function tampered(body: string): string {
  const found = /"(?:value|order_id)":"(.)/.exec(body);
  if (!found) return body.replace('"summary":"', '"summary":"!');
  const at = found.index + found[0].length - 1;
  return body.slice(0, at) + (found[1] === '9' ? '8' : '9') + body.slice(at + 1);
}
