// AEAD_AES_256_GCM: how WeChat Pay hides what a notification or a platform certificate says.
// @see https://pay.weixin.qq.com/doc/v3/merchant/4012071382
import { createCipheriv, randomBytes } from 'node:crypto';

export interface Sealed {
  readonly algorithm: 'AEAD_AES_256_GCM';
  /** base64 of the text in cipher, then the tag of 16 bytes */
  readonly ciphertext: string;
  readonly associated_data: string;
  /** 12 characters, used as they stand */
  readonly nonce: string;
}

/** @param key the merchant's API v3 key, 32 ASCII characters used as they stand */
export function seal(text: string, key: string, associatedData: string): Sealed {
  const nonce = randomBytes(6).toString('hex');
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(associatedData));
  const hidden = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return {
    algorithm: 'AEAD_AES_256_GCM',
    ciphertext: hidden.toString('base64'),
    associated_data: associatedData,
    nonce,
  };
}
