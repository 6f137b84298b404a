// The story of making a payment: one order, one live payment, one order at the gateway, whatever is repeated or lost.
import type { ConnectedChannel } from '../../lib/channels/channels.ts';
import { PaymentError, type ErrorCode } from '../../lib/domain/errors.ts';
import type { ChannelCode } from '../../lib/domain/ids.ts';
import type { Ports } from '../../lib/domain/ports.ts';
import { askChannel } from '../../lib/flows/ask-channel.ts';
import type { Tables } from '../../lib/store/table.ts';
import { claimOrder, make, type Claim } from './claim-order.ts';
import { makeRoom, retire, superseded } from './earlier-payment.ts';
import { prepay, unknown, type Attempt, type Created } from './prepay.ts';
import { waysOf, type CreatePaymentBody } from './schema.ts';
import { wantedPayment, type Wanted } from './terms.ts';

export interface CreateDependencies {
  readonly channel: (code: ChannelCode) => Promise<ConnectedChannel>;
  readonly tables: Tables;
  readonly ports: Ports;
  /** Hears of a preferred channel that is not taken, and why: the caller does not. */
  readonly passedOver?: (code: ChannelCode, why: string) => void;
}

export interface CreateRequest {
  readonly application: string;
  /** where payers of this application may be sent back to */
  readonly returnOrigins: readonly string[];
  readonly body: CreatePaymentBody;
  /** ms since 1970 UTC */
  readonly deadline: number;
}

/** After the deadline nobody is speaking to the gateway for this payment any more. */
const grace = 5_000;
/** What is left of the deadline for writing down what the gateway said. */
const reserve = 3_000;
const rounds = 4;

/**
 * 1. judge what is asked for · 2. take the order's lock and write PENDING_CREATE, in one transaction · 3. an earlier
 * payment of the order got stuck, ran out or goes another way: ask its channel what became of it, close it, write that
 * down, and look again · 4. ask the gateway for the means to pay · 5. write down what it said, unless somebody was quicker ·
 * 6. several channels are preferred: the next one, if this one provably refused. Never after an answer that is unknown.
 * @throws PaymentError
 * @see SPEC R4.1, R4.2, R4.5, R4.8, R5.1, R5.2; DESIGN 13.3
 */
export async function createPayment(
  dependencies: CreateDependencies,
  request: CreateRequest,
): Promise<Created> {
  const possible = await possibleWays(dependencies, request);
  for (const [place, wanted] of possible.entries()) {
    const created = await createBy(dependencies, request, wanted);
    if (created.kind !== 'declined' || place === possible.length - 1) return created;
    dependencies.passedOver?.(created.payment.paymentChannel, created.payment.errorCode ?? created.code);
  }
  throw new Error('there is no way to pay');
}

/** Of several preferred ways those that can be gone; a single one is judged when its time comes. @see SPEC R4.8 */
async function possibleWays(
  { channel, ports, passedOver }: CreateDependencies,
  request: CreateRequest,
): Promise<readonly Wanted[]> {
  const ways = waysOf(request.body);
  const possible: Wanted[] = [];
  let first: PaymentError | undefined;
  for (const way of ways) {
    try {
      const connected = await channel(way.channel);
      const wanted = wantedPayment(request, ways, { channel: connected, method: way.method }, ports);
      if (ways.length > 1) wanted.payment();
      possible.push(wanted);
    } catch (error) {
      if (!(error instanceof PaymentError) || !passable.has(error.code)) throw error;
      first ??= error;
      if (ways.length > 1) passedOver?.(way.channel, error.code);
    }
  }
  if (possible.length === 0 && first) throw first;
  return possible;
}

/** What speaks against one channel, and not against the request. */
const passable: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'CHANNEL_DISABLED',
  'CHANNEL_MISCONFIGURED',
  'METHOD_UNKNOWN',
  'CURRENCY_CHANNEL_MISMATCH',
  'AMOUNT_OUT_OF_RANGE',
  'EXPIRE_INVALID',
]);

async function createBy(
  dependencies: CreateDependencies,
  request: CreateRequest,
  wanted: Wanted,
): Promise<Created> {
  const until = request.deadline + grace;
  for (let round = 1; round <= rounds; round++) {
    const claim = await claimOrder(dependencies, wanted, until);
    const created = await carryOn(await attempted(dependencies, request, claim), wanted, claim);
    if (created) return created;
  }
  throw new PaymentError('STATE_CONFLICT', { retryAfter: 1 });
}

async function attempted(
  { tables, ports, channel }: CreateDependencies,
  { deadline }: CreateRequest,
  { kind, stored }: Claim,
): Promise<Attempt> {
  return {
    tables,
    ports,
    stored,
    channel: await channel(stored.payment.paymentChannel),
    deadline: deadline - reserve,
    until: deadline + grace,
    fresh: kind === 'new',
    reason: 'asked while creating',
  };
}

/** @returns nothing when the order is to be looked at again */
async function carryOn(attempt: Attempt, wanted: Wanted, claim: Claim): Promise<Created | undefined> {
  switch (claim.kind) {
    case 'new':
      return prepay(attempt);
    case 'live':
      return { kind: 'live', payment: attempt.stored.payment };
    case 'stuck': {
      const told = await askChannel(attempt);
      if (told.kind === 'unknown') return unknown(attempt, told);
      return told.kind === 'open' ? prepay(attempt) : undefined;
    }
    case 'expired':
      await retire({ ...attempt, reason: 'expired' });
      return undefined;
    case 'in_the_way':
      return otherWay(attempt, wanted, claim.held);
  }
}

/** The new payment is judged before the earlier one is touched. */
async function otherWay(
  attempt: Attempt,
  wanted: Wanted,
  held: (Claim & { kind: 'in_the_way' })['held'],
): Promise<Created | undefined> {
  const payment = wanted.payment();
  const reason = 'the payer chose another way';
  const earlier = { ...attempt, reason };
  const made = await makeRoom(earlier, held, attempt.until, ({ stored }) => {
    const cause = { actor: wanted.application, reason };
    const change = { after: superseded(earlier, payment), cause };
    return make(attempt, wanted.application, payment, { held, stored, change }, attempt.until);
  });
  return made && prepay({ ...attempt, channel: wanted.channel, stored: made.stored, fresh: true });
}
