// The story of a refund and its channel: what is sent, what is asked, and what the answers mean. What they do not say
// changes nothing.
import type { ConnectedChannel } from '../channels/channels.ts';
import type { Payment } from '../domain/payment.ts';
import type { Ports } from '../domain/ports.ts';
import type {
  ActionReason,
  NoSuchRefund,
  Refund,
  RefundOrder,
  RefundQuery,
  RefundSnapshot,
} from '../domain/refund.ts';
import type { DeclineCode, Outcome } from '../gateways/gateway.ts';
import type { Cause } from '../store/events.ts';
import { renewRefund } from '../store/refund-work.ts';
import type { Tables } from '../store/table.ts';
import { settleRefund, type SettledRefund } from './settle-refund.ts';

export interface RefundQuestion {
  readonly tables: Tables;
  readonly ports: Ports;
  readonly channel: ConnectedChannel;
  readonly payment: Payment;
  readonly refund: Refund;
  /** ms since 1970 UTC: the channel is given up then */
  readonly deadline: number;
  /** why, for the timeline */
  readonly reason: string;
}

export type RefundTold =
  | {
      readonly kind: 'settled';
      readonly settled: SettledRefund;
      /** it may have failed: only the same refund, sent again, brings that out */
      readonly isInconclusive?: true;
    }
  /** provably not there: it may be sent (again) */
  | { readonly kind: 'absent' }
  /** provably not carried out: later */
  | { readonly kind: 'later'; readonly channelCode: string; readonly cause?: unknown }
  | {
      readonly kind: 'unknown';
      readonly reason: string;
      readonly channelCode?: string;
      readonly cause?: unknown;
    };

/** What a person can mend: the amount stays reserved, and the same call works then. */
const mendable: Readonly<Partial<Record<DeclineCode, ActionReason>>> = {
  insufficient_balance: 'insufficient_balance',
  misconfigured: 'misconfigured',
};

/**
 * Sends it, or sends it again: the provider makes one refund of it. A refusal is the end only where nobody can mend it.
 * @see SPEC R6.4, R6.7; QUALITY I14
 */
export async function sendRefund(question: RefundQuestion): Promise<RefundTold> {
  const { channel, refund, deadline, tables } = question;
  const outcome = await channel.gateway.refund?.(orderOf(question), { deadline });
  if (!outcome) return { kind: 'unknown', reason: 'no_refunds_here' };
  if (outcome.kind === 'retry_later' && outcome.renew) await renewRefund(tables, refund);
  return heard(question, outcome);
}

export async function askRefund(question: RefundQuestion): Promise<RefundTold> {
  const { channel, deadline } = question;
  const outcome = await channel.gateway.queryRefund?.(queryOf(question), { deadline });
  if (!outcome) return { kind: 'unknown', reason: 'no_refunds_here' };
  // A question that is refused proves nothing of the refund.
  if (outcome.kind === 'declined' && mendable[outcome.code] === undefined)
    return { kind: 'unknown', reason: 'not_answered', channelCode: outcome.channelCode };
  return heard(question, outcome);
}

async function heard(
  question: RefundQuestion,
  outcome: Outcome<RefundSnapshot | NoSuchRefund>,
): Promise<RefundTold> {
  switch (outcome.kind) {
    case 'ok':
      return outcome.value.state === 'not_found' ? { kind: 'absent' } : settle(question, outcome.value);
    case 'declined':
      return settle(question, refusalOf(question.refund, outcome));
    case 'retry_later':
      return { kind: 'later', channelCode: outcome.channelCode, cause: outcome.cause };
    case 'unknown': {
      const { reason, channelCode, cause } = outcome;
      return { kind: 'unknown', reason, cause, ...(channelCode !== undefined && { channelCode }) };
    }
  }
}

/** Only what is proved of the refund itself comes here. */
function refusalOf(
  { refundId, amountRequested: amount }: Refund,
  { code, channelCode }: Extract<Outcome<never>, { kind: 'declined' }>,
): RefundSnapshot {
  const reason = mendable[code];
  return reason === undefined
    ? { state: 'failed', refundId, amount, channelCode, isRefusal: true }
    : { state: 'needs_action', refundId, amount, channelCode, reason };
}

async function settle(
  { tables, ports, channel, refund, reason }: RefundQuestion,
  snapshot: RefundSnapshot,
): Promise<RefundTold> {
  const cause: Cause = { actor: `channel:${channel.code}`, reason };
  // The adapter has seen to it that the answer is about this refund, whatever the provider calls it.
  const word = { channelCode: channel.code, snapshot: { ...snapshot, refundId: refund.refundId }, cause };
  const settled = await settleRefund({ tables, ports }, word);
  const isInconclusive = snapshot.state === 'processing' && snapshot.isInconclusive;
  return { kind: 'settled', settled, ...(isInconclusive && { isInconclusive }) };
}

function queryOf({ payment, refund }: RefundQuestion): RefundQuery {
  const { gatewayOrderId } = payment;
  const { refundId, gatewayRefundId, gatewayTransactionId, amountRequested, origin } = refund;
  return {
    // The provider never heard our number of one that was made at its console.
    ...(origin !== 'EXTERNAL' && { refundId }),
    ...(gatewayRefundId !== undefined && { gatewayRefundId }),
    transactionId: payment.transactionId,
    gatewayTransactionId,
    ...(gatewayOrderId !== undefined && { gatewayOrderId }),
    currency: amountRequested.currency,
  };
}

function orderOf(question: RefundQuestion): RefundOrder {
  const { channel, payment, refund } = question;
  const { refundId, generation, amountRequested: amount, reason, submittedAt } = refund;
  const callbackUrl = channel.row.callbackUrlPayment.replace('/payments/callbacks/', '/refunds/callbacks/');
  return {
    ...queryOf(question),
    refundId,
    ...(generation !== undefined && { generation }),
    amount,
    total: totalOf(payment, refund),
    ...(reason !== undefined && { reason }),
    callbackUrl,
    ...(submittedAt !== undefined && { submittedAt }),
  };
}

/** All that was paid under that number. */
function totalOf(
  { amountPaid, gatewayTransactionId, anomaly, otherAnomalies = [] }: Payment,
  refund: Refund,
) {
  if (amountPaid && gatewayTransactionId === refund.gatewayTransactionId) return amountPaid;
  const found = [anomaly, ...otherAnomalies].find(
    (each) => each?.gatewayTransactionId === refund.gatewayTransactionId,
  );
  return found?.amount ?? refund.amountRequested;
}
