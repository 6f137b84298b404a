// Channel rows: what is public of a channel's configuration. Secrets are elsewhere; the row names the version that belongs to it.
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, PutCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { ChannelCode } from '../domain/ids.ts';
import type { AnomalyPolicy } from '../domain/anomaly.ts';
import type { PlatformKeys } from '../domain/platform-keys.ts';

/** Born in KMS: its private half never leaves it. */
export interface SigningKey {
  /** as the stage declares it, e.g. `v1` */
  readonly name: string;
  /** PEM (SPKI): what the provider's console wants */
  readonly publicKey: string;
}

export interface ChannelRow {
  readonly channelCode: ChannelCode;
  readonly provider: string;
  readonly environment: 'production' | 'sandbox' | 'local';
  /** base URL of the gateway; only for `local` */
  readonly gatewayUrl?: string;
  readonly callbackUrlPayment: string;
  readonly isActive: boolean;
  readonly sourcePolicy: 'off' | 'monitor' | 'enforce';
  /** CIDR, e.g. `203.0.113.0/24`; empty = no list is known */
  readonly sourceRanges: readonly string[];
  /** the adapter's own fields, by their names in the channel API */
  readonly config: Readonly<Record<string, unknown>>;
  /** what becomes of late and wrong money; a kind that is not named is held */
  readonly anomalyPolicy?: AnomalyPolicy;
  /** the key in KMS that this channel signs with; its PEM is a secret where this is absent */
  readonly signingKey?: SigningKey;
  /** the provider's own keys by their serials, as they were last fetched; for providers that hand them out */
  readonly platformKeys?: PlatformKeys;
  /** the version of the channel's secret that this row goes with; absent for a channel that has no secret */
  readonly secretVersion?: string;
  readonly fingerprints: Readonly<Record<string, string>>;
  /** rises by one with every change */
  readonly version: number;
  /** UTC ISO-8601 ms */
  readonly updatedAt: string;
  readonly updatedBy: string;
}

export interface ChannelTable {
  readonly client: DynamoDBDocumentClient;
  readonly channels: string;
}

export async function getChannelRow(table: ChannelTable, code: ChannelCode): Promise<ChannelRow | undefined> {
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.channels, Key: { channel_code: code }, ConsistentRead: true }),
  );
  if (!Item) return undefined;
  const { channel_code: channelCode, ...row } = Item as Record<string, unknown>;
  delete row['writer'];
  return { channelCode, ...row } as unknown as ChannelRow;
}

/**
 * @param writer unique to this change: by it the SDK's repeat after a lost answer knows its own write
 * @returns false when somebody else changed the row since `row.version - 1` was read
 */
export async function putChannelRow(table: ChannelTable, row: ChannelRow, writer: string): Promise<boolean> {
  const { channelCode, ...rest } = row;
  try {
    await table.client.send(
      new PutCommand({
        TableName: table.channels,
        Item: { channel_code: channelCode, ...rest, writer },
        ConditionExpression: 'attribute_not_exists(channel_code) OR #version = :read OR writer = :own',
        ExpressionAttributeNames: { '#version': 'version' },
        ExpressionAttributeValues: { ':read': row.version - 1, ':own': writer },
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}
