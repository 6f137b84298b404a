// The access token that every call carries: fetched when it is needed first, shared by calls at one time, kept until shortly
// before its end.
// @see https://developer.paypal.com/api/rest/authentication/
import { PaymentError } from '../../domain/errors.ts';
import type { CallOptions, GatewayPorts, Outcome } from '../gateway.ts';
import { send, type HttpResult } from '../http.ts';
import { readNode } from './json.ts';

/** Nothing was sent beside the question for a token: whatever was to be called was not. */
export type NoToken = Extract<Outcome<never>, { kind: 'retry_later' }>;

export type Token = { readonly kind: 'token'; readonly text: string };

export interface TokenSource {
  take(call: CallOptions): Promise<Token | NoToken>;
  /** Forgets a token that PayPal refused. */
  drop(text: string): void;
}

interface Credentials {
  /** base URL */
  readonly endpoint: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** ms before its end from when on a token is used no more */
const margin = 60_000;
/** ms for one question for a token, whoever waits for it and however long */
const patience = 10_000;

export function tokenSource(credentials: Credentials, ports: GatewayPorts): TokenSource {
  /** `until`: ms since 1970 UTC */
  let kept: { readonly text: string; readonly until: number } | undefined;
  let underWay: Promise<Token | NoToken> | undefined;

  async function fetched(): Promise<Token | NoToken> {
    const read = readToken(await ask(credentials, ports, { deadline: ports.now() + patience }));
    if ('kind' in read) return read;
    kept = { text: read.text, until: ports.now() + read.seconds * 1000 - margin };
    return { kind: 'token', text: read.text };
  }

  return {
    take({ deadline }) {
      if (kept && ports.now() < kept.until) return Promise.resolve({ kind: 'token', text: kept.text });
      underWay ??= fetched().finally(() => {
        underWay = undefined;
      });
      return Promise.race([underWay, tooLate(deadline - ports.now())]);
    },
    drop(text) {
      if (kept?.text === text) kept = undefined;
    },
  };
}

/** The question goes on for the others, and for the next call. */
function tooLate(left: number): Promise<NoToken> {
  const over = AbortSignal.timeout(Math.max(0, left));
  return new Promise((resolve) => {
    const giveUp = () => {
      resolve(noToken('token', 'no token came in time'));
    };
    over.addEventListener('abort', giveUp, { once: true });
  });
}

function ask(
  { endpoint, clientId, clientSecret }: Credentials,
  ports: GatewayPorts,
  call: CallOptions,
): Promise<HttpResult> {
  const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
  return send(
    ports,
    {
      method: 'POST',
      url: new URL(`${endpoint.replace(/\/$/, '')}/v1/oauth2/token`),
      headers: {
        accept: 'application/json',
        'user-agent': 'payment-service',
        authorization: `Basic ${basic}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: 'grant_type=client_credentials',
    },
    call,
  );
}

function readToken(result: HttpResult): NoToken | { readonly text: string; readonly seconds: number } {
  if (result.kind === 'failed') return noToken('token', result.cause);
  const { access_token: text, token_type: type, expires_in: seconds, error } = readNode(result.body) ?? {};
  if (result.status !== 200) {
    const word = typeof error === 'string' && /^[a-z_]{1,64}$/.test(error) ? error : 'token';
    return noToken(word, wrongCredentials(result.status, word) ?? `HTTP ${result.status}`);
  }
  const isText = typeof text === 'string' && /^[\x21-\x7e]{1,4096}$/.test(text);
  if (!isText || type !== 'Bearer' || typeof seconds !== 'number' || seconds <= 0)
    return noToken('token', 'the answer holds no token');
  return { text, seconds };
}

/** It will be so until an operator acts: whoever asked is to tell them. */
function wrongCredentials(status: number, word: string): PaymentError | undefined {
  if (status !== 401 || word !== 'invalid_client') return undefined;
  const cause = new Error('PayPal does not take client_id and client_secret: HTTP 401 invalid_client');
  return new PaymentError('CHANNEL_MISCONFIGURED', {}, { cause });
}

function noToken(channelCode: string, cause: unknown): NoToken {
  const message = 'No access token could be had. Nothing was sent.';
  return { kind: 'retry_later', channelCode, message, cause };
}
