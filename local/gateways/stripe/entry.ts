// Who calls, and whether it speaks as Stripe wants to be spoken to.
// @see https://docs.stripe.com/api/authentication
// @see https://docs.stripe.com/api/versioning
import type { WireRequest } from '../http.ts';
import { apiVersion } from './endpoints.ts';
import { ApiError, invalid, unauthorized } from './errors.ts';
import { readForm, type Params } from './form.ts';
import type { Seller } from './seller.ts';

export interface Entered {
  readonly seller: Seller;
  /** with the publishable key */
  readonly isPublic: boolean;
}

/** @throws ApiError (401) without a key of an account, (403) for another account, (400) for another version */
export function enter({ headers }: WireRequest, sellers: readonly Seller[]): Entered {
  const key = keyOf(headers.authorization);
  if (key === undefined)
    throw unauthorized('You did not provide an API key. Send it as "Authorization: Bearer sk_…".');
  for (const seller of sellers) {
    const kind = seller.account.admits(key);
    if (!kind) continue;
    requireVersion(headers['stripe-version']);
    requireOwn(headers['stripe-account'], seller);
    return { seller, isPublic: kind === 'publishable' };
  }
  throw unauthorized(`Invalid API Key provided: ${key.slice(0, 8)}****${key.slice(-4)}`);
}

/** @throws ApiError (400) for a body that is no form */
export function readParams({ method, target, headers, body }: WireRequest): Params {
  const { search } = new URL(target, 'http://stripe');
  if (method !== 'POST') return formOf(search.slice(1));
  const { 'content-type': type = '' } = headers;
  const isForm = /^application\/x-www-form-urlencoded\s*(;|$)/i.test(type);
  if (body !== '' && !isForm)
    throw invalid(
      undefined,
      'Invalid request (the POST content type has to be application/x-www-form-urlencoded).',
    );
  return formOf([search.slice(1), body].filter((part) => part !== '').join('&'));
}

/** Of a browser: the one intent that it knows the secret of. @throws ApiError (403) */
export function requireSecretKey(name: string, params: Params): void {
  const isShown = name === 'readIntent' || name === 'confirmIntent';
  if (isShown && typeof params['client_secret'] === 'string') return;
  throw new ApiError(403, {
    type: 'invalid_request_error',
    code: 'secret_key_required',
    message: 'This API call cannot be made with a publishable API key. Use a secret API key.',
  });
}

function keyOf(authorization = ''): string | undefined {
  const [, scheme = '', value = ''] = /^(Bearer|Basic) +(\S+) *$/i.exec(authorization) ?? [];
  if (scheme === '') return undefined;
  if (scheme.toLowerCase() === 'bearer') return value;
  return Buffer.from(value, 'base64').toString('latin1').split(':')[0];
}

function requireVersion(version: string | string[] | undefined): void {
  if (version === undefined || version === apiVersion) return;
  throw invalid(undefined, `Invalid Stripe API version: ${String(version)}. Here it is ${apiVersion}.`);
}

function requireOwn(account: string | string[] | undefined, { account: own }: Seller): void {
  if (account === undefined || account === own.id) return;
  const message = `The provided key does not have access to account '${String(account)}'.`;
  throw new ApiError(403, { type: 'invalid_request_error', code: 'account_invalid', message });
}

function formOf(text: string): Params {
  const params = readForm(text);
  if (!params) throw invalid(undefined, 'Invalid request (the form cannot be read).');
  return params;
}
