// One attempt to collect one amount for one business order through one channel: its facts and the states it may take.

export type PaymentStatus =
  | 'PENDING_CREATE'
  | 'PENDING_PAYMENT'
  | 'PAID_SUCCESS'
  | 'PAID_FAILED'
  | 'CLOSED'
  | 'REFUND_PARTIAL'
  | 'REFUND_FULL';

/**
 * Every edge a payment may take, with the name of the event that tells of it. The compiler (no status may be missing),
 * the store (condition of the write), the publisher, the documents and the tests all read this one table.
 * @see SPEC R4.3
 */
export const transitions = {
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
  PAID_SUCCESS: {
    REFUND_PARTIAL: 'payment.partially_refunded',
    REFUND_FULL: 'payment.refunded',
  },
  REFUND_PARTIAL: {
    REFUND_PARTIAL: 'payment.partially_refunded',
    REFUND_FULL: 'payment.refunded',
    PAID_SUCCESS: 'payment.refund_reversed',
  },
  REFUND_FULL: {
    REFUND_PARTIAL: 'payment.refund_reversed',
    PAID_SUCCESS: 'payment.refund_reversed',
  },
  // Late money: the payer was quicker than our closing, or the channel's "failed" was not its last word.
  PAID_FAILED: { PAID_SUCCESS: 'payment.paid_late' },
  CLOSED: { PAID_SUCCESS: 'payment.paid_late' },
} as const satisfies Record<PaymentStatus, Partial<Record<PaymentStatus, `payment.${string}`>>>;

type EdgeName = {
  [From in PaymentStatus]: (typeof transitions)[From][keyof (typeof transitions)[From]];
}[PaymentStatus];

export type PaymentEventName = 'payment.created' | 'payment.anomaly_found' | EdgeName;

/** The name of the edge, or undefined where there is none. */
export function edge(from: PaymentStatus, to: PaymentStatus): EdgeName | undefined {
  return (transitions[from] as Partial<Record<PaymentStatus, EdgeName>>)[to];
}

/** The means to pay. A union by `kind`; each channel product adds its own. */
export interface PrepayInfo {
  readonly kind: 'qr_code';
  readonly qr_code: string;
}

/** Money that is late or wrong: a fact kept beside the status, never an exception. @see SPEC R5.6 */
export type AnomalyKind =
  | 'PAID_AFTER_CLOSE'
  | 'DUPLICATE_PAID'
  | 'OVERPAID'
  | 'UNDERPAID'
  | 'WRONG_PAYEE'
  | 'CURRENCY_MISMATCH'
  | 'GATEWAY_ID_REUSED';
