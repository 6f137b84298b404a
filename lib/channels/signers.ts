// The merchant's keys that were born in KMS: they sign there, and only their public halves come out.
import { hash } from 'node:crypto';
import { GetPublicKeyCommand, KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { PaymentError } from '../domain/errors.ts';
import { KeyRefused, readPublicKey } from '../gateways/crypto.ts';
import type { Signer } from '../gateways/gateway.ts';
import { clientDefaults, unlogged } from '../store/table.ts';
import { passes } from './failures.ts';

const SigningAlgorithm = 'RSASSA_PKCS1_V1_5_SHA_256';

export function keysClient(): KMSClient {
  return unlogged(new KMSClient(clientDefaults));
}

/**
 * A signer whose key is in KMS. The digest is made here: KMS takes no text of more than 4,096 bytes. A signature is the same,
 * byte for byte, as that of a PEM of the key would be. Whatever `sign` throws, nothing was signed: PaymentError
 * CHANNEL_MISCONFIGURED when KMS refuses for good (the key is disabled, gone, or not ours to use), else what the SDK throws.
 * @see CHANNELS 0.5; QUALITY 4.2
 */
export function kmsSigner(client: KMSClient, arn: string, keyId: string): Signer {
  return {
    keyId,
    sign: async (bytes) => {
      const digest = hash('sha256', bytes, 'buffer');
      const command = new SignCommand({
        KeyId: arn,
        Message: digest,
        MessageType: 'DIGEST',
        SigningAlgorithm,
      });
      const { Signature } = await client.send(command).catch((cause: unknown) => {
        throw passes(cause) ? cause : unusable(keyId, cause);
      });
      if (!Signature) throw new Error('KMS answered without a signature.');
      return Buffer.from(Signature);
    },
  };
}

/**
 * @returns PEM (SPKI) of an RSA key of at least 2048 bits, which the provider's console takes
 * @throws PaymentError CHANNEL_CONFIG_INVALID when it is no key to sign with, GATEWAY_UNAVAILABLE when KMS is out of reach
 */
export async function publicHalf(client: KMSClient, arn: string, name: string): Promise<string> {
  try {
    const { PublicKey, SigningAlgorithms } = await client.send(new GetPublicKeyCommand({ KeyId: arn }));
    if (!SigningAlgorithms?.includes(SigningAlgorithm)) throw new KeyRefused('it makes no RSA signatures');
    const key = readPublicKey(Buffer.from(PublicKey ?? []).toString('base64'));
    return key.export({ type: 'spki', format: 'pem' }).toString();
  } catch (cause) {
    throw refused(name, cause);
  }
}

function unusable(name: string, cause: unknown): PaymentError {
  const detail = `The channel cannot sign with key "${name}" of KMS. Nothing was sent to the provider.`;
  return new PaymentError('CHANNEL_MISCONFIGURED', { detail }, { cause });
}

/** KMS's own words → ours. */
const unfit: Readonly<Record<string, string>> = {
  DisabledException: 'it is disabled',
  KMSInvalidStateException: 'it is to be deleted, or not there yet',
  NotFoundException: 'it is not there',
  InvalidKeyUsageException: 'it is no key to sign with',
  UnsupportedOperationException: 'it is no key to sign with',
};

function refused(name: string, cause: unknown): unknown {
  const why = cause instanceof KeyRefused ? cause.message : unfit[(cause as Error).name];
  if (why !== undefined) {
    const detail = `The channel cannot sign with key "${name}" of KMS: ${why}. Nothing was changed.`;
    return new PaymentError('CHANNEL_CONFIG_INVALID', { param: 'signing_key', detail }, { cause });
  }
  if (!passes(cause)) return cause;
  const detail = `KMS did not give the public half of key "${name}". Nothing was changed: repeat the request.`;
  return new PaymentError('GATEWAY_UNAVAILABLE', { param: 'signing_key', detail, retryAfter: 5 }, { cause });
}
