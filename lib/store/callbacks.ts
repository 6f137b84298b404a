// Raw callbacks, kept as part of their payment's record for as long as refunds and disputes may ask for them.
import type { TransactionId } from '../domain/ids.ts';
import { transact, type Tables, type Write } from './table.ts';

export interface RawCallback {
  /** SHA-256, hex, of the proved facts: the provider's repeats of one notice share it */
  readonly digest: string;
  /** UTC ISO-8601 ms */
  readonly receivedAt: string;
  readonly keyVersion: string;
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly bodyBase64: string;
}

export interface KeptCallback extends RawCallback {
  readonly transactionId: TransactionId;
}

const retentionDays = 180;

/** Kept once per digest; the second writer is refused. */
export function keepCallback(tables: Tables, callback: KeptCallback): Write {
  const { transactionId, digest, ...raw } = callback;
  return {
    Put: {
      TableName: tables.payments,
      Item: {
        pk: transactionId,
        sk: `CALLBACK#${digest}`,
        ...raw,
        expires_at_epoch: Math.floor(Date.parse(raw.receivedAt) / 1000) + retentionDays * 86400,
      },
      ConditionExpression: 'attribute_not_exists(pk)',
    },
  };
}

/** Keeps a callback that changed nothing. @returns false when the same facts were kept before */
export async function keepCallbackAlone(tables: Tables, callback: KeptCallback): Promise<boolean> {
  return (await transact(tables, [keepCallback(tables, callback)])).kind === 'written';
}
