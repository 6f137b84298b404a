// Proves and reads what Stripe posts: the signature over the bytes first, then for whom it is, then what it says.
// @see https://docs.stripe.com/webhooks · https://docs.stripe.com/api/events/object
import { isTransactionId, type TransactionId } from '../../domain/ids.ts';
import {
  CallbackRefused,
  type Acknowledgement,
  type Notification,
  type NotificationReader,
  type ReaderPorts,
} from '../gateway.ts';
import type { Proofs, Setting } from '../provider.ts';
import { apiVersion } from './client.ts';
import { isLive, type StripeConfig, type StripeSecrets } from './config.ts';
import { changesNothing, failedLater, isOfMoneyBack, refundTypes, settles } from './events.ts';
import { isNode, readNode, type Node } from './json.ts';
import { isBySession, transactionOf, type Kind } from './orders.ts';
import { refundSnapshot, standing } from './refund-snapshot.ts';
import { readReturn } from './returns.ts';
import { prove, signatureHeader } from './signature.ts';
import { snapshot } from './snapshot.ts';
import type { State } from './status.ts';

export function notificationReader(
  config: StripeConfig & Setting,
  { now }: Pick<ReaderPorts, 'now'>,
  { secrets }: Pick<Proofs<StripeSecrets>, 'secrets'>,
): NotificationReader {
  return {
    readNotification(callback) {
      const keyVersion = prove(callback, liveSecrets(secrets), now());
      return { notification: readEvent(readNode(callback.body), config), keyVersion };
    },
    proofHeaders: [signatureHeader],
    readReturn: (query) => readReturn(query, config),
    acknowledge,
  };
}

/** Any 2xx is a yes, whatever it says; anything else is sent again. */
function acknowledge(verdict: 'accepted' | 'refused'): Acknowledgement {
  const isAccepted = verdict === 'accepted';
  return {
    status: isAccepted ? 200 : 400,
    contentType: 'application/json',
    body: JSON.stringify({ received: isAccepted }),
  };
}

/** With an empty key anybody can sign. Not the callback's fault: it is to be sent again once the channel is whole. */
function liveSecrets({
  webhook_secret: current,
  webhook_secret_previous: previous,
}: Partial<StripeSecrets>): readonly string[] {
  if (!current || previous === '')
    throw new Error('Stripe’s callbacks are proved by webhook_secret, which is not here.');
  return previous === undefined ? [current] : [current, previous];
}

interface StripeEvent {
  readonly id: string;
  readonly type: string;
  readonly node: Node;
  /** what it is about; empty where that is not brought along */
  readonly object: Node;
}

/**
 * For whom a proved event is, and what it says.
 * @throws CallbackRefused unreadable, foreign
 */
export function readEvent(node: Node | undefined, config: StripeConfig & Setting): Notification {
  const event = eventOf(node);
  checkOurs(event, config);
  return read(event, config);
}

function eventOf(node: Node | undefined): StripeEvent {
  const { id, type, data, livemode } = node ?? {};
  if (!node || !isWord(id) || !isWord(type) || typeof livemode !== 'boolean')
    throw new CallbackRefused('unreadable', 'it is not an event with id, type and livemode');
  const object = isNode(data) && isNode(data['object']) ? data['object'] : {};
  return { id, type, node, object };
}

function isWord(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21-\x7e]{1,64}$/.test(value);
}

/** Events of one's own account name none; a platform hears of others' as well. */
function checkOurs({ node }: StripeEvent, { account_id, environment }: StripeConfig & Setting): void {
  const { livemode, account = account_id } = node;
  if (livemode !== isLive(environment))
    throw new CallbackRefused('foreign', `it is of the ${livemode === true ? 'live' : 'test'} world`);
  if (account !== account_id) throw new CallbackRefused('foreign', 'it is of another account');
}

function read(event: StripeEvent, config: StripeConfig): Notification {
  const { node, type } = event;
  if (node['object'] !== 'event') return unrecognised(event, 'an event of another kind');
  if (node['api_version'] !== apiVersion) return unrecognised(event, `${type} of another api_version`);
  const settled = settles(type);
  if (settled) return settling(event, ...settled, config);
  if (refundTypes.includes(type)) return refunded(event);
  const why = changesNothing(type, event.object);
  if (why !== undefined) return ignored(event, why);
  return isOfMoneyBack(type) || namedIn(event) !== undefined
    ? unrecognised(event, type)
    : ignored(event, 'it names no payment of ours');
}

/** What ends a payment, told of an order that stands as the event's name says. */
function settling(event: StripeEvent, kind: Kind, expected: State, config: StripeConfig): Notification {
  const { object, type, node } = event;
  if (object['object'] !== kind.object) return unrecognised(event, `${type} without its object`);
  const transactionId = transactionOf(kind, object);
  if (transactionId === undefined)
    return ignored(event, isBySession(object) ? 'its session tells of it' : 'it names no payment of ours');
  const intent = type === failedLater && { payment_intent: { status: 'requires_payment_method' } };
  const state = kind.state({ ...object, ...intent });
  if (type === 'checkout.session.completed' && state === 'pending')
    return ignored(event, 'the money is on its way');
  if (state !== expected) return unrecognised(event, `${type} of another status`);
  const told = snapshot(kind, state, object, transactionId, config, node['created']);
  return told
    ? { kind: 'payment', snapshot: told }
    : unrecognised(event, `${type} without its amount, time or number`);
}

/** Made by us or by somebody at the console: it stands as it says, whatever the event is called. */
function refunded(event: StripeEvent): Notification {
  const { object, type, node } = event;
  if (object['object'] !== 'refund') return unrecognised(event, `${type} without its object`);
  if (object['payment_intent'] === null) return ignored(event, 'it is of no payment intent');
  const stands = standing(object);
  if (!stands || (type === 'refund.failed' && stands.state !== 'failed'))
    return unrecognised(event, `${type} of another status`);
  const told = refundSnapshot(object, stands, node['created']);
  return told
    ? { kind: 'refund', snapshot: told }
    : unrecognised(event, `${type} without its amount or numbers`);
}

/** Charges bear the metadata of their intents, refunds of ours their own; disputes and refunds of the console bear none. */
function namedIn({ object }: StripeEvent): TransactionId | undefined {
  const { metadata, client_reference_id: reference } = object;
  const name = (isNode(metadata) ? metadata['transaction_id'] : undefined) ?? reference;
  return typeof name === 'string' && isTransactionId(name) ? name : undefined;
}

function ignored(event: StripeEvent, reason: string): Notification {
  const transactionId = namedIn(event);
  return { kind: 'ignored', reason, ...(transactionId !== undefined && { transactionId }) };
}

function unrecognised(event: StripeEvent, what: string): Notification {
  const transactionId = namedIn(event);
  return {
    kind: 'unrecognised',
    what,
    noticeId: event.id,
    ...(transactionId !== undefined && { transactionId }),
  };
}
