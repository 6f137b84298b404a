import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PutDependencies } from '../../functions/put-channel/put-channel.ts';
import { channelView } from '../../lib/api/channel-view.ts';
import { account, merchant, platform, stranger } from '../contract/alipay-side.ts';
import { startDatabase, type Database } from '../store/database.ts';
import { configurable as configurableIn, refusal, right, withoutSecret } from './configurable.ts';

let database: Database;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

const configurable = (changes: Partial<PutDependencies> = {}) => configurableIn(database, changes);

describe('a channel’s configuration', () => {
  it('is kept with its secrets elsewhere, and shown without them', async () => {
    const { put, kept, row } = configurable();
    const answered = await put(right);
    expect(kept).toEqual([
      {
        arn: expect.anything(),
        version: answered.secretVersion,
        secrets: { private_key_merchant: merchant.privatePem },
      },
    ]);
    expect(await row()).toEqual(answered);
    const shown = channelView(answered);
    for (const told of [answered, shown]) expect(JSON.stringify(told)).not.toContain('PRIVATE KEY');
    expect(shown).toMatchObject({
      ...account,
      version: 1,
      updated_by: 'operators',
      callback_source_policy: 'monitor',
      secret_fingerprints: { private_key_merchant: expect.stringMatching(/^sha256:/) },
    });
  });

  it('keeps the secrets it had when none are sent', async () => {
    const { put, kept } = configurable();
    const first = await put(right);
    const second = await put({ ...withoutSecret, is_active: false });
    expect(kept).toHaveLength(1);
    expect(second).toMatchObject({
      version: 2,
      isActive: false,
      secretVersion: first.secretVersion,
      fingerprints: first.fingerprints,
    });
  });

  it('takes new secrets as a new version', async () => {
    const { put, kept } = configurable();
    const first = await put(right);
    const second = await put({ ...right, private_key_merchant: stranger.privatePem });
    expect(second.secretVersion).not.toBe(first.secretVersion);
    expect(second.fingerprints).not.toEqual(first.fingerprints);
    expect(kept.map(({ version }) => version)).toEqual([first.secretVersion, second.secretVersion]);
  });

  it('changed by two who both read it before is changed by one', async () => {
    let waiting = 0;
    let release: () => void = () => undefined;
    const both = new Promise<void>((resolve) => (release = resolve));
    const putSecrets = () => {
      if (++waiting === 2) release();
      return both;
    };
    const { put, row } = configurable({ putSecrets });
    const changed = await Promise.allSettled([put(right), put({ ...right, is_active: false })]);
    expect(changed.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const refused = changed.find((each) => each.status === 'rejected');
    expect(refused?.reason).toMatchObject({ code: 'STATE_CONFLICT' });
    expect((await row())?.version).toBe(1);
  });

  it('does not count when its secrets could not be kept', async () => {
    const { put, row } = configurable({ putSecrets: () => Promise.reject(new Error('no secrets manager')) });
    await expect(put(right)).rejects.toThrow('no secrets manager');
    expect(await row()).toBeUndefined();
  });

  it('of the local machine names its gateway', async () => {
    const { put } = configurable({ local: true });
    const local = {
      ...right,
      environment: 'local',
      callback_url_payment: 'http://127.0.0.1:8080/payments/callbacks/ALIPAY',
    };
    expect(await refusal(put(local))).toEqual({ code: 'CHANNEL_CONFIG_INVALID', param: 'gateway_url' });
    const row = await put({ ...local, gateway_url: 'http://127.0.0.1:9090/gateway.do' });
    expect(row.gatewayUrl).toBe('http://127.0.0.1:9090/gateway.do');
  });
});

describe('a configuration that is changed', () => {
  it.each([
    ['merchant_id', '2088999999999999'],
    ['app_id', '2021999999999999'],
  ])('keeps its account: another %s is another channel', async (param, value) => {
    const { put, kept, row } = configurable();
    const first = await put(right);
    expect(await refusal(put({ ...right, [param]: value }))).toEqual({
      code: 'CHANNEL_CONFIG_INVALID',
      param,
    });
    expect([kept.length, await row()]).toEqual([1, first]);
  });

  it('may have another key of the provider', async () => {
    const { put } = configurable();
    await put(right);
    const row = await put({ ...withoutSecret, public_key_platform: stranger.publicPem });
    expect(row.config['public_key_platform']).toBe(stranger.publicPem);
  });

  it('keeps its guard when it is left out, and has none without ranges', async () => {
    const { put, row } = configurable();
    const enforce = { callback_source_policy: 'enforce' };
    const without = { code: 'CHANNEL_CONFIG_INVALID', param: 'callback_source_ranges' };
    expect(await refusal(put({ ...right, ...enforce }))).toEqual(without);
    expect(await row()).toBeUndefined();
    await put({ ...right, ...enforce, callback_source_ranges: ['10.0.0.0/8'] });
    const guard = { sourcePolicy: 'enforce', sourceRanges: ['10.0.0.0/8'] };
    expect(await put(withoutSecret)).toMatchObject(guard);
    expect(await refusal(put({ ...withoutSecret, callback_source_ranges: [] }))).toEqual(without);
    expect(await row()).toMatchObject(guard);
  });
});

describe('a configuration that is refused', () => {
  it.each([
    ...Object.keys(withoutSecret).map((param) => [param, undefined, 'INVALID_REQUEST'] as const),
    ['private_key_merchant', undefined, 'INVALID_REQUEST'],
    ['environment', 'local', 'INVALID_REQUEST'],
    ['gateway_url', 'http://127.0.0.1/', 'INVALID_REQUEST'],
    ['merchant_id', '2088', 'INVALID_REQUEST'],
    ['app_id', 'x', 'INVALID_REQUEST'],
    ['is_active', 'yes', 'INVALID_REQUEST'],
    ['callback_url_payment', 'http://pay.example.com/', 'INVALID_REQUEST'],
    ['callback_url_payment', 'https://user@pay.example.com/', 'INVALID_REQUEST'],
    ['callback_url_payment', 'https://:word@pay.example.com/payments/callbacks/ALIPAY', 'INVALID_REQUEST'],
    ['callback_url_payment', 'https://pay.example.com/payments/callbacks/ALIPAY?', 'INVALID_REQUEST'],
    ['callback_url_payment', 'https://pay.example.com/', 'CHANNEL_CONFIG_INVALID'],
    ['callback_url_payment', 'https://pay.example.com/payments/callbacks/other', 'CHANNEL_CONFIG_INVALID'],
    ['callback_url_payment', 'https://payments/callbacks/ALIPAY', 'CHANNEL_CONFIG_INVALID'],
    [
      'callback_url_payment',
      'https://pay.example.com/v1//payments/callbacks/ALIPAY',
      'CHANNEL_CONFIG_INVALID',
    ],
    ['callback_source_policy', 'maybe', 'INVALID_REQUEST'],
    ['callback_source_ranges', ['10.0.0.0/33'], 'INVALID_REQUEST'],
    ['callback_source_ranges', ['10.0.0.0'], 'INVALID_REQUEST'],
    ['public_key_platform', 'not a key', 'KEY_INVALID'],
    ['public_key_platform', merchant.privatePem, 'KEY_INVALID'],
    ['private_key_merchant', platform.publicPem, 'KEY_INVALID'],
    ['private_key_merchant', '', 'KEY_INVALID'],
    ['provider', 'wechat', 'CHANNEL_CONFIG_INVALID'],
    ['version', 7, 'UNKNOWN_FIELD'],
    ['secretVersion', 'x', 'UNKNOWN_FIELD'],
  ] as const)('%s (%#) is named, and nothing is kept', async (param, value, code) => {
    const { put, kept, row } = configurable();
    const refused = await refusal(put({ ...right, [param]: value }));
    expect(refused.code).toBe(code);
    expect(refused.param?.split('.')[0]).toBe(param);
    expect([kept, await row()]).toEqual([[], undefined]);
  });

  it('never repeats a secret', async () => {
    const { put } = configurable();
    const key = merchant.privatePem.replace('A', 'B').slice(0, 900);
    const error: unknown = await put({ ...right, private_key_merchant: key }).catch(
      (thrown: unknown) => thrown,
    );
    expect(JSON.stringify([error, String(error)])).not.toContain(key.slice(100, 160));
  });
});
