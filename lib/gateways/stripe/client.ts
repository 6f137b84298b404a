// One call to Stripe. TLS proves who answers, the key who asks. What the answer means is decided elsewhere.
// @see https://docs.stripe.com/api
import type { CallOptions, GatewayPorts, Outcome } from '../gateway.ts';
import { send, type HttpResult } from '../http.ts';
import type { StripeConfig } from './config.ts';
import { isNode, readNode, type Node } from './json.ts';
import type { Result } from './status.ts';

/** Answers and callbacks are read as this version writes them. */
export const apiVersion = '2026-10-28.endive';

export interface Client {
  readonly config: StripeConfig;
  readonly endpoint: string;
  readonly secretKey: string;
  /** whether its money is real; every object says of itself which it is */
  readonly livemode: boolean;
  readonly ports: GatewayPorts;
}

/** Parameters by their names on the wire: `metadata[transaction_id]`. */
export type Fields = Readonly<Record<string, string>>;

/** What an answer may have where it is more than one object. */
export interface Bounds {
  readonly bytes: number;
  /** names and elements */
  readonly keys: number;
}

export type Call =
  /** with its query */
  | { readonly method: 'GET'; readonly path: string; readonly bounds?: Bounds }
  | {
      readonly method: 'POST';
      readonly path: string;
      readonly fields: Fields;
      /** `Idempotency-Key`: under it the same parameters are carried out once, and answered the same for a day */
      readonly key: string;
    };

export type Answer =
  | { readonly kind: 'answered'; readonly node: Node }
  | ({ readonly kind: 'refused' } & Refused)
  | Extract<Outcome<never>, { kind: 'unknown' }>;

export interface Refused extends Result {
  /** the stored answer of an earlier call under the same key */
  readonly replayed: boolean;
  /** as it stands now, where the refusal is about one */
  readonly intent?: Node;
}

export async function call(client: Client, what: Call, options: CallOptions): Promise<Answer> {
  const { method, path } = what;
  const bounds = what.method === 'GET' ? what.bounds : undefined;
  const result = await send(
    client.ports,
    {
      method,
      url: new URL(`${client.endpoint.replace(/\/$/, '')}${path}`),
      headers: {
        accept: 'application/json',
        'user-agent': 'payment-service',
        authorization: `Bearer ${client.secretKey}`,
        'stripe-version': apiVersion,
        ...(what.method === 'POST' && {
          'content-type': 'application/x-www-form-urlencoded',
          'idempotency-key': what.key,
        }),
      },
      ...(bounds && { longest: bounds.bytes }),
      ...(what.method === 'POST' && { body: new URLSearchParams(what.fields).toString() }),
    },
    options,
  );
  if (result.kind === 'failed') return { kind: 'unknown', reason: result.reason, cause: result.cause };
  return read(result, bounds);
}

function read(
  { status, headers, body }: Extract<HttpResult, { kind: 'answer' }>,
  bounds: Bounds | undefined,
): Answer {
  const node = readNode(body, bounds?.keys);
  if (status === 200) return node ? { kind: 'answered', node } : { kind: 'unknown', reason: 'unreadable' };
  const error = node?.['error'];
  const {
    type,
    code = '',
    decline_code: decline,
    message = '',
    payment_intent: intent,
  } = isNode(error) ? error : {};
  // Whatever stands between us and Stripe answers without Stripe's form.
  if (!isWord(type) || !(code === '' || isWord(code)))
    return { kind: 'unknown', reason: 'http_status', cause: `HTTP ${status}` };
  return {
    kind: 'refused',
    status,
    type,
    code,
    decline: isWord(decline) ? decline : '',
    message: typeof message === 'string' ? withoutKeys(message).slice(0, 256) : '',
    replayed: headers.get('idempotent-replayed') === 'true',
    ...(isNode(intent) && { intent }),
  };
}

function isWord(value: unknown): value is string {
  return typeof value === 'string' && /^[a-z0-9_.]{1,64}$/.test(value);
}

/** Who is refused for a wrong key is told which it was, if only its ends. */
function withoutKeys(message: string): string {
  return message.replaceAll(/\b(sk|rk|whsec)_\S+|\S+_secret_\S+/g, '(a key)');
}
