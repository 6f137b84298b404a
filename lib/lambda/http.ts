// The way from API Gateway to a story and back: who calls, what was sent, and every error in one form.
import middy, { type MiddyfiedHandler } from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { problemReply, type Reply } from '../api/problems.ts';
import { PaymentError } from '../domain/errors.ts';
import { JsonRefused, readJson } from '../domain/strict-json.ts';
import type { Json } from '../domain/canonical-json.ts';
import { caller, type Caller, type Scope } from './caller.ts';
import { headersOf, rawBody } from './event.ts';
import { log } from './log.ts';
import { tellMisconfigured } from './misconfigured.ts';
import { observed } from './observed.ts';
import { ports } from './ports.ts';

export interface ApiRequest {
  readonly caller: Caller;
  readonly path: Readonly<Record<string, string | undefined>>;
  /** a parameter that stands twice is refused before */
  readonly query: Readonly<Record<string, string>>;
  /** strict JSON; undefined for GET, and where none came and none need come */
  readonly body: Json | undefined;
  /** every value of each header, names in lower case */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly language: 'en' | 'zh';
  readonly requestId: string;
  readonly instance: string;
  /** ms since 1970 UTC: one deadline for the whole request */
  readonly deadline: number;
}

type Handler = MiddyfiedHandler<APIGatewayProxyEvent, APIGatewayProxyResult>;

const maximumBody = 64 * 1024;
const requestTime = 20_000;
const reserve = 1_000;

/**
 * An operation of the internal API.
 * @param body whether a request may come without one
 * @see SPEC R3.3–R3.6
 */
export function api(
  scope: Scope,
  story: (request: ApiRequest, context: Context) => Promise<Reply>,
  body: 'required' | 'optional' = 'required',
): Handler {
  return middy<APIGatewayProxyEvent, APIGatewayProxyResult>()
    .use(observed)
    .use(problems)
    .handler(async (event: APIGatewayProxyEvent, context: Context) =>
      respond(await story(readRequest(event, context, scope, body), context)),
    );
}

const problems: middy.MiddlewareObj<APIGatewayProxyEvent, APIGatewayProxyResult> = {
  onError: (request) => {
    const { event, error } = request;
    if (error instanceof PaymentError) {
      tellMisconfigured({}, error);
      if (error.code === 'GATEWAY_UNAVAILABLE')
        log.warn('channel.unavailable', {
          transaction_id: error.details.transactionId,
          ...(error.cause instanceof Error && { reason: error.cause.name }),
        });
    } else log.error('request.failed', {}, error);
    const known = error instanceof PaymentError ? error : new PaymentError('INTERNAL', {}, { cause: error });
    request.response = respond(problemReply(known, place(event)));
  },
};

/** What a problem says of where it arose, and in which language. */
function place(event: APIGatewayProxyEvent) {
  return {
    requestId: event.requestContext.requestId,
    instance: event.requestContext.path,
    language: language(headersOf(event)),
  };
}

function readRequest(
  event: APIGatewayProxyEvent,
  context: Context,
  scope: Scope,
  wanted: 'required' | 'optional',
): ApiRequest {
  const headers = headersOf(event);
  const bytes = rawBody(event);
  const bodiless = event.httpMethod === 'GET' || (wanted === 'optional' && bytes.length === 0);
  return {
    caller: caller(event.requestContext.identity.userArn, scope),
    path: event.pathParameters ?? {},
    query: readQuery(event),
    body: bodiless ? undefined : readBody(bytes, headers),
    headers,
    ...place(event),
    deadline: ports.now() + Math.min(requestTime, context.getRemainingTimeInMillis() - reserve),
  };
}

function readQuery(event: APIGatewayProxyEvent): Record<string, string> {
  const entries = Object.entries(event.multiValueQueryStringParameters ?? {}).map(([name, values]) => {
    if (values?.length !== 1)
      throw new PaymentError('INVALID_REQUEST', { param: name, detail: `"${name}" stands more than once.` });
    return [name, values[0] ?? ''];
  });
  return Object.fromEntries(entries) as Record<string, string>;
}

function readBody(bytes: Buffer, headers: ApiRequest['headers']): Json {
  const type = headers['content-type']?.join(',') ?? '';
  const plain = headers['content-encoding'] === undefined;
  if (!plain || !/^application\/json(; ?charset="?utf-8"?)?$/i.test(type))
    throw new PaymentError('UNSUPPORTED_MEDIA_TYPE');
  if (bytes.length > maximumBody) throw new PaymentError('PAYLOAD_TOO_LARGE');
  if (bytes.length === 0) throw new PaymentError('INVALID_REQUEST', { detail: 'The body is empty.' });
  try {
    return readJson(bytes);
  } catch (error) {
    if (error instanceof JsonRefused)
      throw new PaymentError(error.fault === 'INEXACT_NUMBER' ? 'INVALID_REQUEST' : error.fault, {
        detail: `The body could not be read: ${error.message}.`,
      });
    throw error;
  }
}

function language(headers: ApiRequest['headers']): 'en' | 'zh' {
  return /^\s*zh/i.test(headers['accept-language']?.[0] ?? '') ? 'zh' : 'en';
}

export function respond(reply: Reply): APIGatewayProxyResult {
  return {
    statusCode: reply.status,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...reply.headers,
    },
    body: JSON.stringify(reply.body),
  };
}
