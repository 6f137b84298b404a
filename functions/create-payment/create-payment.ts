// The story of making a payment: one order, one live payment, one order at the gateway, whatever is repeated or lost.
import type { ConnectedChannel } from '../../lib/channels/channels.ts';
import { PaymentError } from '../../lib/domain/errors.ts';
import type { ChannelCode } from '../../lib/domain/ids.ts';
import { isPaid, type Payment } from '../../lib/domain/payment.ts';
import { instant, type Ports } from '../../lib/domain/ports.ts';
import type { DeclineCode, Outcome, Prepay } from '../../lib/gateways/gateway.ts';
import { leaseCreation } from '../../lib/store/locks.ts';
import { changePayment, getPayment } from '../../lib/store/payments.ts';
import type { Tables } from '../../lib/store/table.ts';
import { claimOrder, type Claim } from './claim-order.ts';
import { ask, reserve, retire, type Attempt, type Unanswered } from './earlier-payment.ts';
import type { CreatePaymentBody } from './schema.ts';
import { wantedPayment } from './terms.ts';

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
  | ({ readonly kind: 'unknown'; readonly payment: Payment; readonly retryAfter: number } & Unanswered)
  | { readonly kind: 'declined'; readonly payment: Payment; readonly code: DeclineCode };

/** After the deadline nobody is speaking to the gateway for this payment any more. */
const grace = 5_000;
/** What a gateway gets to come to itself, once its answer is lost and before it is asked again. */
const pause = 2_000;
const rounds = 4;

/**
 * 1. judge what is asked for · 2. take the order's lock and write PENDING_CREATE, in one transaction · 3. an earlier
 * payment of the order got stuck or ran out: ask the gateway what became of it, write that down, and look again ·
 * 4. ask the gateway for the means to pay · 5. write down what it said, unless somebody was quicker.
 * @throws PaymentError
 * @see SPEC R4.1, R4.2, R4.5, R5.1; DESIGN 13.3
 */
export async function createPayment(
  dependencies: CreateDependencies,
  request: CreateRequest,
): Promise<Created> {
  const { body, application, deadline } = request;
  const channel = await dependencies.channel(body.payment_channel);
  const wanted = wantedPayment(body, application, channel, dependencies.ports);
  for (let round = 1; round <= rounds; round++) {
    const claim = await claimOrder(dependencies, wanted, deadline + grace);
    const attempt = { ...dependencies, deadline, stored: claim.stored, fresh: claim.kind === 'new' };
    const asked = await dependencies.channel(claim.stored.payment.paymentChannel);
    const created = await carryOn({ ...attempt, channel: asked }, claim.kind);
    if (created) return created;
  }
  throw new PaymentError('STATE_CONFLICT', { retryAfter: 1 });
}

/** @returns nothing when the order is to be looked at again */
async function carryOn(attempt: Attempt, kind: Claim['kind']): Promise<Created | undefined> {
  switch (kind) {
    case 'new':
      return prepay(attempt);
    case 'live':
      return { kind: 'live', payment: attempt.stored.payment };
    case 'stuck': {
      const asked = await ask(attempt);
      if (asked.kind === 'unknown') return unknown(attempt, asked);
      return asked.kind === 'settled' ? undefined : prepay(attempt);
    }
    case 'expired':
      return retire(attempt);
  }
}

async function prepay(attempt: Attempt): Promise<Created | undefined> {
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
      return putOff(attempt);
    case 'unknown':
      return asItIs(attempt, outcome);
  }
}

async function pending(attempt: Attempt, value: Prepay): Promise<Created | undefined> {
  const { gatewayTransactionId, prepayInfo } = value;
  const change = {
    status: 'PENDING_PAYMENT',
    prepayInfo,
    ...(gatewayTransactionId !== undefined && { gatewayTransactionId }),
  } as const;
  const payment = await write(attempt, change, 'the channel gave the means to pay');
  return payment ? { kind: 'created', payment } : asItIs(attempt);
}

/** These are no refusals but news of an earlier call for the same number: the gateway is asked for the facts. */
const newsOfEarlier: readonly DeclineCode[] = ['already_paid', 'already_closed', 'duplicate_order'];

async function declined(
  attempt: Attempt,
  no: Outcome<Prepay> & { kind: 'declined' },
): Promise<Created | undefined> {
  if (newsOfEarlier.includes(no.code)) {
    const asked = await ask(attempt);
    return asItIs(
      attempt,
      asked.kind === 'unknown' ? asked : { reason: no.code, channelCode: no.channelCode },
    );
  }
  const change = {
    status: 'PAID_FAILED',
    errorCode: no.code === 'misconfigured' ? 'CHANNEL_MISCONFIGURED' : 'CHANNEL_DECLINED',
    channelErrorCode: no.channelCode,
  } as const;
  const payment = await write(attempt, change, `the channel declined: ${no.code}`);
  return payment ? { kind: 'declined', payment, code: no.code } : asItIs(attempt);
}

/** Step 5. @returns nothing when somebody moved the payment meanwhile */
async function write(
  { tables, ports, stored, channel }: Attempt,
  change: Partial<Payment>,
  reason: string,
): Promise<Payment | undefined> {
  const { payment } = stored;
  const after = { ...payment, ...change, version: payment.version + 1, updatedAt: instant(ports) };
  const cause = { actor: `channel:${channel.code}`, reason };
  return (await changePayment(tables, stored, after, cause)) === 'changed' ? after : undefined;
}

/**
 * Somebody else's word may have been quicker than ours; then it stands, and the order is looked at again.
 * @param otherwise why nothing is known when nobody's was
 */
async function asItIs(
  attempt: Attempt,
  otherwise: Unanswered = { reason: 'other_order' },
): Promise<Created | undefined> {
  const { transactionId } = attempt.stored.payment;
  const stored = await getPayment(attempt.tables, transactionId);
  if (!stored) throw new Error(`${transactionId} was written and is not there`);
  const { payment } = stored;
  if (attempt.fresh && isPaid(payment.status)) return { kind: 'created', payment };
  if (attempt.fresh && payment.status === 'CLOSED')
    throw new PaymentError('STATE_CONFLICT', { transactionId, retryAfter: 1 });
  if (payment.status !== 'PENDING_CREATE' || payment.anomaly) return undefined;
  return unknown({ ...attempt, stored }, otherwise);
}

async function unknown(attempt: Attempt, { reason, channelCode }: Unanswered): Promise<Created> {
  const retryAfter = await handOn(attempt);
  const { payment } = attempt.stored;
  return { kind: 'unknown', payment, retryAfter, reason, ...(channelCode !== undefined && { channelCode }) };
}

/** Proved not executed. */
async function putOff(attempt: Attempt): Promise<never> {
  const { transactionId } = attempt.stored.payment;
  throw new PaymentError('GATEWAY_UNAVAILABLE', { retryAfter: await handOn(attempt), transactionId });
}

/**
 * The next create of this order may ask the gateway soon: nobody is speaking to it for this payment any more.
 * @returns seconds until then
 */
async function handOn({ tables, ports, deadline, stored }: Attempt): Promise<number> {
  const held = deadline + grace;
  const soon = ports.now() + pause;
  // If this is not written, the lease runs out by itself.
  const handed = await leaseCreation(tables, stored.payment, held, soon).catch(() => false);
  return Math.max(1, Math.ceil(((handed ? soon : held) - ports.now()) / 1000));
}
