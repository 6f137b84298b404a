// Whose word is Alipay's: the public key that the channel trusts, bare or out of a certificate; and how requests name the
// certificates of both sides.
import type { KeyObject } from 'node:crypto';
import { fingerprint, readPublicKey } from '../crypto.ts';
import { platformChain, rootSerialOf, serialOf } from './certificates.ts';
import type { AlipayConfig } from './config.ts';

/** What proves Alipay's word. */
export interface PlatformKey {
  readonly key: KeyObject;
  /** its certificate's serial, or a mark of the bare key */
  readonly version: string;
  /** certificate mode: from when until when it proves anything, ms since 1970 UTC */
  readonly valid?: { readonly from: number; readonly until: number };
}

/** @throws KeyRefused for what the schema of the configuration refuses */
export function platformKey(config: AlipayConfig): PlatformKey {
  const { public_key_platform: bare, certificate_platform = '', root_certificate_platform = '' } = config;
  if (bare !== undefined) return { key: readPublicKey(bare), version: fingerprint(bare) };
  const chain = platformChain(certificate_platform, root_certificate_platform);
  return {
    key: chain[0].publicKey,
    version: serialOf(certificate_platform),
    valid: {
      from: Math.max(...chain.map(({ validFrom }) => Date.parse(validFrom))),
      until: Math.min(...chain.map(({ validTo }) => Date.parse(validTo))),
    },
  };
}

/** The parameters by which every request names our certificate and Alipay's roots; none in public-key mode. */
export function certificateParameters(config: AlipayConfig): Readonly<Record<string, string>> {
  const { app_certificate: app, root_certificate_platform: roots } = config;
  if (app === undefined || roots === undefined) return {};
  return { app_cert_sn: serialOf(app), alipay_root_cert_sn: rootSerialOf(roots) };
}

/**
 * Why our key cannot prove what names this certificate, or nothing any more; undefined when it can.
 * @param told `alipay_cert_sn`, unproved
 */
export function whyNotProved(
  { version, valid }: PlatformKey,
  told: unknown,
  now: number,
): string | undefined {
  if (!valid) return undefined;
  if (told !== version) return `signed with ${certificate(told)}, and ${version} is configured`;
  if (now >= valid.from && now <= valid.until) return undefined;
  return `certificate ${version}, or one that vouches for it, is not valid now: configure Alipay's present one`;
}

function certificate(told: unknown): string {
  return typeof told === 'string' && /^[0-9a-f]{32}$/.test(told)
    ? `certificate ${told}`
    : 'no certificate named';
}
