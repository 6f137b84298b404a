// The one checking function of the journeys: provider, record and subscriber know the same of every payment, and each
// record is whole. The numbers are those of the invariants that are looked at.
import { expect } from '@jest/globals';
import { unfold, unfoldRefunds } from './chain.ts';
import { complain, same } from './complaints.ts';
import { accepted, ofRecord } from './record.ts';
import { ofRefunds } from './refund-record.ts';
import type { Service } from './service.ts';
import { look, subject, type OrderName, type SeenOrder, type SeenPayment, type Sight } from './sight.ts';
import { isPaid, shown } from './sums.ts';

/** What a journey leaves lying about on purpose. */
export interface Allowed {
  /** callbacks that no payment was found for: waiting to be tried again, or given up */
  readonly homeless?: number;
}

/** ms */
const patience = 40_000;

/**
 * Waits until all is quiet, and a little longer where it does not agree yet.
 * @param orders all payments of these are looked at; money and events of others need a payment to belong to
 */
export async function expectAgreement(
  service: Service,
  orders: readonly OrderName[],
  allowed: Allowed = {},
): Promise<void> {
  const end = performance.now() + patience;
  for (;;) {
    await service.control('/clock', { advance: '0s' });
    const found = disagreements(await look(service, orders), allowed);
    if (found.length > 0 && performance.now() < end) continue;
    expect(found).toEqual([]);
    return;
  }
}

/** @returns a sentence for each thing that does not agree */
export function disagreements(sight: Sight, allowed: Allowed = {}): string[] {
  const { orders, charges, refunds, told, unknownNumbers } = sight;
  return [
    ...orders.flatMap((order) => ofOrder(order)),
    ...orders.flatMap(({ payments }) => payments).flatMap((seen) => ofPayment(seen, sight)),
    ...unknownNumbers
      .filter((id) => charges.some((charge) => charge.transaction_id === id))
      .map((id) => `I03 ${id} was charged and there is no such payment`),
    ...unknownNumbers
      .filter((id) => refunds.some((refund) => refund.transaction_id === id))
      .map((id) => `I05 ${id} was refunded and there is no such payment`),
    ...unknownNumbers
      .filter((id) => told.some((event) => subject(event) === id))
      .map((id) => `I20 ${id} was told of and there is no such payment`),
    ...ofBooks(sight),
    ...ofQueues(sight, allowed),
  ];
}

function ofOrder({ name, payments }: SeenOrder): string[] {
  const isKept = ({ payment }: SeenPayment) =>
    isPaid(payment.status) && accepted(payment) !== 'DUPLICATE_PAID';
  const paid = payments.filter(isKept);
  return [
    ...complain(payments.length > 0, `${name} has no payment`),
    ...complain(paid.length <= 1, `I02 ${name} is paid ${paid.length} times`),
  ];
}

function ofPayment(seen: SeenPayment, sight: Sight): string[] {
  const about = [
    ...ofRecord(seen),
    ...ofMoney(seen, sight),
    ...ofRefunds(seen, sight),
    ...ofSubscriber(seen, sight),
  ];
  return about.map((sentence) => sentence.replace(' ', ` ${seen.payment.transaction_id}: `));
}

/** Every charge is the payment's or is known to be wrong; and what we call paid was charged, to the last 分. */
function ofMoney({ payment, timeline }: SeenPayment, { charges }: Sight): string[] {
  const own = charges.filter((charge) => charge.transaction_id === payment.transaction_id);
  type Anomaly = NonNullable<typeof payment.anomaly>;
  const anomalies = timeline.flatMap(({ after }) => [
    ...((after['anomaly'] as Anomaly | null | undefined) ? [after['anomaly'] as Anomaly] : []),
    ...((after['other_anomalies'] as Anomaly[] | null | undefined) ?? []),
  ]);
  const paid = isPaid(payment.status);
  const isKept = ({ gateway_transaction_id: id, amount, currency }: (typeof own)[number]) =>
    paid &&
    payment.gateway_transaction_id === id &&
    payment.amount_paid === amount &&
    payment.currency === currency;
  const kept = own.filter(isKept);
  return [
    ...own
      .filter((charge) => !isKept(charge))
      .filter(({ gateway_transaction_id: id, amount }) =>
        anomalies.every((known) => known.gateway_transaction_id !== id || known.amount !== amount),
      )
      .map(
        ({ amount }) =>
          `I01 ${amount} was charged, the record says ${payment.status} ${payment.amount_paid ?? ''}`,
      ),
    ...own
      .filter(({ paid_at }) => paid_at < payment.created_at)
      .map(() => 'I03 it was charged before it was written down'),
    ...complain(
      !paid || kept.length === 1,
      `I01 it is called paid, the books have ${kept.length} such charges`,
    ),
    ...complain(
      anomalies.every(({ gateway_transaction_id: id }) =>
        own.some((charge) => charge.gateway_transaction_id === id),
      ),
      'I07 an anomaly tells of money that was never charged',
    ),
    ...complain(
      paid === (payment.amount_paid !== undefined),
      'I07 status and amount_paid do not go together',
    ),
    ...complain(
      !paid ||
        payment.amount_paid === payment.amount_requested ||
        ['OVERPAID', 'UNDERPAID'].includes(accepted(payment) ?? ''),
      'I07 it is called paid with another amount than was asked for',
    ),
  ];
}

/** One effect for each version, and it is what the record says of that version. */
function ofSubscriber({ payment, timeline }: SeenPayment, sight: Sight): string[] {
  const own = sight.told.filter((event) => subject(event) === payment.transaction_id);
  const effects = new Map(own.map((event) => [event.detail.id, event]));
  const refunds = unfoldRefunds(timeline);
  const facts = unfold(timeline).map((each, place) => refunds[place]?.now ?? shown(each));
  const inOrder = [...effects.values()].sort((a, b) => a.detail.version - b.detail.version);
  return [
    ...complain(
      own.every((event) => same(event.detail, effects.get(event.detail.id)?.detail)),
      'I19 two different events have one id',
    ),
    ...complain(
      inOrder.every(({ detail }) => detail.id === `${payment.transaction_id}/${detail.version}`),
      'I19 an event is not called after its version',
    ),
    ...inOrder
      .filter(({ detail }) => timeline.every(({ version }) => version !== detail.version))
      .map(({ detail }) => `I20 version ${detail.version} was told and never was`),
    ...timeline.flatMap((entry, place) => {
      const event = inOrder.find(({ detail }) => detail.version === entry.version);
      if (!event) return [`I19 version ${entry.version} was not told`];
      const { source, detail, 'detail-type': name } = event;
      return complain(
        source === 'payments' &&
          name === entry.name &&
          detail.occurred_at === entry.at &&
          same(detail.data, facts[place]),
        `I21 version ${entry.version} was told otherwise`,
      );
    }),
  ];
}

function ofBooks({ balances }: Sight): string[] {
  const sum = Object.values(balances).reduce((total, yuan) => total + Number(yuan.replace('.', '')), 0);
  return complain(sum === 0, `I01 the provider's own books do not balance: ${sum}`);
}

/** A queue of dead letters is a queue like any other here. */
function ofQueues({ queues }: Sight, { homeless = 0 }: Allowed): string[] {
  const lying = queues.reduce((sum, { depth, in_flight }) => sum + depth + in_flight, 0);
  return complain(lying === homeless, `I17 ${lying} messages lie in the queues, not ${homeless}`);
}
