// Keys that were born in KMS, judged by node:crypto and by a PEM of the very same key.
import { createPrivateKey, generateKeyPairSync, randomBytes, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KMSServiceException, type GetPublicKeyResponse, type KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { kmsSigner, publicHalf } from '../../lib/channels/signers.ts';
import { PaymentError } from '../../lib/domain/errors.ts';
import { pemSigner } from '../../lib/gateways/crypto.ts';
import { startForTests } from '../local/aws/services.ts';
import { withDirectory } from '../local/aws/support.ts';

let machine: Awaited<ReturnType<typeof startForTests>>;
beforeAll(async () => {
  machine = await startForTests();
});
afterAll(() => machine.stop());

const signing = { KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' };
const newKey = (name: string, more: object = {}) =>
  machine.services.createKey(name, { ...signing, ...more }).arn;

/** A KMS of one sentence; what it is asked is kept. */
function stub(answer: () => Promise<object>) {
  const asked: object[] = [];
  const send = ({ input }: { input: object }) => {
    asked.push(input);
    return answer();
  };
  return { asked, client: { send } as unknown as KMSClient };
}

const failing = (name: string, $fault: 'client' | 'server') =>
  stub(() => Promise.reject(new KMSServiceException({ name, $fault, $metadata: {}, message: 'raw' }))).client;

describe('a signature of KMS', () => {
  it('of any text is proved by the public half, also where KMS would not take the text itself', async () => {
    const arn = newKey('Any');
    const pem = await publicHalf(machine.kms, arn, 'v1');
    const signer = kmsSigner(machine.kms, arn, 'v1');
    expect(signer.keyId).toBe('v1');
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 9000, size: 'max' }), async (bytes) => {
        expect(verify('sha256', bytes, pem, await signer.sign(bytes))).toBe(true);
      }),
      { numRuns: 40, examples: [[new Uint8Array()], [randomBytes(4096)], [randomBytes(4097)]] },
    );
    const other = await publicHalf(machine.kms, newKey('Other'), 'v1');
    expect(verify('sha256', Buffer.from('tea'), other, await signer.sign(Buffer.from('tea')))).toBe(false);
  });

  it('is the same, byte for byte, as that of a PEM of the key', async () => {
    await withDirectory(async (dataDir) => {
      const kept = await startForTests({ dataDir });
      const { keyId, arn } = kept.services.createKey('Kept', signing);
      const keys = JSON.parse(readFileSync(join(dataDir, 'keys.json'), 'utf8')) as Record<
        string,
        { material: string }
      >;
      const der = Buffer.from(keys[keyId]?.material ?? '', 'base64');
      const pem = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({
        type: 'pkcs8',
        format: 'pem',
      });
      const [inKms, inMemory] = [kmsSigner(kept.kms, arn, 'v1'), pemSigner('v1', pem.toString())];
      for (const text of ['', 'app_id=1&biz_content={"subject":"茶"}', 'x'.repeat(10_000)]) {
        const bytes = Buffer.from(text);
        expect(await inKms.sign(bytes)).toEqual(await inMemory.sign(bytes));
      }
      await kept.stop();
    });
  });

  it('is asked for by digest, with the one algorithm', async () => {
    const { asked, client } = stub(() => Promise.resolve({ Signature: Uint8Array.of(1, 2) }));
    expect(await kmsSigner(client, 'arn:key', 'v1').sign(Buffer.from('abc'))).toEqual(Buffer.of(1, 2));
    expect(asked).toEqual([
      {
        KeyId: 'arn:key',
        Message: Buffer.from('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad', 'hex'),
        MessageType: 'DIGEST',
        SigningAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_256',
      },
    ]);
  });

  it('that is not had is an error, whatever the reason', async () => {
    const closed = newKey('ClosedSigner', { Enabled: false });
    for (const [client, name] of [
      // For good: what signs for the channel must be put right.
      [machine.kms, 'PaymentError'],
      [failing('ThrottlingException', 'client'), 'ThrottlingException'],
      [failing('KMSInternalException', 'server'), 'KMSInternalException'],
      [stub(() => Promise.resolve({})).client, 'Error'],
    ] as const)
      await expect(kmsSigner(client, closed, 'v1').sign(Buffer.from('tea'))).rejects.toMatchObject({ name });
  });
});

describe('the public half of a key', () => {
  const refusal = async (client: KMSClient, arn = 'arn:key'): Promise<unknown> =>
    publicHalf(client, arn, 'v7').then(
      () => 'given',
      (error: unknown) =>
        error instanceof PaymentError
          ? [error.code, error.details.param, error.message]
          : (error as Error).name,
    );
  const unfit = (why: string) => [
    'CHANNEL_CONFIG_INVALID',
    'signing_key',
    `The channel cannot sign with key "v7" of KMS: ${why}. Nothing was changed.`,
  ];
  const later = [
    'GATEWAY_UNAVAILABLE',
    'signing_key',
    'KMS did not give the public half of key "v7". Nothing was changed: repeat the request.',
  ];

  it('is PEM', async () => {
    const pem = await publicHalf(machine.kms, newKey('Pem'), 'v1');
    expect(pem).toMatch(/^-----BEGIN PUBLIC KEY-----\n[A-Za-z0-9+/=\n]+-----END PUBLIC KEY-----\n$/);
  });

  it('of a key that cannot sign is refused with the reason', async () => {
    expect(await refusal(machine.kms, newKey('Closed', { Enabled: false }))).toEqual(unfit('it is disabled'));
    expect(await refusal(machine.kms, 'alias/nothing')).toEqual(unfit('it is not there'));
    const symmetric = machine.services.createKey('Symmetric', {}).arn;
    expect(await refusal(machine.kms, symmetric)).toEqual(unfit('it is no key to sign with'));
    expect(await refusal(failing('KMSInvalidStateException', 'client'))).toEqual(
      unfit('it is to be deleted, or not there yet'),
    );
  });

  const spki = (type: 'rsa' | 'ec', modulusLength = 2048) =>
    generateKeyPairSync(type as 'rsa', {
      modulusLength,
      ...(type === 'ec' && { namedCurve: 'P-256' }),
    }).publicKey.export({ type: 'spki', format: 'der' });
  const answering = (answer: Partial<GetPublicKeyResponse>) => stub(() => Promise.resolve(answer)).client;
  const algorithms = { SigningAlgorithms: ['RSASSA_PKCS1_V1_5_SHA_256' as const] };

  it.each<[string, Partial<GetPublicKeyResponse>, string]>([
    [
      'of 1024 bits',
      { PublicKey: spki('rsa', 1024), ...algorithms },
      'the key has 1024 bits; 2048 are the least',
    ],
    ['on a curve', { PublicKey: spki('ec'), ...algorithms }, 'the key is not an RSA key'],
    ['that closes messages', { PublicKey: spki('rsa') }, 'it makes no RSA signatures'],
    ['that did not come', { ...algorithms }, 'the key is empty'],
  ])('%s is refused', async (_, answer, why) => {
    expect(await refusal(answering(answer))).toEqual(unfit(why));
  });

  it('can be had later when KMS is down, busy or does not answer', async () => {
    for (const client of [
      failing('KMSInternalException', 'server'),
      failing('ThrottlingException', 'client'),
      stub(() => Promise.reject(Object.assign(new Error('raw'), { name: 'TimeoutError' }))).client,
    ])
      expect(await refusal(client)).toEqual(later);
  });

  it('that may not be read is a fault of ours, not of the configuration', async () => {
    expect(await refusal(failing('AccessDeniedException', 'client'))).toBe('AccessDeniedException');
  });
});
