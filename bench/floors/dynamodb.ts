// The SDK's DynamoDB client as it comes, with the commands that are replayed.
import {
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Send } from './steps.ts';

const client = new DynamoDBClient({});
const commands = {
  GetItem: GetItemCommand,
  PutItem: PutItemCommand,
  TransactWriteItems: TransactWriteItemsCommand,
  UpdateItem: UpdateItemCommand,
} as const;

export const dynamodb: Send = ({ operation, input }) => {
  const Command = commands[operation as 'GetItem'];
  return client.send(new Command(input as unknown as ConstructorParameters<typeof GetItemCommand>[0]));
};
