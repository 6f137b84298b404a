// The event rows: at once the audit trail, the timeline and the outbox. Append-only, each holding the hash of the one before.
import { hash } from 'node:crypto';
import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { canonicalJson, type Json } from '../domain/canonical-json.ts';
import type { TransactionId } from '../domain/ids.ts';
import type { Payment, PaymentEventName, PaymentFacts } from '../domain/payment.ts';
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
  readonly name: PaymentEventName;
  /** UTC ISO-8601 ms */
  readonly at: string;
  /** what changed, as it was before; `null` = was not there */
  readonly before: Partial<Record<keyof PaymentFacts, unknown>>;
  /** all facts of the payment, as they are since */
  readonly after: PaymentFacts;
  readonly previousHash: string;
  /** SHA-256, hex, over the canonical JSON of everything above */
  readonly hash: string;
}

/** The row that tells of the change from `before` (absent: the payment was made) to `after`. */
export function paymentEvent(
  name: PaymentEventName,
  cause: Cause,
  before: Payment | undefined,
  after: Payment,
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
    before: before ? changed(before, facts) : {},
    after: facts,
    previousHash,
  };
  return { ...told, hash: eventHash(told) };
}

function publicFacts(payment: Payment): PaymentFacts {
  const facts: { -readonly [Key in keyof Payment]: Payment[Key] } = { ...payment };
  delete facts.prepayInfo;
  delete facts.payer;
  delete facts.generation;
  delete facts.dueAt;
  delete facts.unanswered;
  delete facts.askedAt;
  return facts satisfies PaymentFacts;
}

export function eventHash(event: Omit<PaymentEvent, 'hash'>): string {
  return hash('sha256', canonicalJson(event as unknown as Json));
}

function changed(before: Payment, after: PaymentFacts): PaymentEvent['before'] {
  const keys = Object.keys(after) as (keyof PaymentFacts)[];
  const text = (value: unknown) => canonicalJson((value ?? null) as Json);
  const differs = (key: keyof PaymentFacts) =>
    before[key] !== after[key] && text(before[key]) !== text(after[key]);
  return Object.fromEntries(keys.filter(differs).map((key) => [key, before[key] ?? null]));
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
