// The one door by which a channel's word reaches a payment: callback, query and synchronous answer all enter here.
import { notDue } from '../domain/due.ts';
import type { ChannelCode } from '../domain/ids.ts';
import { byPolicy, type Anomaly, type AnomalyPolicy } from '../domain/anomaly.ts';
import { isUnderReview, type Payment } from '../domain/payment.ts';
import { instant, type Ports } from '../domain/ports.ts';
import {
  anomaly,
  decide,
  found,
  withAnomaly,
  type Decision,
  type PaymentSnapshot,
} from '../domain/settlement.ts';
import { keepCallback, keepCallbackAlone, type KeptCallback } from '../store/callbacks.ts';
import type { Cause } from '../store/events.ts';
import {
  changePayment,
  getPayment,
  type Beside,
  type Changed,
  type StoredPayment,
} from '../store/payments.ts';
import { getOrderLock, type OrderChange } from '../store/locks.ts';
import type { Tables } from '../store/table.ts';
import { goneBack } from './gone-back.ts';
import { matesOf } from './order-mates.ts';
import { resolveAnomaly, type Resolved } from './resolve-anomaly.ts';

export interface SettleDependencies {
  readonly tables: Tables;
  readonly ports: Ports;
}

export interface Word {
  readonly channelCode: ChannelCode;
  readonly snapshot: PaymentSnapshot;
  readonly cause: Cause;
  /** what the channel's configuration says of late and wrong money */
  readonly policy: AnomalyPolicy;
  /** the raw callback, where one brought the word */
  readonly callback?: KeptCallback;
  /** the payment's version before the channel was asked: the word is about no later one */
  readonly version?: number;
}

export type Settled =
  | { readonly kind: 'moved' | 'anomaly' | 'unchanged'; readonly payment: Payment; readonly why: string }
  /** somebody changed the payment since the channel was asked */
  | { readonly kind: 'overtaken'; readonly payment: Payment }
  /** there is no payment of that number, it went through another channel, or it is another order there */
  | {
      readonly kind: 'nothing_of_ours';
      readonly why: 'not_there' | 'not_yet' | 'other_channel' | 'other_order';
    };

const rounds = 10;

/**
 * Brings our record to what is now known:
 * 1. read the payment · 2. decide, purely · 3. write state, event, locks and raw callback in one transaction ·
 * 4. if somebody moved the payment meanwhile, begin again · 5. late or wrong money follows the policy.
 * A word that changes nothing costs one read; its callback is kept once when it contradicts what we hold.
 * @throws Error when the store gives no verdict, or after ten rounds of being overtaken: the word is to be brought again
 * @see SPEC R4.4, R5.5, R5.6, R7.2
 */
export async function settlePayment(dependencies: SettleDependencies, word: Word): Promise<Settled> {
  const { tables, ports } = dependencies;
  for (let round = 1; round <= rounds; round++) {
    const stored = await getPayment(tables, word.snapshot.transactionId);
    if (!stored) return { kind: 'nothing_of_ours', why: 'not_there' };
    const { payment } = stored;
    if (word.version !== undefined && payment.version !== word.version) return { kind: 'overtaken', payment };
    const at = instant(ports);
    const decision = decide(payment, word.channelCode, word.snapshot, at);
    const settled = await carryOut(dependencies, stored, word, decision, at);
    if (settled !== 'again') return follow(dependencies, word, settled);
  }
  throw new Error(`settle: ${word.snapshot.transactionId} was overtaken ${rounds} times`);
}

/**
 * Also when the anomaly was found before: whoever found it may not have come so far. Money that became known as a duplicate
 * on the way follows the policy of duplicates.
 */
async function follow(
  dependencies: SettleDependencies,
  { policy }: Word,
  settled: Settled,
): Promise<Settled> {
  if (settled.kind === 'nothing_of_ours') return settled;
  let { payment } = settled;
  for (let step = 1; step <= rounds; step++) {
    const { anomaly } = payment;
    const action = anomaly && isUnderReview(payment) ? byPolicy(anomaly, policy) : 'hold';
    if (!anomaly || action === 'hold') break;
    const verdict = {
      action: action === 'auto_refund' ? 'refund' : action,
      by: 'policy',
      reason: `anomaly_policy ${anomaly.kind}`,
      gatewayTransactionId: anomaly.gatewayTransactionId,
    } as const;
    const resolved = await resolveAnomaly(dependencies, payment.transactionId, verdict);
    payment = resolved.payment;
    if (forPeople.has(resolved.kind)) break;
  }
  return { ...settled, payment };
}

/** What no policy can do. */
const forPeople: ReadonlySet<Resolved['kind']> = new Set(['not_acceptable', 'partly_back', 'paid_with_it']);

async function carryOut(
  dependencies: SettleDependencies,
  stored: StoredPayment,
  word: Word,
  decision: Decision,
  at: string,
): Promise<Settled | 'again'> {
  const { payment } = stored;
  switch (decision.kind) {
    case 'foreign':
      return { kind: 'nothing_of_ours', why: decision.why };
    case 'none':
      if (decision.why === 'stale' && word.callback)
        await keepCallbackAlone(dependencies.tables, word.callback);
      return { kind: 'unchanged', payment, why: decision.why };
    case 'anomaly': {
      // The channel is asked on: what was found may not be all, and what waits for a decision must not be forgotten.
      const after = { ...next(payment, at), ...withAnomaly(payment, decision.anomaly) };
      const changed = await write(dependencies, stored, after, word, besideAnomaly(decision.anomaly, word));
      if (changed === 'changed') return { kind: 'anomaly', payment: after, why: decision.anomaly.kind };
      return otherwise(dependencies, stored, word, changed, at);
    }
    case 'move': {
      const less = await partlyBack(dependencies, payment, word, at);
      if (less) return carryOut(dependencies, stored, word, less, at);
      const after = { ...notDue(next(payment, at)), ...decision.change, status: decision.to };
      return move(dependencies, stored, after, word);
    }
  }
}

/** Of money that was wrong until now, or of which only a refund was known: what is left of it is less than was asked for. */
async function partlyBack(
  { tables }: SettleDependencies,
  payment: Payment,
  { snapshot }: Word,
  at: string,
): Promise<Decision | undefined> {
  if (snapshot.state !== 'paid') return undefined;
  const back = await goneBack(tables, payment, snapshot.gatewayTransactionId);
  return back.length > 0 ? found(payment, anomaly('UNDERPAID', snapshot, at)) : undefined;
}

/** An order of which nobody else is to be thought pays in one go; else what becomes of the others is written with it. */
async function move(
  dependencies: SettleDependencies,
  stored: StoredPayment,
  after: Payment,
  word: Word,
): Promise<Settled | 'again'> {
  const { updatedAt: at } = after;
  const moved: Settled = { kind: 'moved', payment: after, why: after.status };
  if (after.status !== 'PAID_SUCCESS') {
    const changed = await write(dependencies, stored, after, word, {});
    return changed === 'changed' ? moved : again(stored, changed);
  }
  const alone = { pays: true, waiting: new Set<never>() } as const;
  if (after.supersededBy === undefined) {
    const changed = await write(dependencies, stored, after, word, { ...gatewayLock(word), order: alone });
    if (changed === 'changed') return moved;
    if (changed !== 'order_stands_otherwise') return otherwise(dependencies, stored, word, changed, at);
  }
  const lock = await getOrderLock(dependencies.tables, after);
  if (!lock) throw new Error(`the order of ${after.transactionId} has no lock`);
  const { paidBy, underReview: waiting = new Set<never>() } = lock;
  if (paidBy !== undefined && paidBy !== after.transactionId)
    return otherwise(dependencies, stored, word, 'order_stands_otherwise', at);
  const mates = await matesOf(dependencies.tables, after, lock, at);
  const beside = { ...gatewayLock(word), order: { pays: true, waiting }, mates } as const;
  const changed = await write(dependencies, stored, after, word, beside);
  if (changed === 'changed') return moved;
  return changed === 'order_stands_otherwise' ? 'again' : otherwise(dependencies, stored, word, changed, at);
}

/** Something stood in the way. Of money, it may say what kind of money it is. */
async function otherwise(
  dependencies: SettleDependencies,
  stored: StoredPayment,
  word: Word,
  changed: Changed,
  at: string,
): Promise<Settled | 'again'> {
  const rival = rivalry(changed, stored.payment, word.snapshot, at);
  return rival ? carryOut(dependencies, stored, word, rival, at) : again(stored, changed);
}

function next(payment: Payment, at: string): Payment {
  return { ...payment, version: payment.version + 1, updatedAt: at };
}

function write(
  { tables }: SettleDependencies,
  stored: StoredPayment,
  after: Payment,
  word: Word,
  beside: Beside,
): Promise<Changed> {
  const callback = word.callback && keepCallback(tables, word.callback);
  return changePayment(tables, stored, after, word.cause, { ...beside, ...(callback && { callback }) });
}

/** Until somebody has decided, the order is not collected again. Late money for an order paid by another is a duplicate. */
function besideAnomaly({ kind }: Anomaly, word: Word): Beside {
  const order: OrderChange =
    kind === 'PAID_AFTER_CLOSE' ? { review: 'begins', unlessPaidByOther: true } : { review: 'begins' };
  return { ...(kind !== 'GATEWAY_ID_REUSED' && gatewayLock(word)), order };
}

/** Money that is held belongs to its payment, too: no other may be paid with it. */
function gatewayLock({ channelCode, snapshot }: Word): Beside {
  if (snapshot.state !== 'paid') return {};
  return { gatewayId: { channelCode, gatewayTransactionId: snapshot.gatewayTransactionId } };
}

/** Money that came, but not for this: what a lock held by another payment makes of it. */
function rivalry(
  changed: Changed,
  payment: Payment,
  snapshot: PaymentSnapshot,
  at: string,
): Decision | undefined {
  if (snapshot.state !== 'paid') return undefined;
  if (changed === 'gateway_id_taken') return found(payment, anomaly('GATEWAY_ID_REUSED', snapshot, at));
  if (changed === 'order_stands_otherwise') return found(payment, anomaly('DUPLICATE_PAID', snapshot, at));
  return undefined;
}

/** Overtaken: read anew. The same facts kept before: what they meant was done then, if anything. */
function again({ payment }: StoredPayment, changed: Changed): Settled | 'again' {
  return changed === 'callback_known' ? { kind: 'unchanged', payment, why: 'duplicate' } : 'again';
}
