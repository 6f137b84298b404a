// What every provider on this machine can do, so that the address and `_control` need not know which one it is.
import type { Delivery } from './deliveries.ts';
import type { CannotPlay, FaultPlan } from './faults.ts';
import type { WireAnswer, WireRequest } from './http.ts';
import type { Ports } from './ports.ts';

/** What a shop shows to a payer: `prepay_info` of a transaction. */
export type Means =
  | { readonly kind: 'qr_code'; readonly qr_code: string }
  | { readonly kind: 'redirect_url'; readonly url: string }
  | { readonly kind: 'client_secret'; readonly client_secret: string }
  | {
      readonly kind: 'jsapi_parameters' | 'app_parameters';
      readonly parameters: Readonly<Record<string, string>>;
    };

export type Outcome = 'success' | 'decline' | 'abandon' | 'pending';

export interface Payer {
  readonly outcome: Outcome;
  /** decimal text in the currency's unit; a wrong sum, to be found out */
  readonly amount: string | undefined;
  /** how the money is made up, where the provider knows several ways */
  readonly method: string | undefined;
  /** false: a browser that does not come back to the shop */
  readonly comesBack: boolean;
  /** where the gateways listen, `http://127.0.0.1:<port>` */
  readonly origin: string;
}

/** A provider's own books, as people and tests read them. */
export interface BooksFacts {
  readonly charges: readonly object[];
  readonly refunds: readonly object[];
  /** per account, decimal text; the sum is zero */
  readonly balances: Readonly<Record<string, string>>;
}

/** What a provider is opened with. */
export interface Opening {
  readonly ports: Ports;
  /** the provider takes its view of it */
  readonly faults: FaultPlan;
  /** where the gateways listen, `http://127.0.0.1:<port>`: known once they do */
  readonly origin: () => string;
}

/** An account, as one channel of the service. */
export interface LocalChannel {
  readonly code: string;
  /** What its merchant does at the provider's console. @returns what PUT /channels/{code} must say then, besides its address */
  connect(how: Connecting): object;
}

export interface Connecting {
  readonly callbackUrl: string;
  /** of the merchant's key in KMS; without it the merchant's own, which is part of what is returned */
  readonly publicKeyPem: string | undefined;
}

/** What becomes of a refund; `pending` stays so until something else is decided, `returned` was successful before. */
export type RefundOutcome =
  'success' | 'failed' | 'abnormal' | 'insufficient_balance' | 'returned' | 'pending';

/** What people do about refunds at a provider: its banks, and the merchant at its console. */
export interface LocalRefunds {
  /**
   * Decides about a refund that is pending (or, `returned`, was successful).
   * @returns false when there is none of this number
   * @throws Refused (409) for what cannot become of it now; (422) for what never becomes of one at this provider
   */
  decide(refundId: string, outcome: RefundOutcome): boolean;
  /**
   * Decides ahead, about the next refund of this payment.
   * @returns false when the provider has taken no money for it
   * @throws Refused (422)
   */
  decideNext(transactionId: string, outcome: RefundOutcome): boolean;
  /**
   * Refunds at the console.
   * @param amount decimal text in the currency's unit
   * @returns the row of the books; undefined when the provider has taken no money for it
   * @throws Refused (409, 422) when it cannot be made
   */
  console(transactionId: string, amount: string): object | undefined;
}

export interface LocalProvider {
  readonly name: string;
  /** faults that this provider cannot have, and why */
  readonly cannotPlay: CannotPlay;
  readonly channels: readonly LocalChannel[];
  /** Its own addresses; undefined for any other. */
  answer(request: WireRequest): Promise<WireAnswer | undefined>;
  /** Whether a payer would bring this to the provider: seen from the content alone. */
  owns(means: Means, origin: string): boolean;
  /** @throws Refused (4xx) when nobody could pay like this */
  pay(means: Means, payer: Payer): Promise<object>;
  books(): BooksFacts;
  readonly refunds?: LocalRefunds;
  /** The provider proves itself by its next key from here on. @returns what that is called */
  rotateKeys?(): Promise<string>;
  callbacks(transactionId?: string): readonly Delivery[];
  /** @returns whether there was something to send again */
  resend(transactionId: string): Promise<boolean>;
  /** Resolves when no callback is under way; retries that wait for their time do not count. */
  idle(): Promise<void>;
  stop(): void;
}

/** Whether a link leads to `path` or below on this machine. */
export function leadsTo(link: string, origin: string, path: string): boolean {
  if (!URL.canParse(link)) return false;
  const url = new URL(link);
  return url.origin === origin && url.pathname.startsWith(path);
}
