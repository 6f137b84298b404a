import { createPublicKey, hash, verify } from 'node:crypto';
import { GetPublicKeyCommand, SignCommand, type SignCommandInput } from '@aws-sdk/client-kms';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { FaultOrder } from '../../../local/aws/gate/faults.ts';
import { arns, startBench } from './bench.ts';

const SigningAlgorithm = 'RSASSA_PKCS1_V1_5_SHA_256';
const text = Buffer.from('sign me');

let bench: Awaited<ReturnType<typeof startBench>>;
beforeAll(async () => {
  bench = await startBench([]);
  // As the template has it.
  const StringEquals = { 'kms:SigningAlgorithm': SigningAlgorithm, 'kms:MessageType': 'DIGEST' };
  const [signs, reads] = [
    { Effect: 'Allow', Action: 'kms:Sign', Resource: bench.signer, Condition: { StringEquals } },
    { Effect: 'Allow', Action: 'kms:GetPublicKey', Resource: bench.signer },
  ];
  bench.gate.access.addRole(arns.role, [{ Version: '2012-10-17', Statement: [signs, reads] }]);
});
afterEach(() => {
  bench.gate.faults.clear();
});
afterAll(() => bench.stop());

const sign = (changes: Partial<SignCommandInput> = {}) =>
  bench.kms.send(
    new SignCommand({
      ...{ KeyId: bench.signer, SigningAlgorithm, MessageType: 'DIGEST' },
      ...{ Message: hash('sha256', text, 'buffer'), ...changes },
    }),
  );

describe('a function whose role may sign', () => {
  test('gets a signature that the public half proves, and the call is counted', async () => {
    const { PublicKey = new Uint8Array() } = await bench.kms.send(
      new GetPublicKeyCommand({ KeyId: bench.signer }),
    );
    const key = createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' });
    for (const KeyId of [bench.signer, bench.signer.split('/')[1]]) {
      const { Signature = new Uint8Array() } = await sign({ KeyId });
      expect(verify('sha256', text, key, Signature)).toBe(true);
    }
    expect(bench.calls().at(-1)).toMatchObject({
      ...{ service: 'kms', action: 'Sign', resources: [bench.signer], outcome: 'ok' },
    });
  });

  test.each<[string, Partial<SignCommandInput>]>([
    ['a message whole', { MessageType: 'RAW' }],
    ['without saying what it is', { MessageType: undefined }],
    ['by another algorithm', { SigningAlgorithm: 'RSASSA_PSS_SHA_256' }],
    ['with another key', { KeyId: 'arn:aws:kms:us-east-1:000000000000:key/another' }],
  ])('does not sign %s', async (_, changes) => {
    await expect(sign(changes)).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining('is not authorized to perform: kms:Sign on resource: ') as unknown,
    });
    expect(bench.told.at(-1)).toMatchObject({ name: 'aws.denied', facts: { action: 'kms:Sign' } });
  });

  test('does not when the grant is taken away, nor does it read the public half', async () => {
    const back = bench.gate.access.grantsOf(arns.role).map((one) => bench.gate.access.withhold(one));
    const denied = { name: 'AccessDeniedException' };
    await expect(sign()).rejects.toMatchObject(denied);
    const reading = bench.kms.send(new GetPublicKeyCommand({ KeyId: bench.signer }));
    await expect(reading).rejects.toMatchObject(denied);
    for (const give of back) give();
    expect((await sign()).Signature).toHaveLength(256);
  });

  test('names keys by id or ARN: what an alias leads to is judged nowhere', async () => {
    await expect(sign({ KeyId: 'alias/signer' })).rejects.toMatchObject({
      message: expect.stringContaining('TrentService.Sign is not carried out') as unknown,
    });
  });
});

describe('faults of KMS', () => {
  test.each<[FaultOrder['fault'], string]>([
    ['throttle', 'ThrottlingException'],
    ['internal_error', 'KMSInternalException'],
    ['access_denied', 'AccessDeniedException'],
  ])('%s refuses a signature as %s, once', async (fault, name) => {
    bench.gate.faults.add({ fault, service: 'kms', action: 'Sign' });
    await expect(sign()).rejects.toMatchObject({ name });
    expect((await sign()).Signature).toHaveLength(256);
  });

  test('a lost answer is no answer', async () => {
    bench.gate.faults.add({ fault: 'lost_answer', service: 'kms' });
    await expect(sign()).rejects.toThrow();
    expect((await sign()).Signature).toHaveLength(256);
  });

  test('strike what they name only', async () => {
    bench.gate.faults.add({ fault: 'throttle', service: 'kms', action: 'Decrypt' });
    expect((await sign()).Signature).toHaveLength(256);
  });
});
