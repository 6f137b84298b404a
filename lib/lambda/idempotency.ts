// The replay of answers under an Idempotency-Key. A convenience only: the order lock is the guard. It freezes final
// answers, never one that is 5xx, retryable or unknown.
import {
  IdempotencyConfig,
  IdempotencyAlreadyInProgressError,
  IdempotencyValidationError,
  makeIdempotent,
} from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { JSONValue } from '@aws-lambda-powertools/commons/types';
import type { Context } from 'aws-lambda';
import { problemReply, type Reply } from '../api/problems.ts';
import { canonicalJson } from '../domain/canonical-json.ts';
import { errors, PaymentError } from '../domain/errors.ts';
import { readJson } from '../domain/strict-json.ts';
import type { ApiRequest } from './http.ts';

const keptSeconds = 7 * 24 * 3600;
const keyForm = /^[\x21-\x7e]{1,255}$/;

/** An answer that must not stand under the key: the next try is to be carried out. */
export class NotFrozen extends Error {
  readonly reply: Reply;
  constructor(reply: Reply) {
    super('not frozen');
    this.name = 'NotFrozen';
    this.reply = reply;
  }
}

interface Payload {
  readonly key: string;
  readonly body: string;
}

/**
 * @param operation names the operation in the records: a key is used once per operation and caller
 * @returns a story that replays; refusals that are final are frozen too
 * @see SPEC R3.3
 */
export function replayable(
  operation: string,
  client: DynamoDBClient,
  tableName: string,
  story: (request: ApiRequest) => Promise<Reply>,
): (request: ApiRequest, context: Context) => Promise<Reply> {
  const config = new IdempotencyConfig({
    eventKeyJmesPath: 'key',
    payloadValidationJmesPath: 'body',
    hashFunction: 'sha256',
    expiresAfterSeconds: keptSeconds,
    throwOnNoIdempotencyKey: true,
  });
  const persistenceStore = new DynamoDBPersistenceLayer({ tableName, awsSdkV3Client: client });

  return async (request, context) => {
    config.registerLambdaContext(context);
    const run = { carriedOut: false };
    const once = makeIdempotent(
      async (_: Payload): Promise<JSONValue> => {
        run.carriedOut = true;
        // As text: the table would give an object's members back in another order.
        return JSON.stringify(await final(story, request));
      },
      { persistenceStore, config, keyPrefix: operation },
    );
    try {
      const text = (await once(payload(request))) as string;
      const reply = readJson(Buffer.from(text)) as unknown as Reply;
      return run.carriedOut
        ? reply
        : { ...reply, headers: { ...reply.headers, 'idempotent-replayed': 'true' } };
    } catch (error) {
      return refusal(error);
    }
  };
}

function payload(request: ApiRequest): Payload {
  const keys = request.headers['idempotency-key'] ?? [];
  if (keys.length === 0) throw new PaymentError('IDEMPOTENCY_KEY_REQUIRED', { param: 'Idempotency-Key' });
  const [key = ''] = keys;
  if (keys.length > 1 || !keyForm.test(key))
    throw new PaymentError('IDEMPOTENCY_KEY_INVALID', { param: 'Idempotency-Key' });
  // What the address names is part of what is asked for.
  const asked = [Object.values(request.path).join('/'), request.body ?? null];
  return { key: `${request.caller.application}#${key}`, body: canonicalJson(asked) };
}

async function final(story: (request: ApiRequest) => Promise<Reply>, request: ApiRequest): Promise<Reply> {
  try {
    return await story(request);
  } catch (error) {
    if (error instanceof PaymentError && !errors[error.code].retryable) return problemReply(error, request);
    throw error;
  }
}

function refusal(error: unknown): Reply {
  if (error instanceof NotFrozen) return error.reply;
  if (error instanceof IdempotencyAlreadyInProgressError)
    throw new PaymentError('IDEMPOTENCY_IN_PROGRESS', { retryAfter: 2 }, { cause: error });
  if (error instanceof IdempotencyValidationError)
    throw new PaymentError('IDEMPOTENCY_KEY_REUSED', { param: 'Idempotency-Key' }, { cause: error });
  throw error;
}
