// A channel whose key is in KMS: what is asked of whom, what is kept, and the ways there and back.
import { KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { channelView } from '../../lib/api/channel-view.ts';
import { publicHalf } from '../../lib/channels/signers.ts';
import type { Provider } from '../../lib/gateways/provider.ts';
import { provider } from '../../lib/gateways/registry.ts';
import { merchant } from '../contract/alipay-side.ts';
import { startForTests } from '../local/aws/services.ts';
import { startDatabase, type Database } from '../store/database.ts';
import { configurable, refusal, right, withoutSecret } from './configurable.ts';

let database: Database;
let machine: Awaited<ReturnType<typeof startForTests>>;
let signing_keys: Record<'v1' | 'v2' | 'closed', string>;
beforeAll(async () => {
  [database, machine] = await Promise.all([startDatabase(), startForTests()]);
  const key = (name: string, Enabled = true) =>
    machine.services.createKey(name, { KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY', Enabled }).arn;
  signing_keys = { v1: key('One'), v2: key('Two'), closed: key('Closed', false) };
});
afterAll(() => Promise.all([database.stop(), machine.stop()]));

/** With the real KMS of the machine; `asked` counts how often. */
function withKeys(
  changes: { provider?: (name: string) => Provider; keys?: KMSClient } = {},
  declared: Record<string, string> = signing_keys,
) {
  const { keys = machine.kms, ...others } = changes;
  const asked: string[] = [];
  const half = (arn: string, name: string) => {
    asked.push(name);
    return publicHalf(keys, arn, name);
  };
  return { asked, ...configurable(database, { publicHalf: half, ...others }, { signing_keys: declared }) };
}

const inKms = { ...withoutSecret, signing_key: 'v1' };
const pem = /^-----BEGIN PUBLIC KEY-----\n/;
const invalid = (param: string) => ({ code: 'CHANNEL_CONFIG_INVALID', param });

describe('a channel with its key in KMS', () => {
  it('shows the public half, and has no secret at all', async () => {
    const { put, kept, row } = withKeys();
    const first = await put(inKms);
    expect(first).toMatchObject({
      signingKey: { name: 'v1', publicKey: expect.stringMatching(pem) },
      fingerprints: {},
    });
    expect(first).not.toHaveProperty('secretVersion');
    expect([kept, await row()]).toEqual([[], first]);
    expect(channelView(first)).toMatchObject({
      signing_key: { name: 'v1', public_key: first.signingKey?.publicKey },
      secret_fingerprints: {},
    });
  });

  it('keeps it when it is left out, and has another one when that is named', async () => {
    const { put, asked } = withKeys();
    const first = await put(inKms);
    expect(await put({ ...withoutSecret, is_active: false })).toMatchObject({
      signingKey: first.signingKey,
      version: 2,
    });
    const turned = await put({ ...withoutSecret, signing_key: 'v2' });
    expect(turned.signingKey?.name).toBe('v2');
    expect(turned.signingKey?.publicKey).not.toBe(first.signingKey?.publicKey);
    expect(asked).toEqual(['v1', 'v2']);
  });

  it('takes no private key, whether its own is named or left out', async () => {
    const { put, kept, row } = withKeys();
    const sent = { ...inKms, private_key_merchant: merchant.privatePem };
    expect(await refusal(put(sent))).toEqual(invalid('private_key_merchant'));
    const first = await put(inKms);
    expect(await refusal(put(right))).toEqual(invalid('private_key_merchant'));
    const error = (await put(right).catch((thrown: unknown) => thrown)) as Error;
    expect(error.message).toMatch(/would have left KMS/);
    expect([kept, await row()]).toEqual([[], first]);
  });

  it('goes back to a private key only together with one', async () => {
    const { put, kept, row } = withKeys();
    const first = await put(inKms);
    const without = { code: 'INVALID_REQUEST', param: 'private_key_merchant' };
    expect(await refusal(put({ ...withoutSecret, signing_key: null }))).toEqual(without);
    expect(await row()).toEqual(first);
    const back = await put({ ...right, signing_key: null });
    expect(back).not.toHaveProperty('signingKey');
    expect(kept.map(({ version }) => version)).toEqual([back.secretVersion]);
    expect(channelView(back)).not.toHaveProperty('signing_key');
  });

  it('forgets the private key that it had before', async () => {
    const { put } = withKeys();
    const first = await put(right);
    expect(await put({ ...right, signing_key: null })).toMatchObject({ version: 2 });
    expect(first.secretVersion).toBeDefined();
    const moved = await put(inKms);
    expect(moved).toMatchObject({ fingerprints: {}, version: 3 });
    expect(moved).not.toHaveProperty('secretVersion');
  });

  it('is not kept under a key that the stage declares no more: another is named, or none', async () => {
    const declared: Record<string, string> = { ...signing_keys };
    const { put, row, kept } = withKeys({}, declared);
    const first = await put(inKms);
    delete declared['v1'];
    const error: unknown = await put(withoutSecret).catch((thrown: unknown) => thrown);
    expect(await refusal(Promise.reject(error as Error))).toEqual(invalid('signing_key'));
    expect((error as Error).message).toMatch(/"v1".*Name another.*Its keys are: v2, closed\.$/);
    expect([kept, await row()]).toEqual([[], first]);
    expect((await put({ ...withoutSecret, signing_key: 'v2' })).signingKey?.name).toBe('v2');
    for (const name of Object.keys(declared)) Reflect.deleteProperty(declared, name);
    expect(await refusal(put(withoutSecret))).toEqual(invalid('signing_key'));
    expect(await put({ ...right, signing_key: null })).not.toHaveProperty('signingKey');
  });

  it.each(['v9', '', '__proto__', 'constructor', 'arn:aws:kms:us-east-1:000000000000:key/1'])(
    'does not have the key %j, which the stage does not declare',
    async (signing_key) => {
      const { put, row, asked } = withKeys();
      expect(await refusal(put({ ...inKms, signing_key }))).toEqual(invalid('signing_key'));
      expect([asked, await row()]).toEqual([[], undefined]);
    },
  );
});

it('a private key in the wrong field is not said back', async () => {
  const { put } = withKeys();
  const sent = { ...inKms, signing_key: merchant.privatePem, private_key_merchant: merchant.privatePem };
  const error = await put(sent).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'CHANNEL_CONFIG_INVALID' });
  expect(JSON.stringify([error, String(error)])).not.toContain(merchant.privatePem.split('\n')[1]);
});

describe('KMS', () => {
  it('that holds the key disabled: the configuration is refused, and nothing is written', async () => {
    const { put, row, kept } = withKeys();
    expect(await refusal(put({ ...inKms, signing_key: 'closed' }))).toEqual(invalid('signing_key'));
    expect([kept, await row()]).toEqual([[], undefined]);
  });

  it('that is out of reach: later, and nothing is written', async () => {
    const keys = new KMSClient({
      endpoint: 'http://127.0.0.1:1',
      region: 'us-east-1',
      credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
      maxAttempts: 1,
    });
    const { put, row, kept } = withKeys({ keys, provider: () => twoSecrets });
    const sent = { ...inKms, api_key: 'abc' };
    expect(await refusal(put(sent))).toEqual({ code: 'GATEWAY_UNAVAILABLE', param: 'signing_key' });
    expect([kept, await row()]).toEqual([[], undefined]);
  });
});

const alipay = provider('alipay');
const fingerprints = (secrets: unknown) =>
  Object.fromEntries(Object.keys(secrets as object).map((name) => [name, `sha256:${name}`]));

/** A provider that knows a secret beside the signing key. */
const twoSecrets: Provider = {
  ...alipay,
  secretsSchema: z.strictObject({ private_key_merchant: z.string(), api_key: z.string() }),
  fingerprints,
};

describe('the other secrets of a channel', () => {
  it('are sent with the key in KMS, kept without the private one, and stay', async () => {
    const { put, kept } = withKeys({ provider: () => twoSecrets });
    expect(await refusal(put(inKms))).toEqual({ code: 'INVALID_REQUEST', param: 'api_key' });
    const first = await put({ ...inKms, api_key: 'abc' });
    expect(kept).toEqual([
      { arn: expect.anything(), version: first.secretVersion, secrets: { api_key: 'abc' } },
    ]);
    const { secretVersion, fingerprints: marks } = first;
    expect(marks).toEqual({ api_key: 'sha256:api_key' });
    const turned = await put({ ...withoutSecret, signing_key: 'v2' });
    expect(turned).toMatchObject({ secretVersion, fingerprints: marks });
    expect(kept).toHaveLength(1);
  });

  it('are sent anew with a change of the way to sign: the version before holds the private key', async () => {
    const { put, kept, row } = withKeys({ provider: () => twoSecrets });
    const first = await put({ ...right, api_key: 'abc' });
    expect(await refusal(put(inKms))).toEqual({ code: 'INVALID_REQUEST', param: 'api_key' });
    expect(await row()).toEqual(first);
    await put({ ...inKms, api_key: 'abc' });
    expect(kept.map(({ secrets }) => Object.keys(secrets))).toEqual([
      ['private_key_merchant', 'api_key'],
      ['api_key'],
    ]);
  });
});

it('a provider that signs nothing has no use for a key', async () => {
  const unsigned: Record<string, unknown> = { ...twoSecrets };
  delete unsigned['signingSecret'];
  const { put, row } = withKeys({ provider: () => unsigned as unknown as Provider });
  expect(await refusal(put({ ...inKms, api_key: 'abc' }))).toEqual(invalid('signing_key'));
  expect(await row()).toBeUndefined();
});
