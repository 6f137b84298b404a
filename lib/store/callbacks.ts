// Raw callbacks, kept as part of their payment's record for as long as refunds and disputes may ask for them.
import type { ChannelCode, TransactionId } from '../domain/ids.ts';
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
  const { transactionId, ...raw } = callback;
  return keep(tables, { pk: transactionId, sk: `CALLBACK#${callback.digest}` }, raw);
}

function keep(tables: Tables, key: { pk: string; sk: string }, callback: RawCallback): Write {
  const { receivedAt, keyVersion, headers, bodyBase64 } = callback;
  return {
    Put: {
      TableName: tables.payments,
      Item: {
        ...key,
        ...{ receivedAt, keyVersion, headers, bodyBase64 },
        expires_at_epoch: Math.floor(Date.parse(receivedAt) / 1000) + retentionDays * 86400,
      },
      ConditionExpression: 'attribute_not_exists(pk)',
    },
  };
}

/** Keeps a callback that changed nothing. @returns false when the same facts were kept before */
export async function keepCallbackAlone(tables: Tables, callback: KeptCallback): Promise<boolean> {
  return (await transact(tables, [keepCallback(tables, callback)])).kind === 'written';
}

/** Keeps a genuine callback that names no payment of ours, as long. @returns false when it was kept before */
export async function keepStrayCallback(
  tables: Tables,
  channelCode: ChannelCode,
  callback: RawCallback,
): Promise<boolean> {
  const key = { pk: `CALLBACK#${channelCode}#${callback.digest}`, sk: 'CALLBACK' };
  return (await transact(tables, [keep(tables, key, callback)])).kind === 'written';
}
