// The SDK's other clients as they come; a floor's bundle holds only those that it imports.
import { EventBridgeClient, PutEventsCommand, type PutEventsCommandInput } from '@aws-sdk/client-eventbridge';
import {
  GetSecretValueCommand,
  SecretsManagerClient,
  type GetSecretValueCommandInput,
} from '@aws-sdk/client-secrets-manager';
import { SFNClient, StartExecutionCommand, type StartExecutionCommandInput } from '@aws-sdk/client-sfn';
import { SendMessageCommand, SQSClient, type SendMessageCommandInput } from '@aws-sdk/client-sqs';
import type { Send } from './steps.ts';

export function secretsmanager(client = new SecretsManagerClient({})): Send {
  return ({ input }) =>
    client.send(new GetSecretValueCommand(input as unknown as GetSecretValueCommandInput));
}

export function sqs(client = new SQSClient({})): Send {
  return ({ input }) => client.send(new SendMessageCommand(input as unknown as SendMessageCommandInput));
}

export function events(client = new EventBridgeClient({})): Send {
  return ({ input }) => client.send(new PutEventsCommand(input as unknown as PutEventsCommandInput));
}

export function states(client = new SFNClient({})): Send {
  return ({ input }) =>
    client.send(new StartExecutionCommand(input as unknown as StartExecutionCommandInput));
}
