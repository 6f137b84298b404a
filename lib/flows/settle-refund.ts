// The one door by which a channel's word reaches a refund: callback, query and synchronous answer all enter here.
import { paymentOf, type ChannelCode, type RefundId, type TransactionId } from '../domain/ids.ts';
import { isPaid } from '../domain/payment.ts';
import { instant, type Ports } from '../domain/ports.ts';
import { refundEventOf, type Refund, type RefundSnapshot } from '../domain/refund.ts';
import { decideRefund } from '../domain/refund-settlement.ts';
import { keepCallback, keepCallbackAlone, type KeptCallback } from '../store/callbacks.ts';
import type { Cause } from '../store/events.ts';
import { getPayment, type StoredPayment } from '../store/payments.ts';
import {
  changeRefund,
  findRefund,
  getRefund,
  paymentByMoney,
  type RefundChange,
  type RefundChanged,
  type RefundName,
} from '../store/refunds.ts';
import type { Tables } from '../store/table.ts';
import { externalRefund } from './external-refund.ts';
import { paymentStep, refundSteps, type PaymentPart } from './refund-payment.ts';

export interface SettleRefundDependencies {
  readonly tables: Tables;
  readonly ports: Pick<Ports, 'now' | 'random' | 'sleep'>;
}

export interface RefundWord {
  readonly channelCode: ChannelCode;
  readonly snapshot: RefundSnapshot;
  readonly cause: Cause;
  /** the raw callback, where one brought the word */
  readonly callback?: Omit<KeptCallback, 'transactionId'>;
}

export type SettledRefund =
  | { readonly kind: 'moved' | 'unchanged' | 'contradicts'; readonly refund: Refund; readonly why: string }
  | {
      readonly kind: 'nothing_of_ours';
      readonly why: 'no_such_payment' | 'no_such_refund' | 'other_channel';
      readonly transactionId?: TransactionId;
    };

const rounds = 20;

/**
 * 1. find the payment and its refund; one of the console is written down with its first word · 2. decide, purely · 3. write
 * refund, payment, events and raw callback in one transaction · 4. overtaken: begin again.
 * @throws Error when the store gives no verdict, or after twenty rounds of being overtaken: the word is to be brought again
 * @see SPEC R4.4, R6.6, R6.8, R6.11, R7.2
 */
export async function settleRefund(
  dependencies: SettleRefundDependencies,
  word: RefundWord,
): Promise<SettledRefund> {
  const { tables, ports } = dependencies;
  const { snapshot, channelCode } = word;
  const id = await paymentNamed(tables, channelCode, snapshot);
  if (!id) return { kind: 'nothing_of_ours', why: 'no_such_payment' };
  for (let round = 1; round <= rounds; round++) {
    const stored = await getPayment(tables, id);
    if (!stored) return { kind: 'nothing_of_ours', why: 'no_such_payment', transactionId: id };
    if (stored.payment.paymentChannel !== channelCode)
      return { kind: 'nothing_of_ours', why: 'other_channel', transactionId: id };
    const settled = await settleOnce(dependencies, stored, word);
    if (settled) return settled;
    await ports.sleep(ports.random() * 20 * round);
  }
  throw new Error(`settle: a refund of ${id} was overtaken ${rounds} times`);
}

async function paymentNamed(
  tables: Tables,
  channelCode: ChannelCode,
  { refundId, transactionId, gatewayTransactionId }: RefundSnapshot,
): Promise<TransactionId | undefined> {
  if (refundId !== undefined) return paymentOf(refundId);
  if (transactionId !== undefined) return transactionId;
  return gatewayTransactionId === undefined
    ? undefined
    : paymentByMoney(tables, channelCode, gatewayTransactionId);
}

/** @returns nothing when somebody was quicker */
async function settleOnce(
  dependencies: SettleRefundDependencies,
  stored: StoredPayment,
  word: RefundWord,
): Promise<SettledRefund | undefined> {
  const { tables, ports } = dependencies;
  const { transactionId } = stored.payment;
  const id = await refundNamed(tables, transactionId, word);
  if (id === undefined) return recordExternal(dependencies, stored, word);
  const refund = await getRefund(tables, id);
  if (!refund) return { kind: 'nothing_of_ours', why: 'no_such_refund', transactionId };
  const at = instant(ports);
  const decision = decideRefund(refund, word.snapshot, at);
  if (decision.kind !== 'change') {
    if (decision.why !== 'duplicate') await keepAlone(tables, word, transactionId);
    return {
      kind: decision.kind === 'contradiction' ? 'contradicts' : 'unchanged',
      refund,
      why: decision.why,
    };
  }
  const after = changed(refund, decision.change, at);
  const part = paymentStep(stored.payment, refund, after, at);
  const changes = { before: refund, after, steps: refundSteps(refund, after, part) };
  const written = await write(
    tables,
    stored,
    word,
    changes,
    at,
    part,
    newName(word, transactionId, refund, after),
  );
  if (written !== 'name_taken') return verdict(written, after, refund);
  await keepAlone(tables, word, transactionId);
  return { kind: 'contradicts', refund, why: 'number_of_another' };
}

/** What contradicts, or comes late, moves nothing: its bytes are there for whoever asks why. */
async function keepAlone(tables: Tables, { callback }: RefundWord, transactionId: TransactionId) {
  if (callback) await keepCallbackAlone(tables, { ...callback, transactionId });
}

async function refundNamed(
  tables: Tables,
  transactionId: TransactionId,
  { channelCode, snapshot: { refundId, gatewayRefundId } }: RefundWord,
): Promise<RefundId | undefined> {
  if (refundId !== undefined || gatewayRefundId === undefined) return refundId;
  return findRefund(tables, { channelCode, transactionId, gatewayRefundId });
}

/** The provider's number of it, once it is known: nobody may record the same money a second time. */
function newName(
  { channelCode }: RefundWord,
  transactionId: TransactionId,
  { gatewayRefundId: known }: Refund,
  { gatewayRefundId }: Refund,
): RefundName | undefined {
  return gatewayRefundId !== undefined && gatewayRefundId !== known
    ? { channelCode, transactionId, gatewayRefundId }
    : undefined;
}

/** Nobody has to do anything once it goes on, and nothing went of what came back. */
function changed(refund: Refund, change: Partial<Refund>, at: string): Refund {
  const after: { -readonly [Key in keyof Refund]: Refund[Key] } = { ...refund, ...change, updatedAt: at };
  if (!change.needsAction) delete after.needsAction;
  if (after.status === 'SUCCESS') {
    delete after.errorCode;
    delete after.channelErrorCode;
    delete after.failedAt;
  }
  if (after.status === 'FAILED') {
    delete after.amountRefunded;
    delete after.refundedAt;
  }
  return after;
}

/** A refund that the merchant made at the provider's own console. @see SPEC R6.8 */
async function recordExternal(
  dependencies: SettleRefundDependencies,
  stored: StoredPayment,
  word: RefundWord,
): Promise<SettledRefund | undefined> {
  const { tables, ports } = dependencies;
  const { payment } = stored;
  const { snapshot, channelCode } = word;
  const { gatewayRefundId } = snapshot;
  const { transactionId } = payment;
  if (gatewayRefundId === undefined) return { kind: 'nothing_of_ours', why: 'no_such_refund', transactionId };
  const money = snapshot.gatewayTransactionId ?? payment.gatewayTransactionId;
  if (money === undefined || !(isPaid(payment.status) || payment.anomaly))
    return { kind: 'nothing_of_ours', why: 'no_such_payment', transactionId };
  const at = instant(ports);
  const made = externalRefund(payment, snapshot, gatewayRefundId, money, at);
  const decision = decideRefund(made, { ...snapshot, gatewayTransactionId: money }, at);
  const after = decision.kind === 'change' ? changed(made, decision.change, at) : made;
  const part = paymentStep(payment, undefined, after, at);
  const refunds = (payment.refunds ?? 0) + 1;
  const isOpenStill = after.status === made.status;
  const born = {
    name: 'refund.created',
    payment: isOpenStill ? { refunds, ...part.sums } : { refunds },
    refund: { before: undefined, after: made },
  } as const;
  const change = { after, steps: [born, ...since(made, after, part, isOpenStill)] };
  const name = { channelCode, transactionId, gatewayRefundId };
  return verdict(await write(tables, stored, word, change, at, part, name), after);
}

/** What its first word made of it, beyond its being there. */
function since(made: Refund, after: Refund, part: PaymentPart, isOpenStill: boolean): RefundChange['steps'] {
  if (!isOpenStill) return refundSteps(made, after, part);
  if (!after.needsAction) return [];
  return [{ name: refundEventOf(made, after), payment: {}, refund: { before: made, after } }];
}

function write(
  tables: Tables,
  stored: StoredPayment,
  { cause, callback }: RefundWord,
  change: Pick<RefundChange, 'before' | 'after' | 'steps'>,
  at: string,
  { order }: PaymentPart,
  name?: RefundName,
): Promise<RefundChanged> {
  const { transactionId } = stored.payment;
  return changeRefund(
    tables,
    { stored, ...change, cause, at },
    {
      ...(name && { name }),
      ...(order && { order }),
      ...(callback && { callback: keepCallback(tables, { ...callback, transactionId }) }),
    },
  );
}

/** The same facts kept before: what they meant was done then, if anything. @returns nothing when it is to be looked at again */
function verdict(changed: RefundChanged, after: Refund, before = after): SettledRefund | undefined {
  if (changed === 'changed') return { kind: 'moved', refund: after, why: after.status };
  if (changed === 'callback_known') return { kind: 'unchanged', refund: before, why: 'duplicate' };
  return undefined;
}
