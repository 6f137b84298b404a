// Between HTTP and a function: the proxy event of REST APIs (version 1) there, the function's answer back.
import type { APIGatewayProxyEvent } from 'aws-lambda';
import * as z from 'zod';
import type { HttpAnswer, Match } from './api-definition.ts';

export interface HttpRequest {
  readonly method: string;
  /** as on the wire, with the stage */
  readonly path: string;
  /** as on the wire, without the question mark */
  readonly query: string;
  /** names as they were sent */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
  readonly sourceIp: string;
}

/** Who signed, as API Gateway tells it to the function. */
export interface Caller {
  readonly accessKeyId: string;
  readonly userArn: string;
  readonly userId: string;
}

export interface EventContext {
  readonly match: Match;
  readonly caller: Caller | undefined;
  readonly account: string;
  readonly stage: string;
  readonly requestId: string;
  /** ms since 1970 UTC */
  readonly at: number;
}

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html */
export function proxyEvent(request: HttpRequest, context: EventContext): APIGatewayProxyEvent {
  const { match, stage } = context;
  const multiValueHeaders = gather(request.headers);
  const multiValueQuery = gather(readQuery(request.query));
  const binary = isBinary(match.api.binaryMediaTypes, last(request.headers, 'content-type'));
  return {
    resource: match.route.path,
    path: request.path.slice(stage.length + 1),
    httpMethod: request.method,
    headers: lastOfEach(multiValueHeaders),
    multiValueHeaders,
    queryStringParameters: request.query === '' ? null : lastOfEach(multiValueQuery),
    multiValueQueryStringParameters: request.query === '' ? null : multiValueQuery,
    pathParameters: Object.keys(match.pathParameters).length === 0 ? null : match.pathParameters,
    stageVariables: null,
    requestContext: requestContext(request, context),
    body: request.body.length === 0 ? null : request.body.toString(binary ? 'base64' : 'utf8'),
    isBase64Encoded: binary && request.body.length > 0,
  };
}

function requestContext(request: HttpRequest, context: EventContext): APIGatewayProxyEvent['requestContext'] {
  const { match, caller, account, stage, requestId, at } = context;
  return {
    accountId: account,
    apiId: match.api.id,
    authorizer: undefined,
    domainName: last(request.headers, 'host') ?? '',
    extendedRequestId: requestId,
    httpMethod: request.method,
    identity: {
      accessKey: caller?.accessKeyId ?? null,
      accountId: caller ? account : null,
      apiKey: null,
      apiKeyId: null,
      caller: caller?.userId ?? null,
      clientCert: null,
      cognitoAuthenticationProvider: null,
      cognitoAuthenticationType: null,
      cognitoIdentityId: null,
      cognitoIdentityPoolId: null,
      principalOrgId: null,
      sourceIp: request.sourceIp,
      user: caller?.userId ?? null,
      userAgent: last(request.headers, 'user-agent') ?? null,
      userArn: caller?.userArn ?? null,
    },
    path: request.path,
    protocol: 'HTTP/1.1',
    requestId,
    requestTimeEpoch: at,
    resourceId: match.route.path,
    resourcePath: match.route.path,
    stage,
  };
}

function isBinary(types: readonly string[], contentType = 'application/json'): boolean {
  const type = contentType.split(/[;,]/)[0]?.trim().toLowerCase() ?? '';
  return types.some((each) => each === '*/*' || each === type || each === `${type.split('/')[0] ?? ''}/*`);
}

/** A plus is a space, and a percent sign that encodes nothing stays as it is. */
function readQuery(query: string): [string, string][] {
  return [...new URLSearchParams(query)];
}

function gather(pairs: readonly (readonly [string, string])[]): Record<string, string[]> {
  const all = new Map<string, string[]>();
  for (const [name, value] of pairs) all.set(name, [...(all.get(name) ?? []), value]);
  return Object.fromEntries(all);
}

function lastOfEach(multi: Record<string, string[]>): Record<string, string> {
  return Object.fromEntries(Object.entries(multi).map(([name, values]) => [name, values.at(-1) ?? '']));
}

function last(headers: HttpRequest['headers'], wanted: string): string | undefined {
  return headers.findLast(([name]) => name.toLowerCase() === wanted)?.[1];
}

const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);

const answerSchema = z.object({
  statusCode: z.coerce.number().int().min(100).max(599),
  headers: z.record(z.string(), scalar).nullish(),
  multiValueHeaders: z.record(z.string(), z.array(scalar)).nullish(),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().nullish(),
});

/** Headers that belong to the connection, not to the answer. */
const ofTheConnection = new Set([
  'connection',
  'content-length',
  'transfer-encoding',
  'date',
  'server',
  'upgrade',
]);

/** @returns undefined for what API Gateway calls a malformed proxy response */
export function readAnswer(payload: unknown): HttpAnswer | undefined {
  const parsed = answerSchema.safeParse(payload);
  if (!parsed.success) return undefined;
  const { statusCode, headers, multiValueHeaders, body, isBase64Encoded } = parsed.data;
  const all = new Map<string, readonly string[]>([['content-type', ['application/json']]]);
  for (const [name, value] of Object.entries(headers ?? {})) all.set(name.toLowerCase(), [value]);
  for (const [name, values] of Object.entries(multiValueHeaders ?? {})) all.set(name.toLowerCase(), values);
  for (const name of ofTheConnection) all.delete(name);
  return {
    status: statusCode,
    headers: Object.fromEntries(all),
    body: Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8'),
  };
}
