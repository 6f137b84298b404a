// What Alipay's signatures (RSA2) are made over, and the proof of its answers.
// @see https://opendocs.alipay.com/common/02mse3
import type { Json } from '../../domain/canonical-json.ts';
import { JsonRefused, readJson } from '../../domain/strict-json.ts';
import { verifyRsaSha256 } from '../crypto.ts';
import type { UnknownReason } from '../gateway.ts';
import { whyNotProved, type PlatformKey } from './keys.ts';

/** An answer's node, or anything else that JSON calls an object. */
export type Node = Readonly<Record<string, Json>>;

/**
 * `name=value` joined by `&`, sorted by name, empty values left out, nothing escaped: where a value ends cannot be told
 * from this text alone.
 * @param without `sign` for requests; `sign` and `sign_type` for notifications
 */
export function contentToSign(
  fields: Iterable<readonly [name: string, value: string]>,
  without: readonly string[],
): string {
  return [...fields]
    .filter(([name, value]) => value !== '' && !without.includes(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

/**
 * The characters of a member's object, exactly as they stand: these are what Alipay signed.
 * @param json one whole JSON object, already found to be well formed
 */
export function nodeText(json: string, name: string): string | undefined {
  let depth = 0;
  let key = '';
  let start = -1;
  for (const { 0: token, index } of json.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]]/gs)) {
    if (token === '{' || token === '[') {
      if (depth === 1 && key === `"${name}"` && token === '{') start = index;
      depth++;
    } else if (token === '}' || token === ']') {
      depth--;
      if (depth === 1 && start >= 0) return json.slice(start, index + 1);
    } else if (depth === 1) key = token;
  }
  return undefined;
}

export type ProvedNode =
  | { readonly kind: 'proved'; readonly node: Node }
  | { readonly kind: 'unknown'; readonly reason: UnknownReason; readonly cause?: unknown };

/**
 * Reads the node out of an answer, from the very characters that the signature covers.
 * @param method e.g. `alipay.trade.query`
 * @param now ms since 1970 UTC
 */
export function provedNode(body: Uint8Array, method: string, platform: PlatformKey, now: number): ProvedNode {
  try {
    const answer = readJson(body, 'text');
    if (!isNode(answer)) return { kind: 'unknown', reason: 'unreadable' };
    const text = Buffer.from(body).toString('utf8');
    const signed =
      nodeText(text, `${method.replaceAll('.', '_')}_response`) ?? nodeText(text, 'error_response');
    if (signed === undefined) return { kind: 'unknown', reason: 'unreadable' };
    const bytes = Buffer.from(signed);
    const { sign, alipay_cert_sn: named } = answer;
    const cause = whyNotProved(platform, named, now);
    if (cause !== undefined) return { kind: 'unknown', reason: 'bad_signature', cause };
    if (typeof sign !== 'string' || !verifyRsaSha256(platform.key, bytes, sign))
      return { kind: 'unknown', reason: 'bad_signature' };
    return { kind: 'proved', node: readJson(bytes, 'text') as Node };
  } catch (cause) {
    if (cause instanceof JsonRefused) return { kind: 'unknown', reason: 'unreadable', cause };
    throw cause;
  }
}

export function isNode(value: Json | undefined): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
