// Callbacks of Stripe for the tests of its reader, and how the reader takes them.
import { CallbackRefused, type Callback } from '../../lib/gateways/gateway.ts';
import type { Setting } from '../../lib/gateways/provider.ts';
import { notificationReader } from '../../lib/gateways/stripe/notifications.ts';
import { noon } from '../contract/bench.ts';
import { event, paidIntent, posted, webhookSecret, type Fields } from '../contract/stripe-side.ts';
import { config, order } from './stripe-answering.ts';

export function readerOf(secrets: object, environment: Setting['environment'] = 'sandbox') {
  return notificationReader(
    { ...config, environment, endpoint: 'https://stripe.example' },
    { now: () => noon },
    { secrets },
  );
}

export const reader = readerOf({ webhook_secret: webhookSecret });

/** @returns the notification, or the reason of its refusal */
export function read(callback: Callback, by = reader): unknown {
  try {
    return by.readNotification(callback).notification;
  } catch (error) {
    if (error instanceof CallbackRefused) return error.reason;
    throw error;
  }
}

export const tell = (told: Fields) => read(posted(JSON.stringify(told)));
export const paid = paidIntent(order, 880, 'usd');
export const genuine = JSON.stringify(event('payment_intent.succeeded', paid));

/** The kind of what was read, or the reason of its refusal. */
export function kindOf(told: unknown): unknown {
  return typeof told === 'string' ? told : (told as Fields)['kind'];
}
