// The story of making a payment: one order, one live payment, one order at the gateway, whatever is repeated or lost.
import type { ConnectedChannel } from '../../lib/channels/channels.ts';
import { PaymentError } from '../../lib/domain/errors.ts';
import type { ChannelCode } from '../../lib/domain/ids.ts';
import type { Payment } from '../../lib/domain/payment.ts';
import { instant, type Ports } from '../../lib/domain/ports.ts';
import { settlePayment } from '../../lib/flows/settle-payment.ts';
import type { Outcome, Prepay } from '../../lib/gateways/gateway.ts';
import { leaseCreation } from '../../lib/store/locks.ts';
import { changePayment, getPayment, type StoredPayment } from '../../lib/store/payments.ts';
import type { Tables } from '../../lib/store/table.ts';
import { claimOrder } from './claim-order.ts';
import type { CreatePaymentBody } from './schema.ts';
import { paymentOf } from './terms.ts';

export interface CreateDependencies {
  readonly channel: (code: ChannelCode) => Promise<ConnectedChannel>;
  readonly tables: Tables;
  readonly ports: Ports;
}

export interface CreateRequest {
  readonly application: string;
  readonly body: CreatePaymentBody;
  /** ms since 1970 UTC */
  readonly deadline: number;
}

export type Created =
  | { readonly kind: 'created' | 'live'; readonly payment: Payment }
  /** Money may move by it: it stays PENDING_CREATE until the channel says. */
  | {
      readonly kind: 'unknown';
      readonly payment: Payment;
      readonly retryAfter: number;
      readonly reason: string;
    }
  | { readonly kind: 'declined'; readonly payment: Payment; readonly code: string; readonly message: string };

/** What is left of the deadline for writing down what the gateway said. */
const reserve = 3_000;
/** After the deadline nobody is speaking to the gateway for this payment any more. */
const grace = 5_000;
/** What a gateway gets to come to itself, once its answer is lost and before it is asked again. */
const pause = 2_000;

/**
 * 1. judge the request by the channel's rules · 2. take the order's lock and write PENDING_CREATE, in one transaction ·
 * 3. somebody's earlier attempt got stuck: ask the gateway what became of it · 4. ask the gateway for the means to pay ·
 * 5. write down what it said, unless somebody was quicker.
 * @throws PaymentError
 * @see SPEC R4.1, R4.2, R5.1; DESIGN 13.3
 */
export async function createPayment(
  dependencies: CreateDependencies,
  request: CreateRequest,
): Promise<Created> {
  const channel = await dependencies.channel(request.body.payment_channel);
  const wanted = paymentOf(request.body, request.application, channel, dependencies.ports);
  const claim = await claimOrder(dependencies, wanted, request.deadline + grace);
  if (claim.kind === 'live') return { kind: 'live', payment: claim.stored.payment };
  const attempt: Attempt = { ...dependencies, channel, deadline: request.deadline, stored: claim.stored };
  if (claim.kind === 'stuck') {
    const told = await ask(attempt);
    if (told) return told;
  }
  return prepay(attempt);
}

interface Attempt extends Omit<CreateDependencies, 'channel'> {
  readonly channel: ConnectedChannel;
  readonly deadline: number;
  readonly stored: StoredPayment;
}

/** @returns nothing when the gateway has no money and no closing to tell of: the request may be made again */
async function ask(attempt: Attempt): Promise<Created | undefined> {
  const { channel, deadline, stored, tables, ports } = attempt;
  const { transactionId, amountRequested } = stored.payment;
  const outcome = await channel.gateway.queryPayment(
    { transactionId, currency: amountRequested.currency },
    { deadline: deadline - reserve },
  );
  if (outcome.kind !== 'ok') return asItIs(attempt, outcome);
  const { state } = outcome.value;
  if (state === 'not_found' || state === 'pending') return undefined;
  await settlePayment(
    { tables, ports },
    {
      channelCode: channel.code,
      snapshot: outcome.value,
      cause: { actor: `channel:${channel.code}`, reason: 'asked while creating' },
    },
  );
  return asItIs(attempt);
}

async function prepay(attempt: Attempt): Promise<Created> {
  const { channel, deadline, stored } = attempt;
  const { payment } = stored;
  const outcome = await channel.gateway.prepay(
    {
      transactionId: payment.transactionId,
      method: payment.paymentMethod,
      amount: payment.amountRequested,
      subject: payment.subject,
      expiresAt: payment.expiresAt,
      callbackUrl: channel.row.callbackUrlPayment,
    },
    { deadline: deadline - reserve },
  );
  switch (outcome.kind) {
    case 'ok':
      return pending(attempt, outcome.value);
    case 'declined':
      return declined(attempt, outcome);
    case 'retry_later':
    case 'unknown':
      return asItIs(attempt, outcome);
  }
}

async function pending(attempt: Attempt, value: Prepay): Promise<Created> {
  const { gatewayTransactionId, prepayInfo } = value;
  const change = {
    status: 'PENDING_PAYMENT',
    prepayInfo,
    ...(gatewayTransactionId !== undefined && { gatewayTransactionId }),
  } as const;
  return (await write(attempt, change, 'the channel gave the means to pay')) ?? asItIs(attempt);
}

async function declined(attempt: Attempt, no: Outcome<Prepay> & { kind: 'declined' }): Promise<Created> {
  // "It is paid" and "it is closed" are no refusals but news of an earlier attempt: the gateway is asked for the facts.
  if (no.code === 'already_paid' || no.code === 'already_closed')
    return (await ask(attempt)) ?? asItIs(attempt);
  const change = {
    status: 'PAID_FAILED',
    errorCode: no.code === 'misconfigured' ? 'CHANNEL_MISCONFIGURED' : 'CHANNEL_DECLINED',
    channelErrorCode: no.channelCode,
  } as const;
  const failed = await write(attempt, change, `the channel declined: ${no.code}`);
  if (!failed) return asItIs(attempt);
  return { kind: 'declined', payment: failed.payment, code: no.code, message: no.channelCode };
}

/** Step 5. @returns nothing when somebody moved the payment meanwhile */
async function write(
  { tables, ports, stored, channel }: Attempt,
  change: Partial<Payment>,
  reason: string,
): Promise<(Created & { kind: 'created' }) | undefined> {
  const { payment } = stored;
  const after = { ...payment, ...change, version: payment.version + 1, updatedAt: instant(ports) };
  const cause = { actor: `channel:${channel.code}`, reason };
  const changed = await changePayment(tables, stored, after, cause);
  return changed === 'changed' ? { kind: 'created', payment: after } : undefined;
}

/**
 * Somebody else's word was quicker than ours, and stands. One that moved no status (an anomaly) settles nothing.
 * @param otherwise why nothing is known when nobody's was
 */
async function asItIs(
  attempt: Attempt,
  otherwise: NoAnswer = { kind: 'unknown', reason: 'other_order' },
): Promise<Created> {
  const { transactionId } = attempt.stored.payment;
  const stored = await getPayment(attempt.tables, transactionId);
  if (!stored) throw new Error(`${transactionId} was written and is not there`);
  if (stored.payment.status === 'PENDING_CREATE') return unknown({ ...attempt, stored }, otherwise);
  return { kind: 'created', payment: stored.payment };
}

type NoAnswer = Exclude<Outcome<unknown>, { kind: 'ok' }>;

/** The next create of this order may ask the gateway soon: nobody is speaking to it for this payment any more. */
async function unknown({ tables, ports, deadline, stored }: Attempt, outcome: NoAnswer): Promise<Created> {
  const held = deadline + grace;
  const soon = ports.now() + pause;
  // If this is not written, the lease runs out by itself.
  const handed = await leaseCreation(tables, stored.payment, held, soon).catch(() => false);
  const retryAfter = Math.max(1, Math.ceil(((handed ? soon : held) - ports.now()) / 1000));
  if (outcome.kind === 'retry_later')
    throw new PaymentError('GATEWAY_UNAVAILABLE', {
      retryAfter,
      transactionId: stored.payment.transactionId,
    });
  const reason = outcome.kind === 'unknown' ? outcome.reason : outcome.code;
  return { kind: 'unknown', payment: stored.payment, retryAfter, reason };
}
