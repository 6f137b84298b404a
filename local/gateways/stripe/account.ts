// An account at Stripe: its keys and its mode.
import { newId } from './ids.ts';

export type ChannelCode = 'STRIPE' | 'STRIPE_OTHER';

/** What the merchant's side needs to know. */
export interface AccountFacts {
  /** `acct_…` */
  readonly accountId: string;
  /** the channel of the service that is meant for it */
  readonly channelCode: ChannelCode;
  readonly livemode: boolean;
  /** of the mode that it is in */
  readonly secretKey: string;
  readonly publishableKey: string;
}

interface Keys {
  readonly secret: string;
  readonly publishable: string;
}

/** The same at every start: whoever keeps payments has made them with these. */
const ids: Readonly<Record<ChannelCode, string>> = {
  STRIPE: 'acct_1LocalShopOne0001',
  STRIPE_OTHER: 'acct_1LocalShopTwo0002',
};

export class Account {
  readonly id: string;
  readonly channelCode: ChannelCode;
  readonly #keys: Readonly<Record<'test' | 'live', Keys>>;
  #mode: 'test' | 'live' = 'test';

  constructor(channelCode: ChannelCode) {
    this.channelCode = channelCode;
    this.id = ids[channelCode];
    const keys = (mode: string): Keys => ({
      secret: newId(`sk_${mode}_51`, 97),
      publishable: newId(`pk_${mode}_51`, 97),
    });
    this.#keys = { test: keys('test'), live: keys('live') };
  }

  get livemode(): boolean {
    return this.#mode === 'live';
  }

  /** From here on the live keys hold, and the test keys are refused. */
  goLive(): void {
    this.#mode = 'live';
  }

  /** whose key it is; undefined for none of this account's mode */
  admits(key: string): 'secret' | 'publishable' | undefined {
    const { secret, publishable } = this.#keys[this.#mode];
    if (key === secret) return 'secret';
    return key === publishable ? 'publishable' : undefined;
  }

  facts(): AccountFacts {
    const { secret, publishable } = this.#keys[this.#mode];
    return {
      accountId: this.id,
      channelCode: this.channelCode,
      livemode: this.livemode,
      secretKey: secret,
      publishableKey: publishable,
    };
  }
}
