// A record of a table's stream as Lambda hands it to a function: bytes as base64, times as seconds.
import type { _Record, AttributeValue as SdkValue } from '@aws-sdk/client-dynamodb-streams';
import type { AttributeValue, DynamoDBRecord } from 'aws-lambda';

/**
 * @param arn of the stream, as the template has it
 * @param ahead ms that the service's time is ahead of the server's clock
 */
export function streamRecord(from: _Record, arn: string, region: string, ahead = 0): DynamoDBRecord {
  const { dynamodb: change = {}, userIdentity: by } = from;
  const { ApproximateCreationDateTime: at, Keys, NewImage, OldImage } = change;
  return {
    ...(from.eventID !== undefined && { eventID: from.eventID }),
    ...(from.eventName !== undefined && { eventName: from.eventName }),
    ...(from.eventVersion !== undefined && { eventVersion: from.eventVersion }),
    eventSource: 'aws:dynamodb',
    awsRegion: region,
    dynamodb: {
      ...(at && { ApproximateCreationDateTime: (at.getTime() + ahead) / 1000 }),
      ...(Keys && { Keys: image(Keys) }),
      ...(NewImage && { NewImage: image(NewImage) }),
      ...(OldImage && { OldImage: image(OldImage) }),
      ...(change.SequenceNumber !== undefined && { SequenceNumber: change.SequenceNumber }),
      ...(change.SizeBytes !== undefined && { SizeBytes: change.SizeBytes }),
      ...(change.StreamViewType && { StreamViewType: change.StreamViewType }),
    },
    ...(by && { userIdentity: { type: by.Type, principalId: by.PrincipalId } }),
    eventSourceARN: arn,
  };
}

function image(values: Record<string, SdkValue>): Record<string, AttributeValue> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, attribute(value)]));
}

function attribute(value: SdkValue): AttributeValue {
  if (value.B) return { B: base64(value.B) };
  if (value.BS) return { BS: value.BS.map(base64) };
  if (value.L) return { L: value.L.map(attribute) };
  if (value.M) return { M: image(value.M) };
  return value as AttributeValue;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
