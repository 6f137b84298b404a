// PayPal's side, written for the tests alone: its certificates and webhooks, its orders and errors.
import { createSign } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { certificatePem, type CertificateFacts, type Name } from '../../local/gateways/x509.ts';
import { newPair, type Pair } from './alipay-side.ts';
import { noon, setting } from './bench.ts';

export const account = {
  merchant_id: 'M4XKQ7Z2WB9HE',
  client_id: 'AClientOfTheTests_0123456789',
  webhook_id: '0EH40505U7160970P',
};
export const secrets = { client_secret: 'ESecretOfTheTests_9876543210' };

export const webhookName = 'messageverificationcerts.sandbox.paypal.com';
const day = 86_400_000;
const organization = (name: string): Name => [
  ['C', 'US'],
  ['O', 'DigiCert of the tests'],
  ['CN', name],
];
export const rootName = organization('Test Global Root');
export const middleName = organization('Test Extended Validation Server CA');
export const leafName = (commonName: string): Name => [
  ['C', 'US'],
  ['O', 'PayPal, Inc.'],
  ['CN', commonName],
];

/** A certificate authority: a root, and one under it that issues for others. */
export interface Authority {
  readonly rootPem: string;
  readonly middle: Pair;
  readonly middlePem: string;
}

export const span = { from: noon - 100 * day, until: noon + 100 * day };

/**
 * @param valid how long the one that issues is
 * @param rootValid how long its root is
 */
export function newAuthority(
  valid: { readonly from: number; readonly until: number } = span,
  rootValid: typeof valid = span,
): Authority {
  const [root, middle] = [newPair(), newPair()];
  const byRoot = { issuer: rootName, issuerPrivatePem: root.privatePem, isAuthority: true, ...rootValid };
  return {
    rootPem: certificatePem({ ...byRoot, subject: rootName, publicPem: root.publicPem }),
    middle,
    middlePem: certificatePem({ ...byRoot, subject: middleName, publicPem: middle.publicPem, ...valid }),
  };
}

/** For a hundred days on both sides of noon, for webhooks, unless told otherwise. */
export function leafOf(of: Pair, { middle }: Authority, change: Partial<CertificateFacts> = {}): string {
  return certificatePem({
    subject: leafName(webhookName),
    publicPem: of.publicPem,
    issuer: middleName,
    issuerPrivatePem: middle.privatePem,
    ...span,
    ...change,
  });
}

/** PayPal as we trust it, in its other world, and somebody who calls himself by all its names. */
export const worlds = {
  ours: { authority: newAuthority(), hand: newPair(), id: 'CERT-360caa42-fca2a594-a5cafa77' },
  another: { authority: newAuthority(), hand: newPair(), id: 'CERT-4d1f7b20-0c5e9a31-77aa00ce' },
  stranger: { authority: newAuthority(), hand: newPair(), id: 'CERT-5eab1234-12345678-9abcdef0' },
} as const;
export type World = (typeof worlds)[keyof typeof worlds];

export function certificateUrl({ id }: Pick<World, 'id'>): string {
  return `${setting.endpoint}/v1/notifications/certs/${id}`;
}

/** What PayPal serves under an address. */
export const served: Readonly<Record<string, string>> = Object.fromEntries(
  Object.values(worlds).map((world) => [
    certificateUrl(world),
    leafOf(world.hand, world.authority) + world.authority.middlePem,
  ]),
);

export interface Transmission {
  readonly webhookId?: string;
  /** ms since 1970 UTC */
  readonly at?: number;
  /** who signs */
  readonly by?: Pair;
  /** whose certificate is named */
  readonly url?: string;
  /** the transmission's own number */
  readonly id?: string;
}

/** Every value in a list, as a callback brings them. */
export function transmitted(
  body: string | Buffer,
  {
    webhookId = account.webhook_id,
    at = noon,
    by = worlds.ours.hand,
    url = certificateUrl(worlds.ours),
    id = '69cd13f0-d67a-11e5-baa3-778b53f4ae55',
  }: Transmission = {},
): Record<string, readonly string[]> {
  const time = new Date(at).toISOString().replace('.000Z', 'Z');
  const message = `${id}|${time}|${webhookId}|${crc32(body)}`;
  return {
    'paypal-transmission-id': [id],
    'paypal-transmission-time': [time],
    'paypal-transmission-sig': [createSign('RSA-SHA256').update(message).sign(by.privatePem, 'base64')],
    'paypal-cert-url': [url],
    'paypal-auth-algo': ['SHA256withRSA'],
    'paypal-auth-version': ['v2'],
  };
}

export function zulu(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

export const captureId = '3C679366HH908993F';
const payee = { email_address: 'shop@business.example', merchant_id: account.merchant_id };

export interface OrderFacts {
  readonly id: string;
  /** our number */
  readonly order: string;
  /** decimal text */
  readonly value: string;
  readonly currency?: string;
  readonly status?: string;
  /** of the capture; without it there is none */
  readonly captured?: string;
  /** the capture's number */
  readonly capture?: string;
  /** ms since 1970 UTC */
  readonly at?: number;
}

export function captureOf({
  id,
  order,
  value,
  currency = 'USD',
  captured = 'COMPLETED',
  capture = captureId,
  at = noon,
}: OrderFacts): Record<string, unknown> {
  return {
    id: capture,
    status: captured,
    amount: { currency_code: currency, value },
    final_capture: true,
    invoice_id: order,
    custom_id: order,
    supplementary_data: { related_ids: { order_id: id } },
    create_time: zulu(at),
    update_time: zulu(at),
  };
}

/** An order as a representation tells it. */
export function orderOf(facts: OrderFacts): Record<string, unknown> {
  const { id, order, value, currency = 'USD', status = 'PAYER_ACTION_REQUIRED', captured, at = noon } = facts;
  return {
    id,
    intent: 'CAPTURE',
    status,
    payment_source: { paypal: {} },
    purchase_units: [
      {
        reference_id: 'default',
        amount: { currency_code: currency, value },
        payee,
        custom_id: order,
        invoice_id: order,
        ...(captured !== undefined && { payments: { captures: [captureOf(facts)] } }),
      },
    ],
    create_time: zulu(at),
    links: [
      { href: `https://api.sandbox.paypal.com/v2/checkout/orders/${id}`, rel: 'self', method: 'GET' },
      { href: `https://www.sandbox.paypal.com/checkoutnow?token=${id}`, rel: 'payer-action', method: 'GET' },
    ],
  };
}

export interface RefundFacts {
  readonly id?: string;
  readonly capture: string;
  /** our number; without it, it was made at PayPal's pages */
  readonly refund: string | undefined;
  /** decimal text */
  readonly value: string;
  readonly status?: string;
  /** ms since 1970 UTC */
  readonly at?: number;
}

export function refundOf(facts: RefundFacts): Record<string, unknown> {
  const { id = '1JU08902781691411', capture, refund, value, status = 'COMPLETED', at = noon } = facts;
  const self = `https://api.sandbox.paypal.com/v2/payments/refunds/${id}`;
  const up = `https://api.sandbox.paypal.com/v2/payments/captures/${capture}`;
  return {
    ...{ id, status, amount: { currency_code: 'USD', value } },
    ...(refund !== undefined && { invoice_id: refund, custom_id: refund }),
    payer: payee,
    ...{ create_time: zulu(at), update_time: zulu(at) },
    links: [
      { href: self, rel: 'self', method: 'GET' },
      { href: up, rel: 'up', method: 'GET' },
    ],
  };
}

export function failureOf(name: string, ...issues: readonly string[]): Record<string, unknown> {
  return {
    name,
    message: 'It is not to be.',
    debug_id: '90957fca61718',
    ...(issues.length > 0 && { details: issues.map((issue) => ({ issue, description: 'No.' })) }),
    links: [],
  };
}

/** An event about a capture, unless its resource is another. */
export function eventOf(
  type: string,
  resource: object,
  id = 'WH-2WR32451HC0233532-67976317FL4543714',
): Record<string, unknown> {
  const href = `https://api.sandbox.paypal.com/v1/notifications/webhooks-events/${id}`;
  return {
    id,
    event_version: '1.0',
    create_time: zulu(noon),
    resource_type: 'capture',
    resource_version: '2.0',
    event_type: type,
    summary: 'Payment completed for $ 8.80 USD',
    resource,
    links: [{ href, rel: 'self', method: 'GET' }],
  };
}
