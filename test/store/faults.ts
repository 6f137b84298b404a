// Faults between our code and the database, put inside the SDK's own retries.
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';

type Next = (request: object) => Promise<{ response: unknown; output: object }>;

function intercept(client: DynamoDBClient, around: (next: () => ReturnType<Next>) => ReturnType<Next>): void {
  client.middlewareStack.add((next) => (args) => around(() => next(args)) as ReturnType<typeof next>, {
    step: 'finalizeRequest',
    priority: 'low',
    name: 'fault',
  });
}

/** The server carries out the next `times` requests, and their answers never come. */
export function loseAnswers(client: DynamoDBClient, times: number): void {
  let left = times;
  intercept(client, async (next) => {
    const answer = await next();
    if (left-- > 0) throw Object.assign(new Error('the answer was lost'), { name: 'TimeoutError' });
    return answer;
  });
}

/** The next `times` requests fail before the server sees them. @returns how many came so far */
export function failFirst(client: DynamoDBClient, times: number, error: () => Error): () => number {
  let seen = 0;
  intercept(client, (next) => {
    if (seen++ < times) throw error();
    return next();
  });
  return () => seen;
}

/** Every transaction meets another one; all else goes through. @returns lets them through from then on */
export function alwaysConflict(client: DynamoDBClient): () => void {
  let isOn = true;
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      (args) => {
        if (isOn && commandName.startsWith('TransactWrite')) throw cancelled('TransactionConflict', 'None');
        return next(args);
      },
    { step: 'finalizeRequest', priority: 'low', name: 'conflict' },
  );
  return () => {
    isOn = false;
  };
}

export function cancelled(...codes: string[]): Error {
  return new TransactionCanceledException({
    message: 'Transaction cancelled',
    $metadata: {},
    CancellationReasons: codes.map((Code) => ({ Code })),
  });
}

export function throttled(name: string): Error {
  return Object.assign(new Error('slow down'), { name, $metadata: {}, $fault: 'client' });
}

/** Everything that is sent from now on, as the client was asked. */
export function recordInputs(client: DynamoDBClient): Record<string, unknown>[] {
  const inputs: Record<string, unknown>[] = [];
  client.middlewareStack.add(
    (next) => (args) => {
      inputs.push(args.input as Record<string, unknown>);
      return next(args);
    },
    { step: 'serialize', name: 'record' },
  );
  return inputs;
}
