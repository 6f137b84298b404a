// What a signing key of KMS does: RSA over a digest, by the one algorithm that the channels want, and its public half.
import {
  constants,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  privateEncrypt,
} from 'node:crypto';
import * as z from 'zod';
import { AwsError } from './aws-json.ts';

/** It takes a tenth of a second. @returns PKCS #8, DER, base64 */
export function newRsaKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64');
}

const algorithm = 'RSASSA_PKCS1_V1_5_SHA_256';

export const signInput = z.strictObject({
  KeyId: z.string(),
  Message: z.base64(),
  MessageType: z.enum(['RAW', 'DIGEST']).default('RAW'),
  SigningAlgorithm: z.literal(algorithm, {
    error: ({ input }) => `${String(input)} is not carried out by this machine: it knows ${algorithm}.`,
  }),
});

/** bytes of a message that KMS hashes itself */
const rawLimit = 4096;
/** DER of DigestInfo for SHA-256, before the digest. @see RFC 8017, 9.2, note 1 */
const digestInfo = Buffer.from('3031300d060960864801650304020105000420', 'hex');

/**
 * @param material as `newRsaKey` made it
 * @returns members of KMS's answer
 * @throws AwsError ValidationException
 */
export function sign(material: string, { Message, MessageType }: z.infer<typeof signInput>): object {
  const message = Buffer.from(Message, 'base64');
  if (MessageType === 'RAW' && (message.length === 0 || message.length > rawLimit))
    throw new AwsError('ValidationException', `A RAW message must have 1 to ${rawLimit} bytes.`);
  const digest = MessageType === 'RAW' ? hash('sha256', message, 'buffer') : message;
  if (digest.length !== 32)
    throw new AwsError('ValidationException', `Digest is invalid length for algorithm ${algorithm}.`);
  // Node hashes whatever it is to sign: what PKCS #1 v1.5 makes of a digest is written out here.
  const signature = privateEncrypt(
    { key: privateKey(material), padding: constants.RSA_PKCS1_PADDING },
    Buffer.concat([digestInfo, digest]),
  );
  return { Signature: signature.toString('base64'), SigningAlgorithm: algorithm };
}

/** @returns SubjectPublicKeyInfo, DER, base64 */
export function publicKey(material: string): string {
  return createPublicKey(privateKey(material)).export({ type: 'spki', format: 'der' }).toString('base64');
}

/** What KMS says such a key can do, whatever of it is carried out here. */
export const signingAlgorithms: readonly string[] = ['RSASSA_PKCS1_V1_5', 'RSASSA_PSS'].flatMap((scheme) =>
  [256, 384, 512].map((bits) => `${scheme}_SHA_${bits}`),
);

function privateKey(material: string) {
  return createPrivateKey({ key: Buffer.from(material, 'base64'), format: 'der', type: 'pkcs8' });
}
