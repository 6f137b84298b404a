// What WeChat Pay seals with the APIv3 key: the content of callbacks, and its certificates.
// @see https://pay.weixin.qq.com/doc/v3/merchant/4012071382
import { createDecipheriv } from 'node:crypto';
import type { Json } from '../../domain/canonical-json.ts';
import { isNode } from './json.ts';

export interface Sealed {
  /** data, and behind it the tag */
  readonly ciphertext: Buffer;
  readonly nonce: Buffer;
  readonly associatedData: Buffer;
}

/** bytes */
const tagSize = 16;
const nonceSize = 12;

/** @returns undefined when it is not of the one form that there is */
export function readSealed(value: Json | undefined): Sealed | undefined {
  if (!isNode(value) || value['algorithm'] !== 'AEAD_AES_256_GCM') return undefined;
  const { ciphertext, nonce, associated_data: associated } = value;
  if (typeof ciphertext !== 'string' || typeof nonce !== 'string') return undefined;
  if (associated !== undefined && associated !== null && typeof associated !== 'string') return undefined;
  const sealed = Buffer.from(ciphertext, 'base64');
  const salt = Buffer.from(nonce);
  if (sealed.toString('base64') !== ciphertext || sealed.length <= tagSize || salt.length !== nonceSize)
    return undefined;
  return { ciphertext: sealed, nonce: salt, associatedData: Buffer.from(associated ?? '') };
}

/**
 * @param key the 32 characters of the APIv3 key
 * @returns undefined when it was sealed with another key, or changed since
 */
export function open({ ciphertext, nonce, associatedData }: Sealed, key: string): Buffer | undefined {
  const decipher = createDecipheriv('aes-256-gcm', Buffer.from(key), nonce, { authTagLength: tagSize });
  decipher.setAAD(associatedData);
  decipher.setAuthTag(ciphertext.subarray(-tagSize));
  const opened = decipher.update(ciphertext.subarray(0, -tagSize));
  try {
    return Buffer.concat([opened, decipher.final()]);
  } catch {
    // OpenSSL has no reason to give.
    return undefined;
  }
}
