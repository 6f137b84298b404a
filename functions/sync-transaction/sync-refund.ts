// The story of one refund that is due, or that its channel has hinted at.
import type { ConnectedChannel } from '../../lib/channels/channels.ts';
import { orRefused } from '../../lib/channels/failures.ts';
import { PaymentError } from '../../lib/domain/errors.ts';
import type { ChannelCode, RefundId } from '../../lib/domain/ids.ts';
import type { Ports } from '../../lib/domain/ports.ts';
import { isOpen, type Refund } from '../../lib/domain/refund.ts';
import { foundAfter, isRefundOverdue } from '../../lib/domain/refund-due.ts';
import { askRefund, type RefundTold } from '../../lib/flows/ask-refund.ts';
import { settleRefund } from '../../lib/flows/settle-refund.ts';
import type { SyncMessage } from '../../lib/messaging/sync.ts';
import { getPayment } from '../../lib/store/payments.ts';
import { getRefund } from '../../lib/store/refunds.ts';
import { beginRun, putOffRefund } from '../../lib/store/refund-work.ts';
import type { Tables } from '../../lib/store/table.ts';

export interface SyncRefundDependencies {
  readonly channel: (code: ChannelCode) => Promise<ConnectedChannel>;
  readonly tables: Tables;
  readonly ports: Ports;
  /** Begins the workflow of that run. */
  readonly start: (id: RefundId, run: number) => Promise<void>;
}

type Asked = Extract<SyncedRefund, { kind: 'asked' }>;

export type RefundMessage = Extract<SyncMessage, { refundId: RefundId } | { gatewayRefundId: string }>;

export type SyncedRefund =
  | { readonly kind: 'nothing_due' }
  /** its workflow had not begun, or was gone */
  | { readonly kind: 'begun'; readonly refund: Refund; readonly run: number }
  /** who refunds by other means has not said that he did */
  | { readonly kind: 'unconfirmed'; readonly refund: Refund }
  | {
      readonly kind: 'asked';
      readonly transactionId: string;
      readonly told: RefundTold;
      /** one of the console, of which its channel has not said for 30 days what became of it */
      readonly overdue?: true;
    };

/** ms. What a channel has for its answer. */
const patience = 10_000;
/** s */
const day = 86_400;

/**
 * A refund that is due has no workflow that sees to it: the next is begun. What its channel has hinted at is asked for at
 * once, whoever has it in hand; one that was made at the console is written down.
 * @throws whatever the store or the workflow's service throws: the message is to come again
 * @see SPEC R6.3, R6.8, R8.1
 */
export async function syncRefund(
  dependencies: SyncRefundDependencies,
  message: RefundMessage,
): Promise<SyncedRefund> {
  const { tables, ports, start } = dependencies;
  if (!('refundId' in message)) return lookUp(dependencies, message);
  const refund = await getRefund(tables, message.refundId);
  if (!refund) return { kind: 'nothing_due' };
  if (message.hinted) return followed(dependencies, refund);
  if (!isOpen(refund)) return { kind: 'nothing_due' };
  if (refund.refundMethod !== 'ORIGINAL') {
    await putOffRefund(tables, refund, foundAfter(day, ports.now()));
    return { kind: 'unconfirmed', refund };
  }
  // Nobody here sent it: it is asked for, and never sent.
  if (refund.origin === 'EXTERNAL') {
    await putOffRefund(tables, refund, foundAfter(day, ports.now()));
    return remembered(dependencies, refund);
  }
  const run = refund.run + 1;
  if (!(await beginRun(tables, refund, foundAfter(0, ports.now())))) return { kind: 'nothing_due' };
  await start(refund.refundId, run);
  return { kind: 'begun', refund, run };
}

async function remembered(dependencies: SyncRefundDependencies, refund: Refund): Promise<SyncedRefund> {
  const asked = await ask(dependencies, refund);
  const isMoved = asked.told.kind === 'settled' && asked.told.settled.kind === 'moved';
  return isRefundOverdue(refund, dependencies.ports.now()) && !isMoved ? { ...asked, overdue: true } : asked;
}

/** @throws Error when the channel does not say, and nobody else will ask: the hint is not forgotten */
async function followed(dependencies: SyncRefundDependencies, refund: Refund): Promise<SyncedRefund> {
  const asked = await ask(dependencies, refund);
  const { told } = asked;
  // What was called failed may have gone: that is the news which this does not bring.
  const isSaid = told.kind === 'settled' && !(told.isInconclusive && refund.status === 'FAILED');
  if (isOpen(refund) || isSaid) return asked;
  throw new Error(`the channel does not say what became of ${refund.refundId}`);
}

async function ask(dependencies: SyncRefundDependencies, refund: Refund): Promise<Asked> {
  const { tables, ports } = dependencies;
  const { originalTransactionId: transactionId } = refund;
  const stored = await getPayment(tables, transactionId);
  if (!stored) throw new Error(`${refund.refundId} is there, and its payment is not`);
  const { payment } = stored;
  const channel = await orRefused(dependencies.channel(payment.paymentChannel));
  if (channel instanceof PaymentError) return { kind: 'asked', transactionId, told: unconnected(channel) };
  const deadline = ports.now() + patience;
  const reason = 'the channel told of it';
  const told = await askRefund({ tables, ports, channel, payment, refund, deadline, reason });
  return { kind: 'asked', transactionId, told };
}

/** @throws Error when the channel does not say, or its payment is not known as paid yet: the hint is not forgotten */
async function lookUp(
  dependencies: SyncRefundDependencies,
  message: Extract<RefundMessage, { gatewayRefundId: string }>,
): Promise<SyncedRefund> {
  const { tables, ports } = dependencies;
  const { transactionId, gatewayRefundId } = message;
  const stored = await getPayment(tables, transactionId);
  if (!stored) throw new Error(`${transactionId} has a refund and is not there`);
  const { gatewayOrderId, amountRequested } = stored.payment;
  const gatewayTransactionId = message.gatewayTransactionId ?? stored.payment.gatewayTransactionId;
  if (gatewayTransactionId === undefined)
    throw new Error(`${transactionId}: whose money refund ${gatewayRefundId} gave back is not known`);
  const channel = await dependencies.channel(stored.payment.paymentChannel);
  const outcome = await channel.gateway.queryRefund?.(
    {
      ...{ transactionId, gatewayRefundId, gatewayTransactionId, currency: amountRequested.currency },
      ...(gatewayOrderId !== undefined && { gatewayOrderId }),
    },
    { deadline: ports.now() + patience },
  );
  if (outcome?.kind !== 'ok')
    throw new Error(`the channel does not say what refund ${gatewayRefundId} is: ${outcome?.kind ?? 'none'}`);
  const snapshot = outcome.value;
  if (snapshot.state === 'not_found')
    throw new Error(`the channel does not show refund ${gatewayRefundId} yet`);
  const cause = { actor: `channel:${channel.code}`, reason: 'the channel told of a refund' };
  const settled = await settleRefund({ tables, ports }, { channelCode: channel.code, snapshot, cause });
  if (settled.kind === 'nothing_of_ours')
    throw new Error(`refund ${gatewayRefundId} is of no payment yet: ${settled.why}`);
  return { kind: 'asked', transactionId, told: { kind: 'settled', settled } };
}

function unconnected(cause: PaymentError): RefundTold {
  return { kind: 'unknown', reason: cause.code, cause };
}
