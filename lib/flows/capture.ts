// The story of taking money that a payer has agreed to: written down before the channel is told, so that nobody closes
// the payment, or takes it for unpaid, before the channel has said what became of it.
import { nextDue } from '../domain/due.ts';
import { isCapturing, isUnderReview, type Payment } from '../domain/payment.ts';
import { instant } from '../domain/ports.ts';
import type { PaymentSnapshot } from '../domain/settlement.ts';
import type { DeclineCode, Outcome } from '../gateways/gateway.ts';
import { changePayment, getPayment, type StoredPayment } from '../store/payments.ts';
import type { Question } from './ask-channel.ts';
import { numbered } from './numbered.ts';

/** How often a payer may choose something that is refused: then the payment has failed. */
export const maximumDeclines = 5;

/**
 * News of an earlier call, or of another payment under the same number: the channel is asked for the facts. Refused at the
 * door for what an operator can mend: taken after that.
 */
const saysNothing: readonly DeclineCode[] = ['already_paid', 'duplicate_order', 'misconfigured'];

export type Captured =
  /** what the channel says since; `stored` is the payment as it was written before it was asked */
  | { readonly kind: 'said'; readonly outcome: Outcome<PaymentSnapshot>; readonly stored: StoredPayment }
  /** it was refused, and that is written down */
  | { readonly kind: 'refused'; readonly payment: Payment }
  /** nobody may take the money: it is to be closed, waits for a decision, or was refused and nobody chose another means */
  | { readonly kind: 'not_wanted' }
  /** somebody changed the payment meanwhile: look again */
  | { readonly kind: 'overtaken' };

/**
 * 1. nobody wants it closed, nobody is to decide about it, and it is not what was refused before · 2. write that the capture begins: whoever closes it from the
 * same version is overtaken · 3. tell the channel; the same call may be made again, so that a lost answer is asked for by
 * another · 4. a refusal that proves that no money moved is written down, and frees the payment.
 * @see SPEC R4.7; QUALITY hard cases 7, 15
 */
export async function capture(question: Question): Promise<Captured> {
  const { channel, deadline } = question;
  const { payment } = question.stored;
  const isWanted =
    payment.status === 'PENDING_PAYMENT' && payment.closeRequestedAt === undefined && !isUnderReview(payment);
  if (!isWanted || wouldBeRefused(question) || !channel.gateway.capturePayment) return { kind: 'not_wanted' };
  const stored = isCapturing(payment) ? question.stored : await begin(question);
  if (!stored) return { kind: 'overtaken' };
  const outcome = await channel.gateway.capturePayment(numbered(stored), { deadline });
  if (outcome.kind !== 'declined' || saysNothing.includes(outcome.code))
    return { kind: 'said', outcome, stored };
  const after = await refused(question, stored, outcome);
  return after ? { kind: 'refused', payment: after } : { kind: 'overtaken' };
}

/** The same means as before, as far as anybody knows: the channel may show a refused order as agreed to. */
function wouldBeRefused({ stored: { payment }, prompted = false }: Question): boolean {
  return (payment.captureDeclines ?? 0) > 0 && !isCapturing(payment) && !prompted;
}

async function begin(question: Question): Promise<StoredPayment | undefined> {
  const { ports, stored } = question;
  const change = { captureBegunAt: instant(ports), captures: (stored.payment.captures ?? 0) + 1 };
  const reason = `${question.reason}: the payer has agreed`;
  if (!(await write(question, stored, change, reason))) return undefined;
  const begun = await getPayment(question.tables, stored.payment.transactionId);
  return begun?.payment.version === stored.payment.version + 1 ? begun : undefined;
}

/** The channel proved that no money moved. Only another means to pay is worth another try. */
function refused(
  question: Question,
  stored: StoredPayment,
  { code, channelCode: channelErrorCode }: Outcome<never> & { kind: 'declined' },
): Promise<Payment | undefined> {
  const captureDeclines = (stored.payment.captureDeclines ?? 0) + 1;
  const isOver = code !== 'payer_refused' || captureDeclines >= maximumDeclines;
  const failed = { status: 'PAID_FAILED', errorCode: 'CHANNEL_DECLINED', dueAt: undefined } as const;
  const change = {
    captureDeclines,
    channelErrorCode,
    ...(isOver && failed),
  };
  return write(question, stored, change, `the channel refused what the payer chose: ${channelErrorCode}`);
}

type Change = { readonly [Name in keyof Payment]?: Payment[Name] | undefined };

async function write(
  { tables, ports, channel }: Question,
  stored: StoredPayment,
  change: Change,
  reason: string,
): Promise<Payment | undefined> {
  const { payment } = stored;
  const dueAt = nextDue(payment, channel.sync, ports.now(), ports.random());
  const after = { ...payment, dueAt, ...change, version: payment.version + 1, updatedAt: instant(ports) };
  const cause = { actor: `channel:${channel.code}`, reason };
  return (await changePayment(tables, stored, after, cause)) === 'changed' ? after : undefined;
}
