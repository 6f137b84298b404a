// What a request to AWS asks for: the service, the operation, and each action on each resource that IAM would judge.
import * as z from 'zod';
import type { Access } from './access.ts';
import { dynamoParts } from './dynamodb-requests.ts';
import type { Ask } from './policy.ts';

export interface AwsCall {
  readonly service: Service;
  /** as in X-Amz-Target */
  readonly operation: string;
  /** the parsed body */
  readonly input: Input;
  readonly asks: readonly Ask[];
}

export type Service = 'dynamodb' | 'sqs' | 'secretsmanager' | 'events' | 'kms' | 'states';
export type Input = Readonly<Record<string, unknown>>;

export interface Surroundings {
  readonly account: string;
  readonly region: string;
  readonly access: Pick<Access, 'partitionKey' | 'secretArn'>;
}

/** An action of the service on a resource, without what the caller adds. */
export interface Part {
  readonly action: string;
  readonly resource: string;
  /** `TransactWriteItems`, where the action stands inside one */
  readonly within?: string;
  /** what the service tells of the request, by condition key in lower case */
  readonly facts?: Ask['context'];
}

type Reader = (operation: string, input: Input, around: Surroundings) => Part[] | undefined;

const services: Readonly<Record<string, { readonly service: Service; readonly read: Reader }>> = {
  DynamoDB_20120810: { service: 'dynamodb', read: dynamoParts },
  AmazonSQS: { service: 'sqs', read: queueParts },
  secretsmanager: { service: 'secretsmanager', read: secretParts },
  AWSEvents: { service: 'events', read: busParts },
  TrentService: { service: 'kms', read: keyParts },
  AWSStepFunctions: { service: 'states', read: workflowParts },
};

/**
 * @param target X-Amz-Target
 * @param functionArn the caller's
 * @returns nothing for what this machine does not carry out for functions
 */
export function readCall(
  target: string,
  input: Input,
  functionArn: string,
  around: Surroundings,
): AwsCall | undefined {
  const [prefix = '', operation = ''] = target.split('.');
  const found = Object.hasOwn(services, prefix) ? services[prefix] : undefined;
  const parts = found?.read(operation, input, around);
  if (!found || !parts) return undefined;
  const asks = parts.map(({ action, resource, within, facts }) => ({
    action: `${found.service}:${action}`,
    resource,
    context: {
      ...ownContext(functionArn),
      ...facts,
      ...(within && { 'dynamodb:enclosingoperation': [within] }),
    },
  }));
  return { service: found.service, operation, input, asks };
}

/** What is true of every request of a function: it is taken for encrypted, as it is in the cloud. */
export function ownContext(functionArn: string): Ask['context'] {
  return { 'aws:securetransport': ['true'], 'lambda:sourcefunctionarn': [functionArn] };
}

const queueInput = z.object({ QueueUrl: z.string() });
const queueActions: Readonly<Record<string, string>> = {
  ChangeMessageVisibility: 'ChangeMessageVisibility',
  ChangeMessageVisibilityBatch: 'ChangeMessageVisibility',
  DeleteMessage: 'DeleteMessage',
  DeleteMessageBatch: 'DeleteMessage',
  GetQueueAttributes: 'GetQueueAttributes',
  ReceiveMessage: 'ReceiveMessage',
  SendMessage: 'SendMessage',
  SendMessageBatch: 'SendMessage',
};

function queueParts(operation: string, input: Input, { account, region }: Surroundings): Part[] | undefined {
  const action = queueActions[operation];
  const said = queueInput.safeParse(input);
  if (action === undefined || !said.success) return undefined;
  return [
    { action, resource: `arn:aws:sqs:${region}:${account}:${said.data.QueueUrl.split('/').at(-1) ?? ''}` },
  ];
}

const secretInput = z.object({ SecretId: z.string() });

function secretParts(
  action: string,
  input: Input,
  { account, region, access }: Surroundings,
): Part[] | undefined {
  const said = secretInput.safeParse(input);
  if (!said.success) return undefined;
  const { SecretId: id } = said.data;
  const resource = access.secretArn(id) ?? `arn:aws:secretsmanager:${region}:${account}:secret:${id}`;
  return [{ action, resource }];
}

const eventsInput = z.object({ Entries: z.array(z.object({ EventBusName: z.string().default('default') })) });

function busParts(operation: string, input: Input, { account, region }: Surroundings): Part[] | undefined {
  const said = eventsInput.safeParse(input);
  if (operation !== 'PutEvents' || !said.success) return undefined;
  const buses = new Set(said.data.Entries.map(({ EventBusName }) => EventBusName.split('/').at(-1) ?? ''));
  return [...buses].map((bus) => ({
    action: operation,
    resource: `arn:aws:events:${region}:${account}:event-bus/${bus}`,
  }));
}

/** Keys by id or ARN: what an alias leads to is not known here. */
const keyInput = z.object({
  KeyId: z.string().regex(/^(arn:aws:kms:[^:]*:[^:]*:key\/)?[^/:]+$/),
  MessageType: z.string().default('RAW'),
  SigningAlgorithm: z.string().optional(),
});

function keyParts(action: string, input: Input, { account, region }: Surroundings): Part[] | undefined {
  const said = keyInput.safeParse(input);
  if (!said.success || !['GetPublicKey', 'Sign'].includes(action)) return undefined;
  const { KeyId: id, MessageType: type, SigningAlgorithm: algorithm } = said.data;
  const resource = id.startsWith('arn:') ? id : `arn:aws:kms:${region}:${account}:key/${id}`;
  const facts = {
    'kms:messagetype': [type],
    ...(algorithm !== undefined && { 'kms:signingalgorithm': [algorithm] }),
  };
  return [{ action, resource, ...(action === 'Sign' && { facts }) }];
}

const workflowInput = z.union([
  z.object({ stateMachineArn: z.string() }).transform((said) => said.stateMachineArn),
  z.object({ executionArn: z.string() }).transform((said) => said.executionArn),
]);

function workflowParts(action: string, input: Input): Part[] | undefined {
  const resource = workflowInput.safeParse(input).data;
  return resource === undefined ? undefined : [{ action, resource }];
}
