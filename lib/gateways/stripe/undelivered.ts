// News that Stripe could not bring us: it keeps its events for thirty days, and repeats them for three.
// @see https://docs.stripe.com/api/events/list · https://docs.stripe.com/webhooks/process-undelivered-events
import { canonicalJson } from '../../domain/canonical-json.ts';
import { fingerprint } from '../crypto.ts';
import {
  CallbackRefused,
  type CallOptions,
  type Notification,
  type Outcome,
  type Undelivered,
} from '../gateway.ts';
import type { Setting } from '../provider.ts';
import type { Client } from './client.ts';
import type { StripeConfig } from './config.ts';
import { refundTypes, settlingTypes } from './events.ts';
import { isNode, type Node } from './json.ts';
import { readPage } from './lists.ts';
import { readEvent } from './notifications.ts';
import { intents, isBySession, orderIdOf, sessions, transactionOf } from './orders.ts';

/** TLS proves the list, our own key asked for it: what it holds needs no signature. */
export async function listUndelivered(
  client: Client,
  config: StripeConfig & Setting,
  since: string,
  options: CallOptions,
  after?: string,
): Promise<Outcome<Undelivered>> {
  const types = [...settlingTypes, ...refundTypes].map((type) => `&types[]=${type}`).join('');
  const first = `/v1/events?delivery_success=false&created[gte]=${Math.floor(Date.parse(since) / 1000)}${types}`;
  const page = await readPage(client, first, after, options);
  if (page.kind !== 'ok') return page;
  const { nodes, next } = page.value;
  const keyVersion = fingerprint(client.secretKey);
  const news = nodes.flatMap((node) => {
    const notification = readOrNothing(node, config);
    return notification ? [{ notification, keyVersion, body: canonicalJson(node) }] : [];
  });
  return { kind: 'ok', value: { news, ...(next !== undefined && { next }) } };
}

/** What a callback would be refused for is nothing here either: not ours, or not to be read. */
function readOrNothing(node: Node, config: StripeConfig & Setting): Notification | undefined {
  try {
    const notification = readEvent(node, config);
    return notification.kind === 'unrecognised' ? hinted(node, notification) : notification;
  } catch (error) {
    if (error instanceof CallbackRefused) return undefined;
    throw error;
  }
}

/**
 * Stripe lists an event in the words of the version that the account had as its default when it happened. Whatever else that
 * changed, the numbers stand where they stood, and by them the channel is asked.
 */
function hinted(node: Node, notification: Notification & { kind: 'unrecognised' }): Notification {
  const { data } = node;
  const object = isNode(data) && isNode(data['object']) ? data['object'] : {};
  const kind = [intents, sessions].find((each) => each.object === object['object']);
  if (!kind) return notification;
  if (isBySession(object)) return { kind: 'ignored', reason: 'its session tells of it' };
  const transactionId = transactionOf(kind, object);
  const gatewayOrderId = orderIdOf(kind, object);
  if (transactionId === undefined || gatewayOrderId === undefined) return notification;
  const { what, noticeId } = notification;
  return { kind: 'hint', what, noticeId, transactionId, gatewayOrderId };
}
