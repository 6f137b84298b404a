// A message of a queue as Lambda hands it to a function.
import type { Message } from '@aws-sdk/client-sqs';
import type { SQSMessageAttributes, SQSRecord } from 'aws-lambda';

/**
 * The record as Lambda writes it, from the message as SQS answers it.
 * @param ahead ms that the service's time is ahead of the server's clock
 */
export function sqsRecord(message: Message, eventSourceARN: string, awsRegion: string, ahead = 0): SQSRecord {
  const { MessageId, ReceiptHandle, Body, Attributes, MD5OfBody, MD5OfMessageAttributes } = message;
  return {
    messageId: MessageId ?? '',
    receiptHandle: ReceiptHandle ?? '',
    body: Body ?? '',
    attributes: attributes(Attributes, ahead),
    messageAttributes: messageAttributes(message),
    md5OfBody: MD5OfBody ?? '',
    ...(MD5OfMessageAttributes !== undefined && { md5OfMessageAttributes: MD5OfMessageAttributes }),
    eventSource: 'aws:sqs',
    eventSourceARN,
    awsRegion,
  };
}

function attributes(said: Message['Attributes'], ahead: number): SQSRecord['attributes'] {
  const all = Object.entries(said ?? {}).map(([name, value]) => [
    name,
    name.endsWith('Timestamp') ? String(Number(value) + ahead) : value,
  ]);
  return Object.fromEntries(all) as SQSRecord['attributes'];
}

function messageAttributes({ MessageAttributes = {} }: Message): SQSMessageAttributes {
  const all = Object.entries(MessageAttributes).map(([name, { StringValue, BinaryValue, DataType }]) => [
    name,
    {
      ...(StringValue !== undefined && { stringValue: StringValue }),
      ...(BinaryValue !== undefined && { binaryValue: Buffer.from(BinaryValue).toString('base64') }),
      stringListValues: [],
      binaryListValues: [],
      dataType: DataType ?? '',
    },
  ]);
  return Object.fromEntries(all) as SQSMessageAttributes;
}
