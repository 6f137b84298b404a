// Which body came in each transmission whose proof covers no more than a checksum of it.
import { hash } from 'node:crypto';
import type { ChannelCode } from '../domain/ids.ts';
import { transact, type PaymentsTable, type Tables } from './table.ts';

export interface Transmitted {
  readonly channelCode: ChannelCode;
  readonly transmissionId: string;
  /** UTC ISO-8601 ms */
  readonly receivedAt: string;
  readonly body: Uint8Array;
}

/** Longer than any provider's transmission is believed. @see lib/gateways/paypal/signature.ts */
const retentionDays = 7;

/** @returns false when the same transmission has come with another body: one of the two is a forgery */
export async function keepTransmission(
  tables: PaymentsTable & Pick<Tables, 'ports'>,
  { channelCode, transmissionId, receivedAt, body }: Transmitted,
): Promise<boolean> {
  const end = Math.floor(Date.parse(receivedAt) / 1000) + retentionDays * 86_400;
  const Update = {
    TableName: tables.payments,
    Key: { pk: `TRANSMISSION#${channelCode}#${transmissionId}`, sk: 'BODY' },
    UpdateExpression: 'SET bodyDigest = :body, expires_at_epoch = if_not_exists(expires_at_epoch, :end)',
    ConditionExpression: 'attribute_not_exists(pk) OR bodyDigest = :body',
    ExpressionAttributeValues: { ':body': hash('sha256', body), ':end': end },
  };
  return (await transact(tables, [{ Update }])).kind === 'written';
}
