// One call to PayPal's API. PayPal signs no answers: what stands for them is TLS, and that they name what was asked.
// @see https://developer.paypal.com/api/rest/requests/
import type { Json } from '../../domain/canonical-json.ts';
import type { CallOptions, GatewayPorts, Outcome } from '../gateway.ts';
import type { Setting } from '../provider.ts';
import { send, type HttpResult } from '../http.ts';
import type { PayPalConfig } from './config.ts';
import { nodes, readNode, type Node } from './json.ts';
import type { Refused } from './status.ts';
import type { NoToken, TokenSource } from './token.ts';

export interface Client {
  readonly config: PayPalConfig & Setting;
  readonly tokens: TokenSource;
  readonly ports: GatewayPorts;
}

export interface Call {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
  /** `PayPal-Request-Id`: a repeat under it finds what the first made */
  readonly requestId?: string;
}

export type Answer = Answered | Refused | NoToken | Unknown;

/** PayPal did what it was asked. */
export interface Answered {
  readonly kind: 'answered';
  readonly node: Node;
}

type Unknown = Extract<Outcome<never>, { kind: 'unknown' }>;

export async function call(client: Client, what: Call, options: CallOptions): Promise<Answer> {
  const { tokens, ports } = client;
  if (options.deadline <= ports.now())
    return { kind: 'unknown', reason: 'timeout', cause: 'no time was left to send' };
  const token = await tokens.take(options);
  if (token.kind !== 'token') return token;
  const result = await exchange(client, what, token.text, options);
  if (result.kind === 'failed') return { kind: 'unknown', reason: result.reason, cause: result.cause };
  if (result.status === 401) tokens.drop(token.text);
  return read(result);
}

function exchange(
  { config: { endpoint }, ports }: Client,
  { method, path, body, requestId }: Call,
  token: string,
  options: CallOptions,
): Promise<HttpResult> {
  return send(
    ports,
    {
      method,
      url: new URL(`${endpoint.replace(/\/$/, '')}${path}`),
      headers: {
        accept: 'application/json',
        'user-agent': 'payment-service',
        authorization: `Bearer ${token}`,
        ...(requestId !== undefined && { 'paypal-request-id': requestId }),
        ...(body !== undefined && { 'content-type': 'application/json', prefer: 'return=representation' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    },
    options,
  );
}

/** 200 is a repeat's answer, too. */
function read({ status, body }: Extract<HttpResult, { kind: 'answer' }>): Answer {
  const node = readNode(body);
  if (status === 200 || status === 201)
    return node ? { kind: 'answered', node } : { kind: 'unknown', reason: 'unreadable' };
  const refused = readRefusal(status, node ?? {});
  return status >= 400 && refused
    ? refused
    : { kind: 'unknown', reason: 'http_status', cause: `HTTP ${status}` };
}

/** @returns undefined when it says nothing in PayPal's words; at the door these are OAuth's */
function readRefusal(status: number, node: Node): Refused | undefined {
  const { name = node['error'], debug_id: debugId } = node;
  const details = nodes(node['details']);
  const message = details[0]?.['description'] ?? node['message'] ?? node['error_description'];
  const found = details.map(({ issue }) => issue);
  const issues = found.filter(isWord);
  if (issues.length < found.length) return undefined;
  if (!isWord(name) && status !== 401) return undefined;
  return {
    ...{ kind: 'refused', status, issues, name: isWord(name) ? name : `HTTP_${status}` },
    message: typeof message === 'string' ? message.slice(0, 256) : '',
    debugId: isWord(debugId) ? debugId : 'none',
  };
}

function isWord(value: Json | undefined): value is string {
  return typeof value === 'string' && /^[A-Za-z0-9_]{1,64}$/.test(value);
}
