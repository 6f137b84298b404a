// API Gateway's place: one HTTP server before all REST APIs of the template. It knows the routes, judges the signatures,
// hands the event to the function and words its own refusals as the template says.
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen, type Listening } from '../listen.ts';
import {
  type ApiDefinition,
  type HttpAnswer,
  type Match,
  matchRoute,
  ownerOf,
  type Refusal,
  refuse,
} from './api-definition.ts';
import type { LambdaFunction } from './executor.ts';
import { type Caller, type EventContext, type HttpRequest, proxyEvent, readAnswer } from './proxy.ts';
import { type AccessKey, judge } from './sigv4.ts';

export interface Principal extends AccessKey, Caller {
  /** whether its role may call the APIs at all */
  readonly mayInvoke: boolean;
}

export interface Answered {
  readonly method: string;
  readonly path: string;
  /** as in the template, once it was found */
  readonly route: string | undefined;
  readonly status: number;
  /** ms */
  readonly took: number;
  readonly requestId: string;
  /** why the API refused by itself */
  readonly refusal: string | undefined;
}

export interface ApiOptions {
  readonly port: number;
  readonly account: string;
  readonly region: string;
  readonly apis: readonly ApiDefinition[];
  /** by ARN */
  readonly functions: ReadonlyMap<string, LambdaFunction>;
  find(accessKeyId: string): Principal | undefined;
  /** ms since 1970 UTC of the service's time */
  now(): number;
  /** ms since 1970 UTC by the clock that callers sign by, which nobody moves; `now` without it */
  signedBy?(): number;
  onAnswer(answered: Answered): void;
  /** ms; API Gateway's own limit unless a test is in a hurry */
  readonly timeout?: number;
}

/** bytes */
const bodyLimit = 10 * 1024 * 1024;
/** bytes of all headers together */
const headerLimit = 10_240;
/** bytes of JSON that a function takes */
const eventLimit = 6 * 1024 * 1024;

class Refused extends Error {
  readonly refusal: Refusal;
  readonly words: string | undefined;
  constructor(refusal: Refusal, words?: string) {
    super(words ?? refusal);
    this.refusal = refusal;
    this.words = words;
  }
}

/** @throws CannotStart when the port is in use */
export function startApi(options: ApiOptions): Promise<Listening> {
  const server = createServer({ maxHeaderSize: headerLimit, requestTimeout: 30_000 }, (request, response) => {
    void serve(request, response, options);
  });
  return listen(server, options.port);
}

async function serve(
  incoming: IncomingMessage,
  response: ServerResponse,
  options: ApiOptions,
): Promise<void> {
  const started = performance.now();
  const requestId = randomUUID();
  const [path = '', ...query] = (incoming.url ?? '').split('?');
  const method = incoming.method ?? '';
  const [, stage = ''] = path.split('/');
  const route = path.slice(stage.length + 1);
  const apis = options.apis.filter((api) => api.stages.includes(stage));
  const match = matchRoute(apis, method, route);
  let answer: HttpAnswer;
  let refusal: string | undefined;
  try {
    const body = await readBody(incoming);
    if (!match) throw new Refused('MISSING_AUTHENTICATION_TOKEN');
    const headers = pairs(incoming.rawHeaders);
    const sourceIp = incoming.socket.remoteAddress ?? '127.0.0.1';
    const request = { method, path, query: query.join('?'), headers, body, sourceIp };
    answer = await ask(request, { match, stage, requestId }, options);
  } catch (error) {
    if (incoming.destroyed && !incoming.complete) return;
    const refused = error instanceof Refused ? error : new Refused('INTEGRATION_FAILURE');
    const context = { requestId, path: route, httpMethod: method, stage, message: refused.words };
    answer = refuse(ownerOf(options.apis, route), refused.refusal, context);
    refusal = error instanceof Error ? error.message : String(error);
  }
  reply(response, answer, requestId);
  options.onAnswer({
    method,
    path,
    route: match?.route.path,
    status: answer.status,
    took: Math.round(performance.now() - started),
    requestId,
    refusal,
  });
}

async function ask(
  request: HttpRequest,
  { match, stage, requestId }: Pick<EventContext, 'match' | 'stage' | 'requestId'>,
  options: ApiOptions,
): Promise<HttpAnswer> {
  const caller = match.route.auth === 'iam' ? identify(request, match, options) : undefined;
  const at = options.now();
  const event = proxyEvent(request, { match, caller, account: options.account, stage, requestId, at });
  if (JSON.stringify(event).length > eventLimit) throw new Refused('REQUEST_TOO_LARGE');
  return invoke(event, match, options);
}

function identify(request: HttpRequest, { route }: Match, options: ApiOptions): Caller {
  const headers: Record<string, string[]> = {};
  for (const [name, value] of request.headers) (headers[name.toLowerCase()] ??= []).push(value);
  const verdict = judge(
    { ...request, headers },
    {
      region: options.region,
      service: 'execute-api',
      now: (options.signedBy ?? options.now)(),
      find: (id) => options.find(id),
    },
  );
  if (verdict.kind === 'missing') throw new Refused('MISSING_AUTHENTICATION_TOKEN');
  if (verdict.kind === 'refused') throw new Refused('INVALID_SIGNATURE', verdict.message);
  const { key } = verdict;
  if (key.mayInvoke) return key;
  const words = `User: ${key.userArn} is not authorized to perform: execute-api:Invoke on ${route.method} ${route.path}`;
  throw new Refused('ACCESS_DENIED', words);
}

async function invoke(event: object, { route }: Match, options: ApiOptions): Promise<HttpAnswer> {
  const target = options.functions.get(route.functionArn);
  if (!target) throw new Refused('INTEGRATION_FAILURE');
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(resolve, options.timeout ?? 29_000, 'late');
  });
  const result = await Promise.race([target.invoke(event), late]);
  clearTimeout(timer);
  if (result === 'late') throw new Refused('INTEGRATION_TIMEOUT');
  const answer = result.kind === 'ok' ? readAnswer(result.payload) : undefined;
  if (!answer) throw new Refused('INTEGRATION_FAILURE');
  return answer;
}

function pairs(raw: readonly string[]): [string, string][] {
  return raw.flatMap((name, i) => (i % 2 === 0 ? [[name, raw[i + 1] ?? ''] as [string, string]] : []));
}

async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    // The rest is read and dropped: a client that is still sending would not hear the answer.
    if (size <= bodyLimit) chunks.push(chunk);
    else if (size > 4 * bodyLimit) break;
  }
  if (size > bodyLimit) throw new Refused('REQUEST_TOO_LARGE');
  return Buffer.concat(chunks);
}

function reply(response: ServerResponse, answer: HttpAnswer, requestId: string): void {
  for (const [name, values] of Object.entries(answer.headers))
    try {
      response.setHeader(name, values.length === 1 ? (values[0] ?? '') : values);
    } catch {
      // A header that HTTP cannot carry (a line break in it) is left out, as API Gateway does.
      continue;
    }
  response.setHeader('x-amzn-requestid', requestId);
  response.statusCode = answer.status;
  response.end(answer.status === 204 || answer.status === 304 ? undefined : answer.body);
}
