// Whose word is WeChat Pay's: every key that it may prove itself with, by the serial that it names it by.
import type { KeyObject } from 'node:crypto';
import type { PlatformKeys } from '../../domain/platform-keys.ts';
import { readPublicKey } from '../crypto.ts';
import { readCertificates } from './certificates.ts';
import type { WeChatPayConfig } from './config.ts';

interface PlatformKey {
  readonly key: KeyObject;
  /** a certificate's key: from when until when it proves anything, ms since 1970 UTC */
  readonly valid?: { readonly from: number; readonly until: number };
}

/** By serial; a map, so that no serial finds what nobody put there. */
export type KeyRing = ReadonlyMap<string, PlatformKey>;

/**
 * The configured keys and the fetched ones together: while WeChat Pay changes keys, it signs with old and new.
 * @throws KeyRefused for what the schema of the configuration refuses
 */
export function keyRing(config: WeChatPayConfig, fetched: PlatformKeys): KeyRing {
  const { public_key_platform: bare, public_key_id_platform: id, certificate_platform: pem } = config;
  const ring = new Map<string, PlatformKey>();
  if (bare !== undefined && id !== undefined) ring.set(id, { key: readPublicKey(bare) });
  const certificates = pem === undefined ? [] : readCertificates(pem);
  for (const { serial, key, from, until } of certificates) ring.set(serial, { key, valid: { from, until } });
  return new Map([...ring, ...fetchedKeys(fetched)]);
}

/** @throws KeyRefused */
export function fetchedKeys(fetched: PlatformKeys): KeyRing {
  return new Map(
    Object.entries(fetched).map(([serial, { publicKey, validFrom, validUntil }]) => [
      serial,
      {
        key: readPublicKey(publicKey),
        valid: { from: Date.parse(validFrom), until: Date.parse(validUntil) },
      },
    ]),
  );
}

/** @returns undefined for a serial that is not ours, and for a certificate outside of its time */
export function keyFor(ring: KeyRing, serial: string, now: number): KeyObject | undefined {
  const found = ring.get(serial);
  if (!found) return undefined;
  const { key, valid } = found;
  return !valid || (now >= valid.from && now <= valid.until) ? key : undefined;
}
