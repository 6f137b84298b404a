// The keys that a channel could sign with, as they are shown before one of them is taken into use.
import { verify } from 'node:crypto';
import { KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { declaredKeys } from '../../functions/get-channel/signing-keys.ts';
import { kmsSigner, publicHalf } from '../../lib/channels/signers.ts';
import { startForTests } from '../local/aws/services.ts';
import { refusal } from './configurable.ts';

let machine: Awaited<ReturnType<typeof startForTests>>;
let arns: Record<'v1' | 'v2' | 'closed', string>;
beforeAll(async () => {
  machine = await startForTests();
  const key = (name: string, Enabled = true) =>
    machine.services.createKey(name, { KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY', Enabled }).arn;
  arns = { v1: key('One'), v2: key('Two'), closed: key('Closed', false) };
});
afterAll(() => machine.stop());

const channel = { code: 'ALIPAY', provider: 'alipay' };
const shown = (signing_keys?: Record<string, string>, kms = machine.kms) =>
  declaredKeys((arn, name) => publicHalf(kms, arn, name), {
    ...channel,
    ...(signing_keys && { signing_keys }),
  });

it('each has the public half that proves its own signatures, and no other', async () => {
  const { v1, v2 } = arns;
  const keys = await shown({ v1, v2 });
  expect(keys.map(({ name }) => name)).toEqual(['v1', 'v2']);
  const text = Buffer.from('tea');
  for (const [signer, arn] of Object.entries({ v1, v2 })) {
    const signature = await kmsSigner(machine.kms, arn, signer).sign(text);
    for (const { name, publicKey = '' } of keys)
      expect(verify('sha256', text, publicKey, signature)).toBe(name === signer);
  }
});

it('one that is disabled is named alone, and does not hide the others', async () => {
  const { v1, closed } = arns;
  expect(await shown({ closed, v1 })).toEqual([
    { name: 'closed' },
    { name: 'v1', publicKey: expect.stringMatching(/^-----BEGIN PUBLIC KEY-----\n/) },
  ]);
});

it('there are none where the stage declares none: KMS is not asked', async () => {
  const silent = new KMSClient({ endpoint: 'http://127.0.0.1:1', region: 'us-east-1' });
  expect(await shown(undefined, silent)).toEqual([]);
});

it('are told later when KMS is out of reach, and not as if there were none', async () => {
  const away = new KMSClient({
    endpoint: 'http://127.0.0.1:1',
    region: 'us-east-1',
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    maxAttempts: 1,
  });
  expect(await refusal(shown({ v1: arns.v1 }, away))).toEqual({
    code: 'GATEWAY_UNAVAILABLE',
    param: 'signing_key',
  });
});

it('are not told when we may not read them: that is a fault of ours', async () => {
  const denied = Object.assign(new Error('denied'), { name: 'AccessDeniedException', $fault: 'client' });
  const kms = { send: () => Promise.reject(denied) } as unknown as KMSClient;
  await expect(shown({ v1: arns.v1 }, kms)).rejects.toBe(denied);
});
