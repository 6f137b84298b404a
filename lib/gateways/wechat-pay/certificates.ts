// WeChat Pay's platform certificates out of PEM: their keys, what they are called by, and for how long they prove anything.
import { X509Certificate, type KeyObject } from 'node:crypto';
import { KeyRefused, strong } from '../crypto.ts';

/** Instants are ms since 1970 UTC, both still within. */
export interface PlatformCertificate {
  /** hex, upper case: the serial number, by which WeChat Pay names it */
  readonly serial: string;
  readonly key: KeyObject;
  readonly from: number;
  readonly until: number;
}

/**
 * @param text PEM: nothing but complete certificates, one at least, each with a key as good as `readPublicKey` asks for
 * @throws KeyRefused
 */
export function readCertificates(text: string): readonly PlatformCertificate[] {
  const blocks = /-----BEGIN CERTIFICATE-----\s[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;
  if (text.replaceAll(blocks, '').trim() !== '')
    throw new KeyRefused('there is something other than complete PEM certificates');
  const found = (text.match(blocks) ?? []).map(certificate);
  if (found.length === 0) throw new KeyRefused('there is no PEM certificate');
  return found;
}

function certificate(pem: string): PlatformCertificate {
  const { serialNumber, publicKey, validFrom, validTo } = parsed(pem);
  return {
    serial: serialNumber,
    key: strong(publicKey),
    from: Date.parse(validFrom),
    until: Date.parse(validTo),
  };
}

function parsed(pem: string) {
  try {
    const read = new X509Certificate(pem);
    // Its own key is parsed when it is asked for, and may be of a kind that OpenSSL does not know.
    const { serialNumber, publicKey, validFrom, validTo } = read;
    return { serialNumber, publicKey, validFrom, validTo };
  } catch {
    throw new KeyRefused('a certificate cannot be read');
  }
}
