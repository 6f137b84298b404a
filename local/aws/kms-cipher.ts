// How a symmetric key closes a message: AES-256-GCM, with the key's id and the encryption context authenticated.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { AwsError } from './aws-json.ts';

export interface CipherKey {
  /** a UUID */
  readonly id: string;
  /** 32 bytes, base64 */
  readonly material: string;
}

export type EncryptionContext = Readonly<Record<string, string>>;

/** A closed message: 16 bytes key id, 12 bytes nonce, 16 bytes tag, then as many bytes as the plaintext has. */
const at = { nonce: 16, tag: 28, data: 44 };

export function close(key: CipherKey, plain: Buffer, said: EncryptionContext): string {
  const nonce = randomBytes(12);
  const id = Buffer.from(key.id.replaceAll('-', ''), 'hex');
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(key.material, 'base64'), nonce);
  cipher.setAAD(authenticated(id, said));
  const data = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([id, nonce, cipher.getAuthTag(), data]).toString('base64');
}

/** @throws AwsError InvalidCiphertextException */
export function open(key: CipherKey, closed: Buffer, said: EncryptionContext): Buffer {
  const material = Buffer.from(key.material, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', material, closed.subarray(at.nonce, at.tag));
  decipher.setAAD(authenticated(closed.subarray(0, at.nonce), said));
  decipher.setAuthTag(closed.subarray(at.tag, at.data));
  try {
    return Buffer.concat([decipher.update(closed.subarray(at.data)), decipher.final()]);
  } catch {
    throw invalidCiphertext();
  }
}

/** @returns the id of the key that the message says it was closed with */
export function keyIdOf(closed: Buffer): string | undefined {
  if (closed.length <= at.data) return undefined;
  return closed.toString('hex', 0, at.nonce).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function authenticated(id: Buffer, said: EncryptionContext): Buffer {
  const sorted = Object.entries(said).sort(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.concat([id, Buffer.from(JSON.stringify(sorted))]);
}

export function invalidCiphertext(): AwsError {
  return new AwsError(
    'InvalidCiphertextException',
    'The ciphertext was changed, or the encryption context is another.',
  );
}
