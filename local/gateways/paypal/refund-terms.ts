// What a merchant asks for when it gives money back, and what PayPal would not take of it.
// @see https://developer.paypal.com/docs/api/payments/v2/#captures_refund
import * as z from 'zod';
import { readAmount } from './money.ts';
import { refusal, refused, type Issue, type Reply } from './replies.ts';
import { detailsOf, moneySchema } from './terms.ts';

export interface RefundTerms {
  /** undefined: all that is left */
  readonly minor: number | undefined;
  readonly customId: string | undefined;
  readonly invoiceId: string | undefined;
  readonly note: string | undefined;
}

const shape = z.strictObject({
  amount: moneySchema.optional(),
  custom_id: z.string().min(1).max(127).optional(),
  invoice_id: z.string().min(1).max(127).optional(),
  note_to_payer: z.string().min(1).max(255).optional(),
});

/** @param currency of the capture. @returns the terms, or why nothing goes back */
export function readRefundTerms(body: unknown, currency: string): RefundTerms | { refused: Reply } {
  const read = shape.safeParse(body);
  if (!read.success) return { refused: refusal(detailsOf(read.error.issues, body)) };
  const { amount, custom_id: customId, invoice_id: invoiceId, note_to_payer: note } = read.data;
  const minor = amount && minorOf(amount, currency);
  if (typeof minor === 'string') return { refused: refused(minor, '/amount/value') };
  return { minor, customId, invoiceId, note };
}

function minorOf(amount: z.infer<typeof moneySchema>, currency: string): number | Issue {
  if (amount.currency_code !== currency) return 'REFUND_CAPTURE_CURRENCY_MISMATCH';
  const minor = readAmount(amount.value, currency);
  return typeof minor === 'number' && minor <= 0 ? 'CANNOT_BE_ZERO_OR_NEGATIVE' : minor;
}
