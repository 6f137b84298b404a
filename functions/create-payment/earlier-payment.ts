// What became of an order's earlier payment: the gateway is asked, and what it tells is written by the one door.
import type { ConnectedChannel } from '../../lib/channels/channels.ts';
import { PaymentError } from '../../lib/domain/errors.ts';
import type { Ports } from '../../lib/domain/ports.ts';
import type { PaymentSnapshot } from '../../lib/domain/settlement.ts';
import { settlePayment } from '../../lib/flows/settle-payment.ts';
import type { Outcome } from '../../lib/gateways/gateway.ts';
import type { StoredPayment } from '../../lib/store/payments.ts';
import type { Tables } from '../../lib/store/table.ts';

/** What is left of the deadline for writing down what the gateway said. */
export const reserve = 3_000;

export interface Attempt {
  readonly tables: Tables;
  readonly ports: Ports;
  readonly channel: ConnectedChannel;
  readonly deadline: number;
  readonly stored: StoredPayment;
  /** made by this very request */
  readonly fresh: boolean;
}

export interface Unanswered {
  readonly reason: string;
  /** the channel's own code, where it gave one that we do not know */
  readonly channelCode?: string;
}

export type Asked =
  | { readonly kind: 'settled' }
  /** no money and no closing to tell of */
  | { readonly kind: 'not_found' | 'pending' }
  | ({ readonly kind: 'unknown' } & Unanswered);

/** A query that was declined or put off proves nothing about the payment. */
export async function ask(attempt: Attempt): Promise<Asked> {
  const { channel, deadline, stored } = attempt;
  const { transactionId, amountRequested } = stored.payment;
  const outcome = await channel.gateway.queryPayment(
    { transactionId, currency: amountRequested.currency },
    { deadline: deadline - reserve },
  );
  if (outcome.kind !== 'ok') return unanswered(outcome);
  const { state } = outcome.value;
  if (state === 'not_found' || state === 'pending') return { kind: state };
  await settle(attempt, outcome.value, 'asked while creating');
  return { kind: 'settled' };
}

function unanswered(outcome: NoAnswer): Asked & { kind: 'unknown' } {
  if (outcome.kind === 'unknown') return outcome;
  return { kind: 'unknown', reason: 'not_asked', channelCode: outcome.channelCode };
}

function settle({ channel, tables, ports }: Attempt, snapshot: PaymentSnapshot, reason: string) {
  const cause = { actor: `channel:${channel.code}`, reason };
  return settlePayment({ tables, ports }, { channelCode: channel.code, snapshot, cause });
}

/**
 * Its time is over, and the gateway's ended before. An order that the gateway never knew is closed; nobody can pay it.
 * @throws PaymentError STATE_CONFLICT while the gateway still holds it open, or does not say
 * @see SPEC R4.5
 */
export async function retire(attempt: Attempt): Promise<undefined> {
  const { transactionId } = attempt.stored.payment;
  const asked = await ask(attempt);
  if (asked.kind === 'not_found')
    await settle(attempt, { state: 'closed', transactionId }, 'expired, and the channel knows no such order');
  if (asked.kind === 'pending' || asked.kind === 'unknown')
    throw new PaymentError('STATE_CONFLICT', {
      transactionId,
      retryAfter: asked.kind === 'pending' ? 60 : 5,
      detail: "The order's earlier payment has expired, and the channel has not closed it yet.",
    });
}

type NoAnswer = Exclude<Outcome<unknown>, { kind: 'ok' }>;
