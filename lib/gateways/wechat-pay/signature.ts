// What WeChat Pay's signatures cover, byte by byte, and the proof of what it sends: answers and callbacks alike.
// @see https://pay.weixin.qq.com/doc/v3/merchant/4012365342
import { verifyRsaSha256 } from '../crypto.ts';
import { keyFor, type KeyRing } from './keys.ts';

export const scheme = 'WECHATPAY2-SHA256-RSA2048';

/** Each line ends with a line feed, the last one too. */
export function lines(...parts: readonly string[]): string {
  return parts.map((part) => `${part}\n`).join('');
}

/** Every value of each header, names in lower case. */
export type HeaderValues = Readonly<Record<string, readonly string[]>>;

export type Proof =
  | { readonly kind: 'proved'; readonly serial: string }
  | {
      readonly kind: 'refused';
      readonly reason: 'malformed' | 'not_authentic' | 'probe';
      readonly detail: string;
    };

/** s, before and after our clock */
const window = 300;

/** WeChat Pay sends such now and then, to see whether anybody looks: they are to be refused. */
const probe = 'WECHATPAY/SIGNTEST/';

/**
 * Proves bytes by the headers that came with them; reads nothing of the bytes.
 * @param now ms since 1970 UTC
 */
export function prove(headers: HeaderValues, body: Uint8Array, ring: KeyRing, now: number): Proof {
  const values = signingHeaders(headers);
  if ('kind' in values) return values;
  const { timestamp, nonce, serial, signature } = values;
  if (signature.startsWith(probe)) return refused('probe', 'a signature test of the provider');
  // A line feed in it would move the border between the signed lines.
  if (!/^[\x21-\x7e]{1,64}$/.test(nonce)) return refused('malformed', 'the nonce is not of its form');
  if (!/^\d{10}$/.test(timestamp) || Math.abs(now - Number(timestamp) * 1000) > window * 1000)
    return refused('not_authentic', 'signed more than five minutes away from now');
  if (!/^([0-9A-F]{2,40}|PUB_KEY_ID_\d{1,53})$/.test(serial))
    return refused('not_authentic', 'the serial is not of its form');
  const key = keyFor(ring, serial, now);
  if (!key) return refused('not_authentic', `no key of serial ${serial} is known, or it is not valid now`);
  const signed = Buffer.concat([Buffer.from(lines(timestamp, nonce)), body, Buffer.from('\n')]);
  if (!verifyRsaSha256(key, signed, signature))
    return refused('not_authentic', `the signature is not that of key ${serial}`);
  return { kind: 'proved', serial };
}

/** Names of the headers that prove, in lower case. */
export const proofHeaders: readonly string[] = [
  ...['timestamp', 'nonce', 'serial', 'signature', 'signature-type'].map((name) => `wechatpay-${name}`),
];

const names = ['timestamp', 'nonce', 'serial', 'signature'] as const;

type SigningHeaders = Readonly<Record<(typeof names)[number], string>>;

function signingHeaders(headers: HeaderValues): SigningHeaders | Extract<Proof, { kind: 'refused' }> {
  const found: Partial<Record<(typeof names)[number], string>> = {};
  for (const name of names) {
    const [value = '', ...more] = headers[`wechatpay-${name}`] ?? [];
    if (more.length > 0) return refused('malformed', `wechatpay-${name} stands twice`);
    if (value === '') return refused('not_authentic', `wechatpay-${name} is missing`);
    found[name] = value;
  }
  const types = headers['wechatpay-signature-type'] ?? [];
  if (types.length > 1) return refused('malformed', 'wechatpay-signature-type stands twice');
  if (types.some((type) => type !== scheme))
    return refused('not_authentic', 'the signature is of a kind that is not accepted');
  return found as SigningHeaders;
}

function refused(reason: Extract<Proof, { kind: 'refused' }>['reason'], detail: string) {
  return { kind: 'refused', reason, detail } as const;
}
