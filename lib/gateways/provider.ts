// What a provider says of itself: how its channels are configured, what they take, and how they are connected.
import type * as z from 'zod';
import type { SyncPlan } from '../domain/due.ts';
import type { Currency } from '../domain/money.ts';
import type { Payee, Payer } from '../domain/payment.ts';
import type { PlatformKeys } from '../domain/platform-keys.ts';
import type { Gateway, GatewayPorts, NotificationReader, ReaderPorts, Signer } from './gateway.ts';

/** What a reader of callbacks gets beside the configuration: it can neither sign nor move money. */
export interface Proofs<Secrets> {
  /** the members that `readerSecrets` names, and no other */
  readonly secrets: Partial<Secrets>;
  /** as they were last fetched; empty where a provider's keys stand in the configuration */
  readonly platformKeys: PlatformKeys;
}

/** `signer` holds the merchant's private key wherever it lives; absent for providers that sign nothing. */
export interface Credentials<Secrets> {
  readonly secrets: Secrets;
  readonly platformKeys: PlatformKeys;
  readonly signer?: Signer;
}

export interface MethodRule {
  /** what a create must say of the payer */
  readonly requires?: readonly (keyof Payer)[];
  /** the least and the most, decimal text, of each currency that it takes */
  readonly amounts: Readonly<Partial<Record<Currency, readonly [least: string, most: string]>>>;
  /** seconds */
  readonly expiry: { readonly default: number; readonly minimum: number; readonly maximum: number };
}

/** What a provider allows of refunds; what it would refuse is refused before it is asked. @see SPEC R6.5 */
export interface RefundRule {
  /** s after the payment, as long as money can go back */
  readonly window: number;
  /** how many one payment may have */
  readonly most?: number;
  /** s between two of one payment */
  readonly pace?: number;
}

export type ChannelEnvironment = 'production' | 'sandbox' | 'local';

/** Where a channel's provider is. */
export interface Setting {
  readonly environment: ChannelEnvironment;
  /** base URL */
  readonly endpoint: string;
}

/**
 * One provider: how its channels are configured and connected. `Config` is public (kept in the channel's row and shown),
 * `Secrets` is kept in Secrets Manager and never shown. Field names in both are those of the channel API (snake_case).
 */
export interface Provider<Config = unknown, Secrets = unknown> {
  readonly name: string;
  readonly methods: Readonly<Record<string, MethodRule>>;
  readonly sync: SyncPlan;
  /** absent for a provider that gives nothing back */
  readonly refunds?: RefundRule;
  /**
   * The member of the secrets that is the PEM of the merchant's signing key. A channel whose key is in KMS has no such
   * secret; absent for providers that sign nothing.
   */
  readonly signingSecret?: string;
  /** base URL per environment; `local` channels bring their own */
  readonly endpoints: Readonly<Record<'production' | 'sandbox', string>>;
  readonly configSchema: z.ZodObject & z.ZodType<Config>;
  readonly secretsSchema: z.ZodObject & z.ZodType<Secrets>;
  /** Whom the channel's money belongs to; settle compares it with what the channel says. */
  payee(config: Config): Payee;
  /** Short public marks of the secrets, for people to compare (`sha256:…`): never the secret. */
  fingerprints(secrets: Secrets): Readonly<Record<string, string>>;
  /**
   * The members of the secrets that proving and reading callbacks takes; they are kept apart from the others, where the
   * function that is open to the world can read them.
   */
  readonly readerSecrets?: readonly string[];
  reader(config: Config & Setting, ports: ReaderPorts, proofs: Proofs<Secrets>): NotificationReader;
  connect(config: Config & Setting, credentials: Credentials<Secrets>, ports: GatewayPorts): Gateway;
}
