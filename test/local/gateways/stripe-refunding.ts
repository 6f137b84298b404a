// A paid intent, what goes back of it, and what the books and the shop know of that.
import { randomBytes } from 'node:crypto';
import { newTransactionId, refundIdOf, type RefundId, type TransactionId } from '../../../lib/domain/ids.ts';
import { heard, openWorld, type Answered, type Call, type Fields, type World } from './stripe-merchant.ts';

export interface Paid {
  readonly number: TransactionId;
  /** `pi_…` */
  readonly id: string;
  /** the merchant's numbers of its refunds, in order */
  readonly refund: (index?: number) => RefundId;
}

export async function paid(world: World, change: Record<string, string> = {}, call?: Call): Promise<Paid> {
  const number = newTransactionId({ now: world.clock.now, randomBytes });
  const { body } = await world.intent(number, change, call);
  await world.pay(number, body);
  return { number, id: String(body['id']), refund: (index = 0) => refundIdOf(number, index) };
}

export function refundOf(
  world: World,
  { number, id, refund }: Paid,
  { amount = '300', index = 0, key }: { amount?: string; index?: number; key?: string } = {},
): Promise<Answered> {
  const form = new URLSearchParams({
    payment_intent: id,
    ...(amount === '' ? {} : { amount }),
    'metadata[refund_id]': refund(index),
    'metadata[transaction_id]': number,
  });
  const headers: Record<string, string> = key === undefined ? {} : { 'idempotency-key': key };
  return world.call('POST', '/v1/refunds', String(form), { headers });
}

/** All of a payment, newest first. */
export async function listed(world: World, { id }: Paid): Promise<Fields[]> {
  const { body } = await world.call('GET', `/v1/refunds?payment_intent=${id}&limit=100`);
  return body['data'] as Fields[];
}

export async function chargeOf(world: World, { id }: Paid): Promise<Fields> {
  const { body } = await world.call('GET', `/v1/payment_intents/${id}?expand[]=latest_charge`);
  return body['latest_charge'] as Fields;
}

export async function booksOf(world: World, { number }: Paid) {
  const { body } = await world.control('GET', '/books?provider=stripe');
  const rows = (body['refunds'] as Fields[]).filter((row) => row['transaction_id'] === number);
  return { rows, balances: body['balances'] as Record<string, string> };
}

export const decide = (world: World, body: Fields) => world.control('POST', '/refunds/decide', body);

/** Types and statuses, as the shop heard them. */
export function told(world: World, from: number): string[] {
  return heard(world, from)
    .map(({ event, about }) => `${String(event['type'])} ${String(about['status'])}`)
    .sort();
}

/** With a shop that hears of every refund. */
export async function openRefunding(): Promise<World> {
  const world = await openWorld();
  const { accountId } = world.account();
  const types = [
    'charge.refunded',
    'charge.refund.updated',
    'refund.created',
    'refund.updated',
    'refund.failed',
  ];
  world.gateways.stripe.registerWebhook(accountId, world.shop.url, types);
  return world;
}

/** What the merchant has, in cents of dollars; the payers have as much less. */
export async function balanceOf(world: World): Promise<number> {
  const { body } = await world.control('GET', '/books?provider=stripe');
  const balances = body['balances'] as Record<string, string>;
  const cents = (account: string) => Math.round(Number(balances[account]) * 100);
  const own = cents(`stripe:${world.account().accountId}:pending:usd`);
  if (own !== -cents('stripe:payers:usd')) throw new Error('the books do not balance');
  return own;
}
