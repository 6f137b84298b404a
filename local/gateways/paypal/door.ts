// The door: tokens for those who prove themselves, and nothing else without one.
// @see https://developer.paypal.com/api/rest/authentication/
import type { WireRequest } from '../http.ts';
import { failure, oauthError, ok, refused, type Reply } from './replies.ts';
import type { Seller } from './seller.ts';

/** The token service. */
export function giveToken({ headers, body }: WireRequest, sellers: readonly Seller[]): Reply {
  const encoded = /^Basic ([A-Za-z0-9+/=]+)$/.exec(headers.authorization ?? '')?.[1] ?? '';
  const credentials = Buffer.from(encoded, 'base64').toString('utf8');
  const seller = sellers.find(({ merchant }) => merchant.isProvedBy(credentials));
  if (!seller) return oauthError(401, 'invalid_client', 'Client Authentication failed');
  if (!isOf(headers['content-type'], 'application/x-www-form-urlencoded'))
    return refused('UNSUPPORTED_MEDIA_TYPE');
  const grant = new URLSearchParams(body).get('grant_type');
  if (grant === 'client_credentials') return ok(seller.merchant.newToken());
  const words = grant === null ? 'Grant Type is NULL' : 'unsupported grant_type';
  return oauthError(400, 'unsupported_grant_type', words);
}

/** Who holds the token of the request. */
export function enter({ headers }: WireRequest, sellers: readonly Seller[]): Seller | { refused: Reply } {
  const token = /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1];
  if (token === undefined) return { refused: failure(401) };
  const seller = sellers.find(({ merchant }) => merchant.hasToken(token));
  return seller ?? { refused: oauthError(401, 'invalid_token', 'Access Token not found in cache') };
}

/** @returns the body of a POST, `{}` where there is none, or why it is not read */
export function readBody({ method, headers, body }: WireRequest): { value: unknown } | { refused: Reply } {
  if (method !== 'POST') return { value: undefined };
  if (!isOf(headers['content-type'], 'application/json'))
    return { refused: refused('UNSUPPORTED_MEDIA_TYPE') };
  try {
    const value: unknown = body === '' ? {} : JSON.parse(body);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { value };
  } catch {
    // What is no object at all is refused in the same words.
  }
  return { refused: refused('MALFORMED_REQUEST_JSON', '/') };
}

function isOf(type: string | undefined, expected: string): boolean {
  return (type ?? '').split(';')[0]?.trim().toLowerCase() === expected;
}
