// The refunds of one payment: our record, the provider's books and the timeline tell the same of them, and they sum up.
import { unfold, unfoldRefunds, type RefundStep } from './chain.ts';
import { complain, same } from './complaints.ts';
import type { RefundView } from './refunding.ts';
import type { BookRefund, Charge, SeenPayment, Sight, TimelineEntry } from './sight.ts';
import { isPaid, minor, sum } from './sums.ts';

/** From SPEC R6.11, by hand: from → to, by the name of the event. */
const edges: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  PENDING: { PROCESSING: 'refund.processing', SUCCESS: 'refund.succeeded', FAILED: 'refund.failed' },
  PROCESSING: { SUCCESS: 'refund.succeeded', FAILED: 'refund.failed' },
  FAILED: { SUCCESS: 'refund.succeeded' },
  SUCCESS: { FAILED: 'refund.reversed' },
};

/** An entry that tells of a refund is a step that a refund may take. */
export function isRefundStep({ name, refund }: TimelineEntry, { was, now }: RefundStep): boolean {
  const { status: to, origin, refund_method: method } = now;
  if (!was) return name === 'refund.created' && to === (origin === 'EXTERNAL' ? 'PROCESSING' : 'PENDING');
  if (now['needs_action'] !== undefined && 'needs_action' in (refund?.before ?? {}))
    return name === 'refund.needs_action' && to === 'PROCESSING';
  if (was['status'] !== to) return edges[was['status'] as string]?.[to as string] === name;
  if (name === 'refund.handover') return to === 'PENDING' && method !== 'ORIGINAL';
  return name === 'refund.processing' && to === 'PROCESSING';
}

/** Who wants it makes it; the channel's word, and we ourselves, move it. */
export function mayHaveRefunded(actor: string, payment: SeenPayment['payment'], step: RefundStep): boolean {
  const channel = `channel:${payment.payment_channel}`;
  const makers: Readonly<Record<string, readonly string[]>> = {
    CALLER: [payment.application],
    OPERATOR: ['operators', 'finance'],
    SYSTEM: ['policy'],
    EXTERNAL: [channel],
  };
  const { origin, refund_method: method } = step.now;
  const wanted = makers[origin as string] ?? [];
  const isNew = !step.was || method !== 'ORIGINAL';
  return (isNew ? wanted : [channel, 'payments']).includes(actor);
}

export function ofRefunds(seen: SeenPayment, { charges, refunds }: Sight): string[] {
  const isOwn = (row: Charge | BookRefund) => row.transaction_id === seen.payment.transaction_id;
  const [taken, rows] = [charges.filter(isOwn), refunds.filter(isOwn)];
  return [
    ...ofTimeline(seen),
    ...ofSums(seen),
    ...rows.flatMap((row) => ofRow(row, seen.refunds)),
    ...seen.refunds.flatMap((refund) => ofRefund(refund, rows)),
    ...taken.flatMap((charge) => ofCharge(charge, rows)),
    ...ofNet(seen, taken, rows),
  ];
}

function ofTimeline({ timeline, refunds }: SeenPayment): string[] {
  const steps = unfoldRefunds(timeline);
  const last = new Map(steps.flatMap((step) => (step ? [[step.now['refund_id'], step.now]] : [])));
  return [
    ...complain(
      last.size === refunds.length,
      `I11 it has ${refunds.length} refunds, its timeline knows ${last.size}`,
    ),
    ...refunds
      .filter((refund) => !same(last.get(refund.refund_id), withoutSentence(refund)))
      .map(({ refund_id: id }) => `I11 ${id} is not what the timeline says of it at last`),
    ...timeline.flatMap(({ version, refund }, place) => {
      const was = steps[place]?.was;
      const isOn = Object.entries(refund?.before ?? {}).every(([name, fact]) =>
        same(was?.[name] ?? null, fact),
      );
      return complain(isOn, `I11 version ${version} was not written on the refund that was there before`);
    }),
  ];
}

/** In words it is said only where it is asked for. */
function withoutSentence(refund: RefundView): object {
  return Object.fromEntries(Object.entries(refund).filter(([name]) => name !== 'error_message'));
}

const isOpen = ({ status }: RefundView) => status === 'PENDING' || status === 'PROCESSING';
const isDone = ({ status }: RefundView) => status === 'SUCCESS';
const amounts = (refunds: readonly RefundView[]) => sum(refunds.map((refund) => refund.amount_requested));

/** What is held and what went never is more than was paid; and it is what the refunds say. */
function ofSums({ payment, timeline, refunds }: SeenPayment): string[] {
  const { gateway_transaction_id: money, amount_reserved: held, amount_refunded: gone } = payment;
  const own = isPaid(payment.status) ? refunds.filter((each) => each.gateway_transaction_id === money) : [];
  return [
    ...unfold(timeline).flatMap((facts, place) => {
      const [reserved, refunded] = [minor(facts['amount_reserved']), minor(facts['amount_refunded'])];
      const holds = reserved >= 0 && refunded >= 0 && reserved + refunded <= minor(facts['amount_paid']);
      return complain(holds, `I04 at version ${place + 1} more is held or gone than was paid`);
    }),
    ...complain(
      minor(held) === amounts(own.filter(isOpen)),
      `I04 ${held ?? 'nothing'} is held, the refunds under way are of another sum`,
    ),
    ...complain(
      minor(gone) === amounts(own.filter(isDone)),
      `I04 ${gone ?? 'nothing'} is said to have gone back, the refunds are of another sum`,
    ),
  ];
}

const isGone = ({ status }: BookRefund) => /^(REFUND_SUCCESS|SUCCESS|COMPLETED|succeeded)$/.test(status);
const isOver = ({ status }: BookRefund) => /^(REFUND_FAILED|CLOSED|FAILED|failed)$/.test(status);
/** gone, or on its way */
const isLive = (row: BookRefund) => !isOver(row);

function isOf(row: BookRefund, { refund_id: id, gateway_refund_id: theirs }: RefundView): boolean {
  return (
    row.refund_id === id || (theirs !== undefined && theirs === (row.gateway_refund_id ?? row.refund_id))
  );
}

/** What the provider gave back, or is about to, is written down here. */
function ofRow(row: BookRefund, refunds: readonly RefundView[]): string[] {
  const refund = refunds.find((each) => isOf(row, each));
  if (isOver(row)) return [];
  const { amount, currency, gateway_transaction_id: money } = row;
  if (!refund) return [`I05 the provider gave ${amount} back under ${row.refund_id}, and nobody knows of it`];
  const isTold =
    refund.amount_requested === amount &&
    refund.currency === currency &&
    refund.gateway_transaction_id === money;
  return [
    ...complain(isTold, `I05 ${row.refund_id} is of ${amount} in the books, and of other money here`),
    ...complain(
      !isGone(row) || isDone(refund),
      `I12 ${row.refund_id} went back, it is ${refund.status} here`,
    ),
  ];
}

function ofRefund(refund: RefundView, rows: readonly BookRefund[]): string[] {
  const { refund_id: id, status, refund_method: method, amount_requested, amount_refunded } = refund;
  const live = rows.filter((row) => isOf(row, refund) && isLive(row));
  const gone = live.filter(isGone);
  return [
    ...complain(live.length <= 1, `I05 ${id} was made ${live.length} times`),
    ...complain(
      method === 'ORIGINAL' || live.length === 0,
      `I05 ${id} is not for the channel, and went there`,
    ),
    ...complain(
      status !== 'SUCCESS' || method !== 'ORIGINAL' || gone.length > 0,
      `I12 ${id} is called done, and the books know of no money`,
    ),
    ...complain(status !== 'FAILED' || live.length === 0, `I14 ${id} is called failed, and the money goes`),
    ...complain(
      status !== 'SUCCESS' || amount_refunded === amount_requested,
      `I07 ${id} is done with another amount than was asked for`,
    ),
  ];
}

function ofCharge({ gateway_transaction_id: money, amount }: Charge, rows: readonly BookRefund[]): string[] {
  const own = rows.filter((row) => row.gateway_transaction_id === money && isLive(row));
  const total = sum(own.map((row) => row.amount));
  return complain(total <= minor(amount), `I05 of ${amount} that were charged, ${total} minor units go back`);
}

/** By channel and currency: what the provider has kept for us is what our record says that we have. */
function ofNet(
  { payment, refunds }: SeenPayment,
  taken: readonly Charge[],
  rows: readonly BookRefund[],
): string[] {
  const { payment_channel, currency, amount_paid, gateway_transaction_id: own, anomaly } = payment;
  const paid = isPaid(payment.status);
  const strays = [...(anomaly ? [anomaly] : []), ...(payment.other_anomalies ?? [])].filter(
    (each) => !paid || each.gateway_transaction_id !== own,
  );
  const books = totals([
    ...taken.map((row) => [`${row.channel_code} ${row.currency}`, minor(row.amount)] as const),
    ...rows.filter(isGone).map((row) => [`${row.channel_code} ${row.currency}`, -minor(row.amount)] as const),
  ]);
  const record = totals([
    ...(paid ? [[`${payment_channel} ${currency}`, minor(amount_paid)] as const] : []),
    ...strays.map((each) => [`${payment_channel} ${each.currency}`, minor(each.amount)] as const),
    ...refunds
      .filter((each) => isDone(each) && each.refund_method === 'ORIGINAL')
      .map((each) => [`${payment_channel} ${each.currency}`, -minor(each.amount_requested)] as const),
  ]);
  return complain(
    same(books, record),
    `I01 the provider kept ${JSON.stringify(books)}, the record says ${JSON.stringify(record)}`,
  );
}

function totals(entries: readonly (readonly [string, number])[]): Readonly<Record<string, number>> {
  const sums = new Map<string, number>();
  for (const [account, amount] of entries) sums.set(account, (sums.get(account) ?? 0) + amount);
  return Object.fromEntries([...sums].filter(([, total]) => total !== 0));
}
