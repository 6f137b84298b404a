// The event rows: at once the audit trail, the timeline and the outbox. Append-only, each holding the hash of the one before.
import { hash } from 'node:crypto';
import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { canonicalJson, type Json } from '../domain/canonical-json.ts';
import type { TransactionId } from '../domain/ids.ts';
import type { Payment, PaymentFacts } from '../domain/payment.ts';
import type { EventName, Refund, RefundFacts } from '../domain/refund.ts';
import type { EventsTable, Tables, Write } from './table.ts';

/** Who did it (`shop`, `channel:ALIPAY`), and on what ground. */
export interface Cause {
  readonly actor: string;
  readonly reason: string;
}

export interface PaymentEvent extends Cause {
  readonly transactionId: TransactionId;
  /** the payment's version that this event made */
  readonly version: number;
  readonly name: EventName;
  /** UTC ISO-8601 ms */
  readonly at: string;
  /** what changed or went away, as it was before; `null` = was not there */
  readonly before: Partial<Record<keyof PaymentFacts, unknown>>;
  /** all facts of the payment, as they are since */
  readonly after: PaymentFacts;
  /** of a refund's event: the same of the refund */
  readonly refund?: {
    readonly before: Partial<Record<keyof RefundFacts, unknown>>;
    readonly after: RefundFacts;
  };
  readonly previousHash: string;
  /** SHA-256, hex, over the canonical JSON of everything above */
  readonly hash: string;
}

/** A change, as its event tells of it; `before` is absent where the payment, or the refund, was made by it. */
export interface Telling {
  readonly name: EventName;
  readonly cause: Cause;
  readonly before: Payment | undefined;
  readonly after: Payment;
  readonly refund?: { readonly before: Refund | undefined; readonly after: Refund };
}

/** The row that tells of a change. */
export function paymentEvent(
  { name, cause, before, after, refund }: Telling,
  previousHash: string,
): PaymentEvent {
  const facts = publicFacts(after);
  const told = {
    transactionId: after.transactionId,
    version: after.version,
    name,
    at: after.updatedAt,
    actor: cause.actor,
    reason: cause.reason,
    before: before ? changed(publicFacts(before), facts) : {},
    after: facts,
    ...(refund && { refund: toldOf(refund) }),
    previousHash,
  };
  return { ...told, hash: eventHash(told) };
}

function toldOf({ before, after }: NonNullable<Telling['refund']>): NonNullable<PaymentEvent['refund']> {
  const facts = refundFacts(after);
  return { before: before ? changed(refundFacts(before), facts) : {}, after: facts };
}

function refundFacts(refund: Refund): RefundFacts {
  const facts: { -readonly [Key in keyof Refund]?: Refund[Key] } = { ...refund };
  delete facts.failedAt;
  delete facts.generation;
  delete facts.run;
  delete facts.dueAt;
  return facts as RefundFacts;
}

function publicFacts(payment: Payment): PaymentFacts {
  const facts: { -readonly [Key in keyof Payment]: Payment[Key] } = { ...payment };
  delete facts.prepayInfo;
  delete facts.payer;
  delete facts.generation;
  delete facts.dueAt;
  delete facts.unanswered;
  delete facts.askedAt;
  delete facts.refunds;
  return facts satisfies PaymentFacts;
}

export function eventHash(event: Omit<PaymentEvent, 'hash'>): string {
  return hash('sha256', canonicalJson(event as unknown as Json));
}

/** What is other since, or gone, as it was; `null` = was not there. */
function changed(before: object, after: object): Record<string, unknown> {
  const [was, is] = [before, after] as Record<string, unknown>[];
  const text = (value: unknown) => canonicalJson((value ?? null) as Json);
  const differs = (key: string) => was?.[key] !== is?.[key] && text(was?.[key]) !== text(is?.[key]);
  const keys = Object.keys({ ...before, ...after }).filter(differs);
  return Object.fromEntries(keys.map((key) => [key, was?.[key] ?? null]));
}

export function appendEvent(tables: Tables, event: PaymentEvent): Write {
  const { transactionId, version, ...rest } = event;
  return {
    Put: {
      TableName: tables.events,
      Item: { pk: transactionId, sk: versionKey(version), ...rest },
      ConditionExpression: 'attribute_not_exists(pk)',
    },
  };
}

/** A payment's events in order. One page holds some hundreds: no payment has more. */
export async function listEvents(tables: EventsTable, transactionId: TransactionId): Promise<PaymentEvent[]> {
  const { Items = [] } = await tables.client.send(
    new QueryCommand({
      TableName: tables.events,
      KeyConditionExpression: 'pk = :id',
      ExpressionAttributeValues: { ':id': transactionId },
      ConsistentRead: true,
    }),
  );
  return Items.map(readEvent);
}

/** From a row of the table or of its stream. */
export function readEvent(row: Record<string, unknown>): PaymentEvent {
  const { pk, sk, ...rest } = row;
  return { transactionId: pk, version: Number(sk), ...rest } as unknown as PaymentEvent;
}

function versionKey(version: number): string {
  return String(version).padStart(10, '0');
}
