// Which address asks for what. Operations are those that a fault can be planted for.
import type { Operation } from '../faults.ts';

export type Asked =
  | { readonly what: 'token' }
  | { readonly what: 'create' | 'list_webhooks' | 'register_webhook' | 'list_events' }
  | { readonly what: 'retrieve' | 'capture'; readonly orderId: string }
  | { readonly what: 'retrieve_capture' | 'refund'; readonly captureId: string }
  | { readonly what: 'retrieve_refund'; readonly refundId: string }
  | { readonly what: 'retrieve_event' | 'resend_event'; readonly eventId: string };

/** What only a merchant with a token may ask for. */
export type AskedInside = Exclude<Asked, { readonly what: 'token' }>;

/** Where all of PayPal lives here. */
export const home = '/paypal';
export const certificatesPath = `${home}/v1/notifications/certs/`;

const id = '([A-Za-z0-9-]{1,64})';
const table: readonly (readonly [RegExp, (id: string) => Asked])[] = [
  [/^POST \/v1\/oauth2\/token$/, () => ({ what: 'token' })],
  [/^POST \/v2\/checkout\/orders$/, () => ({ what: 'create' })],
  [new RegExp(`^GET /v2/checkout/orders/${id}$`), (orderId) => ({ what: 'retrieve', orderId })],
  [new RegExp(`^POST /v2/checkout/orders/${id}/capture$`), (orderId) => ({ what: 'capture', orderId })],
  [new RegExp(`^GET /v2/payments/captures/${id}$`), (captureId) => ({ what: 'retrieve_capture', captureId })],
  [new RegExp(`^POST /v2/payments/captures/${id}/refund$`), (captureId) => ({ what: 'refund', captureId })],
  [new RegExp(`^GET /v2/payments/refunds/${id}$`), (refundId) => ({ what: 'retrieve_refund', refundId })],
  [/^GET \/v1\/notifications\/webhooks$/, () => ({ what: 'list_webhooks' })],
  [/^POST \/v1\/notifications\/webhooks$/, () => ({ what: 'register_webhook' })],
  [/^GET \/v1\/notifications\/webhooks-events$/, () => ({ what: 'list_events' })],
  [
    new RegExp(`^GET /v1/notifications/webhooks-events/${id}$`),
    (eventId) => ({ what: 'retrieve_event', eventId }),
  ],
  [
    new RegExp(`^POST /v1/notifications/webhooks-events/${id}/resend$`),
    (eventId) => ({ what: 'resend_event', eventId }),
  ],
];

/** @param pathname below `/paypal`; undefined for an address that there is not */
export function routed(method: string, pathname: string): Asked | undefined {
  const asked = `${method} ${pathname.slice(home.length)}`;
  for (const [pattern, made] of table) {
    const found = pattern.exec(asked);
    if (found) return made(found[1] ?? '');
  }
  return undefined;
}

/** undefined for what is none of a payment */
export function operationOf({ what }: Asked): Operation | undefined {
  switch (what) {
    case 'token':
    case 'capture':
    case 'refund':
      return what;
    case 'create':
      return 'prepay';
    case 'retrieve':
    case 'retrieve_capture':
      return 'query';
    case 'retrieve_refund':
      return 'refund_query';
    case 'list_webhooks':
    case 'register_webhook':
    case 'list_events':
    case 'retrieve_event':
    case 'resend_event':
      return undefined;
  }
}
