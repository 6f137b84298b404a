// The story of asking a channel what became of a payment, and of ending one that nobody is to pay any more. What it tells
// goes in by the one door; what it does not tell changes nothing.
import type { ConnectedChannel } from '../channels/channels.ts';
import { misconfigured } from '../channels/failures.ts';
import { overAt } from '../domain/due.ts';
import { isCapturing, type Payment } from '../domain/payment.ts';
import type { Ports } from '../domain/ports.ts';
import type { PaymentSnapshot } from '../domain/settlement.ts';
import type { Outcome } from '../gateways/gateway.ts';
import type { StoredPayment } from '../store/payments.ts';
import type { Tables } from '../store/table.ts';
import { capture } from './capture.ts';
import { numbered } from './numbered.ts';
import { settlePayment } from './settle-payment.ts';

export interface Question {
  readonly tables: Tables;
  readonly ports: Ports;
  readonly channel: ConnectedChannel;
  /** the payment as it was read before anything is asked */
  readonly stored: StoredPayment;
  /** ms since 1970 UTC: the channel is given up then */
  readonly deadline: number;
  /** why it is asked, for the timeline */
  readonly reason: string;
  /** the payer is back, or the channel hints at news: what was refused may have been changed for another means */
  readonly prompted?: boolean;
}

export type Told =
  /** the channel gave its word, and the payment is what it is since; `as`: what the word did */
  | {
      readonly kind: 'settled';
      readonly as: 'moved' | 'anomaly' | 'unchanged';
      readonly why: string;
      readonly payment: Payment;
    }
  /**
   * no money and no closing to tell of; `not_found`: the channel does not know it (yet); `approved`: the payer has agreed, and
   * nobody may take the money; `since`: the payment as it was written on the way, if it was
   */
  | { readonly kind: 'open'; readonly state: 'not_found' | 'pending' | 'approved'; readonly since?: Payment }
  /** somebody changed the payment while the channel was asked: look again */
  | { readonly kind: 'overtaken' }
  | ({ readonly kind: 'unknown'; readonly since?: Payment } & Unanswered);

export interface Unanswered {
  readonly reason: string;
  /** the channel's own code, where it gave one that we do not know */
  readonly channelCode?: string;
  readonly cause?: unknown;
}

/**
 * What the payer has agreed to is taken; after a refusal only when something says that the payer was there since.
 * @see SPEC R4.7, R8.2
 */
export async function askChannel(question: Question): Promise<Told> {
  const told = await look(question);
  if (told.kind !== 'open' || told.state !== 'approved') return told;
  const captured = await capture(question);
  switch (captured.kind) {
    case 'not_wanted':
      return told;
    case 'overtaken':
      return { kind: 'overtaken' };
    case 'refused':
      return { kind: 'open', state: 'pending', since: captured.payment };
    case 'said':
      return begun(await heard({ ...question, stored: captured.stored }, captured.outcome), captured.stored);
  }
}

function begun(told: Told, { payment }: StoredPayment): Told {
  return told.kind === 'open' || told.kind === 'unknown' ? { ...told, since: payment } : told;
}

/** Asks, and takes nothing. */
async function look(question: Question): Promise<Told> {
  const { channel, stored, deadline } = question;
  return heard(question, await channel.gateway.queryPayment(numbered(stored), { deadline }));
}

/** An answer that was declined or put off proves nothing about the payment. */
function heard(question: Question, outcome: Outcome<PaymentSnapshot>): Told | Promise<Told> {
  if (outcome.kind !== 'ok') return unanswered(question, outcome);
  const { state } = outcome.value;
  return state === 'paid' || state === 'closed' ? settle(question, outcome.value) : { kind: 'open', state };
}

/**
 * 1. ask · 2. nobody has paid: close it at the channel · 3. only the channel's word closes it here, and only if it is still
 * as it was before step 1. What the channel does not know can be closed once its time is over there and here: until then a
 * payer may still make it. What the payer has agreed to is not taken any more.
 * @see SPEC R4.5, R5.3, R5.4; QUALITY 2.6
 */
export async function endPayment(question: Question): Promise<Told> {
  const told = await look(question);
  if (told.kind !== 'open') return told;
  const { channel, stored, deadline } = question;
  // Whether we took the money is not known yet. We do not take it now, and do not say that nobody did: what the
  // channel does not show any more may have been paid.
  if (isCapturing(stored.payment)) return { kind: 'open', state: 'pending' };
  if (told.state === 'not_found') return notThere(question);
  const outcome = await channel.gateway.closePayment(numbered(stored), { deadline });
  if (outcome.kind === 'ok') return outcome.value === 'closed' ? close(question) : notThere(question);
  if (outcome.kind !== 'declined') return unanswered(question, outcome);
  // It closed nothing, for a reason: it may be paid, or closed, since we asked.
  const again = await look(question);
  return again.kind === 'open' ? unanswered(question, outcome) : again;
}

async function notThere(question: Question): Promise<Told> {
  const { channel, ports, stored } = question;
  const isOver = ports.now() > overAt(stored.payment, channel.sync);
  return isOver ? close(question) : { kind: 'open', state: 'not_found' };
}

function close(question: Question): Promise<Told> {
  const { transactionId } = question.stored.payment;
  return settle(question, { state: 'closed', transactionId });
}

async function settle(question: Question, snapshot: PaymentSnapshot): Promise<Told> {
  const { tables, ports, channel, stored, reason } = question;
  const settled = await settlePayment(
    { tables, ports },
    {
      channelCode: channel.code,
      snapshot,
      cause: { actor: `channel:${channel.code}`, reason },
      policy: channel.row.anomalyPolicy ?? {},
      // Money is a fact whatever happened meanwhile; a closing is only as good as what it was decided on.
      ...(snapshot.state === 'closed' && { version: stored.payment.version }),
    },
  );
  if (settled.kind === 'nothing_of_ours') throw new Error(`${snapshot.transactionId} is not there any more`);
  if (settled.kind === 'overtaken') return { kind: 'overtaken' };
  const { kind, why, payment } = settled;
  return { kind: 'settled', as: kind, why, payment };
}

function unanswered(question: Question, outcome: NoAnswer): Told {
  if (outcome.kind === 'unknown') {
    const { reason, channelCode, cause } = outcome;
    return { kind: 'unknown', reason, cause, ...(channelCode !== undefined && { channelCode }) };
  }
  const { channelCode } = outcome;
  const cause = outcome.kind === 'retry_later' ? outcome.cause : whyDeclined(question, outcome);
  return { kind: 'unknown', reason: 'not_answered', channelCode, cause };
}

/** It will be so until an operator acts: whoever asked is to tell them. */
function whyDeclined(
  { channel }: Question,
  { code, channelCode, message }: NoAnswer & { kind: 'declined' },
): unknown {
  if (code !== 'misconfigured') return undefined;
  return misconfigured({ channelCode: channel.code }, new Error(`${channelCode}: ${message}`));
}

type NoAnswer = Exclude<Outcome<unknown>, { kind: 'ok' }>;
