// The keys by which providers prove themselves, where they hand out several and change them.

/** Instants are UTC ISO-8601 ms. */
export interface PlatformKey {
  /** PEM (SPKI) */
  readonly publicKey: string;
  readonly validFrom: string;
  readonly validUntil: string;
}

/** By the serials that the provider calls them by. */
export type PlatformKeys = Readonly<Record<string, PlatformKey>>;
