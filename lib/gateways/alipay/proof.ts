// What Alipay says in fields, proved: over the bytes of the values, in whatever charset they are, with the key that the
// channel trusts now.
import { isSignature, verifyRsaSha256 } from '../crypto.ts';
import { CallbackRefused } from '../gateway.ts';
import { fromBeijing } from './beijing.ts';
import type { AlipayConfig } from './config.ts';
import type { Fields } from './fields.ts';
import { whyNotProved, type PlatformKey } from './keys.ts';
import { contentToSign } from './signature.ts';

/** ms. Alipay repeats a notice for 25 hours with the time of the first; its clock and ours may differ. */
const window = { past: 48 * 60 * 60 * 1000, future: 10 * 60 * 1000 };

/**
 * @param form values as bytes, one character each
 * @param now ms since 1970 UTC
 * @throws CallbackRefused malformed, not_authentic
 */
export function prove(form: ReadonlyMap<string, string>, platform: PlatformKey, now: number): void {
  const signature = form.get('sign');
  if (form.get('sign_type') !== 'RSA2') throw new CallbackRefused('not_authentic', 'sign_type is not RSA2');
  if (signature === undefined) throw new CallbackRefused('not_authentic', 'there is no signature');
  if (!isSignature(platform.key, signature))
    throw new CallbackRefused('malformed', 'sign is not the base64 of a signature');
  // Not every one names its certificate; then the key alone tells.
  const why = whyNotProved(platform, form.get('alipay_cert_sn') || platform.version, now);
  if (why !== undefined) throw new CallbackRefused('not_authentic', why);
  const content = Buffer.from(contentToSign(form, ['sign', 'sign_type']), 'latin1');
  if (!verifyRsaSha256(platform.key, content, signature))
    throw new CallbackRefused('not_authentic', 'the signature is not of this text');
}

/**
 * @param name the field that says when: Beijing wall-clock
 * @throws CallbackRefused not_authentic
 */
export function checkTime(fields: Fields, name: string, now: number): void {
  const at = fromBeijing(fields.get(name) ?? '') ?? 0;
  if (at < now - window.past || at > now + window.future)
    throw new CallbackRefused('not_authentic', `${name} is not of these days`);
}

/** @throws CallbackRefused foreign */
export function checkOurs(fields: Fields, config: AlipayConfig): void {
  const seller = fields.get('seller_id') ?? config.merchant_id;
  const app = fields.get('app_id') ?? '';
  if (app !== config.app_id || seller !== config.merchant_id)
    throw new CallbackRefused('foreign', `this is about application ${app} of seller ${seller}`);
}
