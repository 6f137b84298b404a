// One payment's record, looked at by itself: whole, in order, chained, and nobody's doing but theirs who may.
import { hashes, unfold, unfoldRefunds, type RefundStep } from './chain.ts';
import { complain, same } from './complaints.ts';
import { isRefundStep, mayHaveRefunded } from './refund-record.ts';
import type { PaymentView } from './service.ts';
import type { Facts, SeenPayment, TimelineEntry } from './sight.ts';
import { shown } from './sums.ts';

/** From SPEC R4.3, by hand: from → to, by the name of the event. */
const edges: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  PENDING_CREATE: {
    PENDING_PAYMENT: 'payment.pending',
    PAID_SUCCESS: 'payment.paid',
    PAID_FAILED: 'payment.failed',
    CLOSED: 'payment.closed',
  },
  PENDING_PAYMENT: {
    PAID_SUCCESS: 'payment.paid',
    PAID_FAILED: 'payment.failed',
    CLOSED: 'payment.closed',
  },
  PAID_SUCCESS: { REFUND_PARTIAL: 'payment.partially_refunded', REFUND_FULL: 'payment.refunded' },
  REFUND_PARTIAL: { REFUND_FULL: 'payment.refunded', PAID_SUCCESS: 'payment.refund_reversed' },
  REFUND_FULL: {
    REFUND_PARTIAL: 'payment.refund_reversed',
    PAID_SUCCESS: 'payment.refund_reversed',
  },
  PAID_FAILED: { PAID_SUCCESS: 'payment.paid_late' },
  CLOSED: { PAID_SUCCESS: 'payment.paid_late' },
};

/** The kind of late or wrong money that somebody decided to take. */
export function accepted({ anomaly }: PaymentView): string | undefined {
  return anomaly?.resolution?.action === 'accept' ? anomaly.kind : undefined;
}

/** The payment is what its timeline tells, and the timeline tells of nothing that may not be. */
export function ofRecord({ payment, timeline }: SeenPayment): string[] {
  const facts = unfold(timeline);
  const wanted = hashes(payment.transaction_id, timeline);
  const refunds = unfoldRefunds(timeline);
  const told = Object.entries(payment).filter(([name]) => name !== 'prepay_info' && name !== 'error_message');
  return [
    ...complain(
      same(shown(facts.at(-1) ?? {}), Object.fromEntries(told)),
      'I11 the payment is not what its timeline ends with',
    ),
    ...timeline.flatMap((entry, place) => {
      const at = `version ${entry.version}`;
      const now = facts[place] ?? {};
      const before = facts[place - 1];
      const changed = Object.keys(entry.before);
      return [
        ...complain(entry.version === place + 1, `I11 ${at} stands where ${place + 1} should`),
        ...complain(now['version'] === entry.version, `I11 ${at} calls itself ${String(now['version'])}`),
        ...complain(
          changed.every((name) => same(before?.[name] ?? null, entry.before[name])),
          `I11 ${at} was not written on what was there before`,
        ),
        ...complain(
          isStep({ entry, previous: timeline[place - 1], step: refunds[place] }, before, now),
          `I10 ${at} is no edge: ${entry.name}`,
        ),
        ...complain(
          mayHaveDone({ entry, previous: timeline[place - 1], step: refunds[place] }, payment),
          `I16 ${at} is the doing of ${entry.actor}`,
        ),
        ...complain(
          place === 0 ||
            !['amount_requested', 'currency', 'transaction_id'].some((name) => changed.includes(name)),
          `I06 ${at} changes what was asked for`,
        ),
        ...complain((entry.before['amount_paid'] ?? null) === null, `I06 ${at} changes what was paid`),
        ...complain(wanted[place] === entry.hash, `I28 ${at} does not have the hash of its facts`),
      ];
    }),
  ];
}

interface Place {
  readonly entry: TimelineEntry;
  readonly previous: TimelineEntry | undefined;
  readonly step: RefundStep | undefined;
}

/** What a refund means for its payment is told right after the refund. */
const consequences: Readonly<Record<string, readonly string[]>> = {
  'payment.partially_refunded': ['refund.succeeded'],
  'payment.refunded': ['refund.succeeded'],
  'payment.refund_reversed': ['refund.reversed'],
};

function isStep({ entry, previous, step }: Place, was: Facts | undefined, now: Facts): boolean {
  const [from, to] = [was?.['status'], now['status']];
  const { name, before } = entry;
  if (step) return from === to && isRefundStep(entry, step);
  if (from === undefined) return name === 'payment.created' && to === 'PENDING_CREATE';
  const causes = consequences[name];
  if (causes && !causes.includes(previous?.name ?? '')) return false;
  if (from !== to) return edges[from as string]?.[to as string] === name;
  if (causes) return to === 'REFUND_PARTIAL' && name !== 'payment.refunded';
  if ('anomaly' in before)
    return name === (decided(entry) ? 'payment.anomaly_resolved' : 'payment.anomaly_found');
  // With its refund it was decided.
  if (name === 'payment.anomaly_resolved') return isStray(previous, 'refund.created');
  // It did not go back, and waits again.
  if (name === 'payment.anomaly_found') return isStray(previous, 'refund.failed', 'refund.reversed');
  if ('captures' in before) return name === 'payment.capture_begun';
  if ('capture_declines' in before) return name === 'payment.capture_declined';
  return name === 'payment.close_requested' && ('close_requested_at' in before || 'superseded_by' in before);
}

/** This befell a refund of late or wrong money. */
function isStray(entry: TimelineEntry | undefined, ...names: readonly string[]): boolean {
  return entry !== undefined && names.includes(entry.name) && 'anomaly' in entry.before;
}

/** Who decided about late or wrong money by this change. */
function decided({ before, after }: TimelineEntry): string | undefined {
  return 'anomaly' in before ? (after['anomaly'] as PaymentView['anomaly'])?.resolution?.by : undefined;
}

/** The application and the channel; people and the policy, where they decided; people, where they want it closed. */
function mayHaveDone({ entry, previous, step }: Place, payment: PaymentView): boolean {
  const { actor, name } = entry;
  if (step) return mayHaveRefunded(actor, payment, step);
  const { application, payment_channel } = payment;
  const decider = decided(entry);
  if (decider !== undefined) return actor === decider && ['policy', 'operators', 'finance'].includes(actor);
  // The service itself, when another payment has paid the order.
  const others: Readonly<Record<string, readonly string[]>> = {
    'payment.close_requested': ['operators', 'payments'],
    'payment.anomaly_found': ['payments'],
  };
  // With a refund of its money.
  if (isStray(previous, 'refund.created')) return actor === previous?.actor;
  return [application, `channel:${payment_channel}`, ...(others[name] ?? [])].includes(actor);
}
