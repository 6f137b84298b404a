// One signed call to Pretend Pay, and the proof of its answer.
import type { Json } from '../../domain/canonical-json.ts';
import type { TransactionId } from '../../domain/ids.ts';
import { JsonRefused, readJson } from '../../domain/strict-json.ts';
import type { CallOptions, GatewayPorts, Outcome } from '../gateway.ts';
import { send } from '../http.ts';
import type { PretendConfig } from './config.ts';
import { isGenuine, sign } from './signature.ts';
import { refusal } from './status.ts';

export interface Client {
  readonly config: PretendConfig;
  readonly endpoint: string;
  readonly secret: string;
  readonly ports: GatewayPorts;
}

export type Node = Readonly<Record<string, Json>>;
export type Answer =
  { readonly kind: 'answered'; readonly node: Node } | Exclude<Outcome<never>, { kind: 'ok' }>;

/** Only an answer that is proved and names this order is `answered`. */
export async function call(
  { config, endpoint, secret, ports }: Client,
  path: string,
  order: TransactionId,
  more: object,
  options: CallOptions,
): Promise<Answer> {
  const body = JSON.stringify({ merchant_id: config.merchant_id, order, ...more });
  const second = String(Math.floor(ports.now() / 1000));
  const signature = `t=${second},v1=${sign(secret, second, Buffer.from(body))}`;
  const headers = { 'content-type': 'application/json', 'pretend-signature': signature };
  const result = await send(ports, { method: 'POST', url: new URL(endpoint + path), headers, body }, options);
  if (result.kind === 'failed') return { kind: 'unknown', reason: result.reason, cause: result.cause };
  if (result.status !== 200) return { kind: 'unknown', reason: 'http_status', cause: result.status };
  const header = result.headers.get('pretend-signature') ?? '';
  if (!isGenuine(secret, header, result.body, ports.now()))
    return { kind: 'unknown', reason: 'bad_signature' };
  const node = readNode(result.body);
  if (!node) return { kind: 'unknown', reason: 'unreadable' };
  const { refusal: refused } = node;
  if (typeof refused === 'string') return refusal(refused);
  return node['order'] === order ? { kind: 'answered', node } : { kind: 'unknown', reason: 'other_order' };
}

function isNode(value: Json): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function readNode(bytes: Uint8Array): Node | undefined {
  try {
    const value = readJson(bytes, 'text');
    return isNode(value) ? value : undefined;
  } catch (error) {
    if (error instanceof JsonRefused) return undefined;
    throw error;
  }
}
