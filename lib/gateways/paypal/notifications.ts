// Proves and reads what PayPal posts. An event says which order or refund to ask for: nothing else of it is used, for its signature
// covers no more than a checksum of it.
// @see https://developer.paypal.com/api/rest/webhooks/event-names/
import type { Json } from '../../domain/canonical-json.ts';
import { isTransactionId, paymentOf } from '../../domain/ids.ts';
import type { RefundReference } from '../../domain/refund.ts';
import {
  CallbackRefused,
  type Acknowledgement,
  type Notification,
  type NotificationReader,
  type ReaderPorts,
} from '../gateway.ts';
import type { Setting } from '../provider.ts';
import type { PayPalConfig } from './config.ts';
import { isNode, nodes, readNode, type Node } from './json.ts';
import { keyRing } from './keys.ts';
import { readReturn } from './returns.ts';
import { captureOf, refundNumber } from './refund-snapshot.ts';
import { proofHeaders, prove, readTransmission } from './signature.ts';
import { isPayPalId, payeeOf } from './snapshot.ts';

export function notificationReader(config: PayPalConfig & Setting, ports: ReaderPorts): NotificationReader {
  const ring = keyRing(config, ports);
  return {
    proofHeaders,
    async fetchProof({ headers }, call) {
      const transmission = readTransmission(headers, ports.now());
      if (!('kind' in transmission)) await ring.fetch(transmission.certificateUrl, call);
    },
    readNotification(callback) {
      const proof = prove(callback, config.webhook_id, ring, ports.now());
      if (proof.kind === 'refused') throw new CallbackRefused(proof.reason, proof.detail);
      return {
        notification: read(readEvent(callback.body), config),
        keyVersion: proof.serial,
        transmissionId: proof.transmissionId,
      };
    },
    readReturn,
    acknowledge,
  };
}

/** Any 2xx is a yes; anything else is sent again, for three days. */
function acknowledge(verdict: 'accepted' | 'refused'): Acknowledgement {
  return verdict === 'accepted'
    ? { status: 200, contentType: 'text/plain', body: '' }
    : { status: 400, contentType: 'application/json', body: '{"name":"REFUSED","message":"refused"}' };
}

interface Event {
  readonly id: string;
  readonly type: string;
  readonly resource: Node;
}

/** A forger who meets the checksum needs room for it: there is none beside these. */
const known = new Set([
  'id',
  'event_version',
  'create_time',
  'resource_type',
  'resource_version',
  'event_type',
  'summary',
  'resource',
  'links',
  'zts',
]);

function readEvent(body: Uint8Array): Event {
  const event = readNode(body) ?? {};
  const { id, event_type: type, resource } = event;
  if (!isWord(id, /^[A-Za-z0-9-]{1,64}$/) || !isWord(type, /^[A-Z0-9._-]{1,64}$/) || !isNode(resource))
    throw new CallbackRefused('unreadable', 'it is not an event with id, event_type and resource');
  if (Object.keys(event).some((name) => !known.has(name)))
    throw new CallbackRefused('unreadable', 'it holds what no event of PayPal’s holds');
  return { id, type, resource };
}

function isWord(value: Json | undefined, form: RegExp): value is string {
  return typeof value === 'string' && form.test(value);
}

/** What is known to be about an order of ours, and where the order's number stands in each. */
const orderNumbers: Readonly<Record<string, (resource: Node) => Json | undefined>> = {
  'CHECKOUT.ORDER.APPROVED': ({ id }) => id,
  'CHECKOUT.ORDER.COMPLETED': ({ id }) => id,
  'CHECKOUT.PAYMENT-APPROVAL.REVERSED': ({ order_id: id }) => id,
  'PAYMENT.CAPTURE.COMPLETED': orderOfCapture,
  'PAYMENT.CAPTURE.PENDING': orderOfCapture,
  'PAYMENT.CAPTURE.DENIED': orderOfCapture,
  'PAYMENT.CAPTURE.DECLINED': orderOfCapture,
};

function orderOfCapture({ supplementary_data: data }: Node): Json | undefined {
  const related = isNode(data) ? data['related_ids'] : undefined;
  return isNode(related) ? related['order_id'] : undefined;
}

/** Whose resource is a refund. A reversal is none: PayPal takes the money itself. */
const refundEvents = new Set(['PAYMENT.CAPTURE.REFUNDED', 'PAYMENT.REFUND.PENDING', 'PAYMENT.REFUND.FAILED']);

function read(event: Event, config: PayPalConfig): Notification {
  const { id: noticeId, type, resource } = event;
  const [unit] = nodes(resource['purchase_units']);
  const isRefund = refundEvents.has(type);
  // A refund's payer is who pays it: the payee of the payment.
  for (const payee of [payeeOf(resource), payeeOf(unit), isRefund ? payerOf(resource) : undefined])
    if (payee !== undefined && payee !== config.merchant_id)
      throw new CallbackRefused('foreign', 'it is for another payee');
  if (isRefund) return readRefund(event);
  const orderNumber = Object.hasOwn(orderNumbers, type) ? orderNumbers[type] : undefined;
  if (!orderNumber) return { kind: 'unrecognised', what: `event_type ${type}`, noticeId };
  const transactionId = resource['custom_id'] ?? unit?.['custom_id'];
  // An account sells by other ways, too.
  if (typeof transactionId !== 'string' || !isTransactionId(transactionId))
    return { kind: 'ignored', reason: 'custom_id is not one of our numbers' };
  const gatewayOrderId = orderNumber(resource);
  if (isPayPalId(gatewayOrderId))
    return { kind: 'hint', what: type, noticeId, transactionId, gatewayOrderId };
  return { kind: 'unrecognised', what: `${type} without the order’s number`, noticeId, transactionId };
}

function payerOf({ payer }: Node): Json | undefined {
  return isNode(payer) ? payer['merchant_id'] : undefined;
}

function readRefund({ id: noticeId, type: what, resource }: Event): Notification {
  const refund = ownRefund(resource) ?? consoleRefund(resource);
  if (refund) return { kind: 'refund_hint', what, noticeId, refund };
  return { kind: 'unrecognised', what: `${what} without the numbers of refund and capture`, noticeId };
}

function ownRefund(resource: Node): RefundReference | undefined {
  const refundId = refundNumber(resource);
  return refundId === undefined ? undefined : { refundId, transactionId: paymentOf(refundId) };
}

/** Any number of its own may stand in such a refund, or its payment's: whose money it was is told by the capture. */
function consoleRefund(resource: Node): RefundReference | undefined {
  const { id: gatewayRefundId, custom_id: transactionId } = resource;
  const gatewayTransactionId = captureOf(resource);
  if (!isPayPalId(gatewayRefundId) || gatewayTransactionId === undefined) return undefined;
  const isOurs = typeof transactionId === 'string' && isTransactionId(transactionId);
  return { gatewayRefundId, ...(isOurs && { transactionId }), gatewayTransactionId };
}
