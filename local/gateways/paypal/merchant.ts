// A merchant at PayPal: its REST application, its payee number, and the access tokens it was given.
// @see https://developer.paypal.com/api/rest/authentication/
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Ports } from '../ports.ts';
import { newId } from './ids.ts';

export type ChannelCode = 'PAYPAL' | 'PAYPAL_OTHER';

/** What the merchant's side needs to know. */
export interface AccountFacts {
  /** the channel of the service that is meant for it */
  readonly channelCode: ChannelCode;
  readonly clientId: string;
  readonly clientSecret: string;
  /** the payee, 13 signs */
  readonly merchantId: string;
  /** what the first webhook that the merchant registers is called */
  readonly webhookId: string;
  /** how often a token was given out */
  readonly tokensIssued: number;
}

/** seconds */
const tokenLifetime = 32_400;

export class Merchant {
  readonly channelCode: ChannelCode;
  readonly merchantId: string;
  readonly email: string;
  readonly webhookId = newId();
  readonly #clientId = `A${randomBytes(59).toString('base64url')}`;
  readonly #clientSecret = `E${randomBytes(59).toString('base64url')}`;
  readonly #appId = `APP-${newId()}`;
  /** when each ends, ms since 1970 UTC */
  readonly #tokens = new Map<string, number>();
  readonly #clock: Pick<Ports, 'now'>;

  constructor(channelCode: ChannelCode, merchantId: string, clock: Pick<Ports, 'now'>) {
    this.channelCode = channelCode;
    this.merchantId = merchantId;
    this.email = `${merchantId.toLowerCase()}@business.example`;
    this.#clock = clock;
  }

  /** @param credentials `<client id>:<client secret>` */
  isProvedBy(credentials: string): boolean {
    const [given, own] = [credentials, `${this.#clientId}:${this.#clientSecret}`].map((each) =>
      Buffer.from(each),
    ) as [Buffer, Buffer];
    return given.length === own.length && timingSafeEqual(given, own);
  }

  /** What the token service answers: another token each time, and the ones before it stay. */
  newToken(): object {
    const now = this.#clock.now();
    const token = `A21AA${randomBytes(66).toString('base64url')}`;
    this.#tokens.set(token, now + tokenLifetime * 1000);
    return {
      scope:
        'https://uri.paypal.com/services/payments/payment https://uri.paypal.com/services/applications/webhooks',
      access_token: token,
      token_type: 'Bearer',
      app_id: this.#appId,
      expires_in: tokenLifetime,
      nonce: `${new Date(now).toISOString().slice(0, 19)}Z${randomBytes(32).toString('base64url')}`,
    };
  }

  hasToken(token: string): boolean {
    return this.#clock.now() < (this.#tokens.get(token) ?? 0);
  }

  facts(): AccountFacts {
    const { channelCode, merchantId, webhookId } = this;
    const [clientId, clientSecret] = [this.#clientId, this.#clientSecret];
    return { channelCode, clientId, clientSecret, merchantId, webhookId, tokensIssued: this.#tokens.size };
  }
}
