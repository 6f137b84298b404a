// A channel is configured while it works: wrong settings are refused or found out, secrets stay secret, and a channel that
// is switched off still hears what it is told.
import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { expectAgreement } from './agree.ts';
import { bootPatience, startService, type Service } from './service.ts';
import { settings, takesEffect } from './settings.ts';
import { create, logged, newOrder, pay, shown, untilStatus } from './shop.ts';

interface ChannelView {
  readonly version: number;
  readonly is_active: boolean;
  readonly secret_fingerprints: Readonly<Record<string, string>>;
}

let service: Service;

beforeAll(async () => {
  service = await startService();
}, bootPatience);

afterAll(() => service.stop());

const channel = '/channels/ALIPAY';

const put = async (more: object, of = channel) =>
  service.operator<ChannelView & { code?: string }>(of, {
    method: 'PUT',
    body: await settings(service, of.slice('/channels/'.length), more),
  });

const newKeys = (modulusLength = 2048) =>
  generateKeyPairSync('rsa', {
    modulusLength,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });

describe('what is refused, and changes nothing', () => {
  const { privateKey, publicKey } = newKeys();

  test.each<[what: string, more: object, code: string, param: string]>([
    ['a key that is none', { private_key_merchant: 'secret' }, 'KEY_INVALID', 'private_key_merchant'],
    [
      'a public key for a private one',
      { private_key_merchant: publicKey },
      'KEY_INVALID',
      'private_key_merchant',
    ],
    [
      'a private key for a public one',
      { public_key_platform: privateKey },
      'KEY_INVALID',
      'public_key_platform',
    ],
    [
      'a key of 1024 bits',
      { public_key_platform: newKeys(1024).publicKey },
      'KEY_INVALID',
      'public_key_platform',
    ],
    ['a field that nobody knows', { notify_url: 'https://example.com/' }, 'UNKNOWN_FIELD', 'notify_url'],
    ['a secret of another provider', { api_v3_key: 'x'.repeat(32) }, 'UNKNOWN_FIELD', 'api_v3_key'],
    ['another provider', { provider: 'stripe' }, 'CHANNEL_CONFIG_INVALID', 'provider'],
    ['another application', { app_id: '2021004100000099' }, 'CHANNEL_CONFIG_INVALID', 'app_id'],
    ['another merchant', { merchant_id: '2088100200300499' }, 'CHANNEL_CONFIG_INVALID', 'merchant_id'],
    [
      'callbacks to elsewhere',
      { callback_url_payment: 'http://127.0.0.1/payments/callbacks/wechat' },
      'CHANNEL_CONFIG_INVALID',
      'callback_url_payment',
    ],
    [
      'a guard without a list',
      { callback_source_policy: 'enforce' },
      'CHANNEL_CONFIG_INVALID',
      'callback_source_ranges',
    ],
    [
      'a gateway of its own in production',
      { environment: 'production' },
      'CHANNEL_CONFIG_INVALID',
      'gateway_url',
    ],
  ])('%s', async (_what, more, code, param) => {
    const before = await service.operator(channel);
    const refused = await put(more);
    expect(refused.body).toMatchObject({ code, param, outcome: 'not_attempted' });
    expect(refused.status).toBe(code === 'UNKNOWN_FIELD' ? 400 : 422);
    expect(JSON.stringify(refused.body)).not.toContain(privateKey.split('\n')[1]);
    expect((await service.operator(channel)).body).toEqual(before.body);
  });

  test('by whom it is none of their business', async () => {
    for (const client of [service.app, service.finance]) {
      const refused = await client(channel, {
        method: 'PUT',
        body: await settings(service, 'ALIPAY', { is_active: false }),
      });
      expect(refused).toMatchObject({ status: 403, body: { code: 'SCOPE_MISSING' } });
    }
    expect(await service.app(channel)).toMatchObject({ status: 200, body: { is_active: true } });
    expect(await service.operator('/channels/NONE')).toMatchObject({ status: 404 });
    const none = await service.operator('/channels/NONE', {
      method: 'PUT',
      body: await settings(service, 'ALIPAY', {}),
    });
    expect(none).toMatchObject({ status: 404, body: { code: 'NOT_FOUND', param: 'channel_code' } });
  });
});

describe('what is taken', () => {
  test('switched off: no new payment, and the code that was shown before is still paid', async () => {
    const [shownBefore, later] = [newOrder(), newOrder()];
    const id = await shown(service.app, shownBefore);
    expect((await put({ is_active: false })).body).toMatchObject({ is_active: false });
    await takesEffect(service);
    expect(await create(service.app, later)).toMatchObject({
      status: 409,
      body: { code: 'CHANNEL_DISABLED', param: 'payment_channel', outcome: 'not_attempted' },
    });
    await pay(service, id);
    await untilStatus(service, id, 'PAID_SUCCESS');
    await put({ is_active: true });
    await takesEffect(service);
    await pay(service, await shown(service.app, later));
    await expectAgreement(service, [shownBefore, later]);
  });

  // The last ones: what the providers know is gone for good.
  test('credentials that the provider refuses: operators are told whenever it is asked', async () => {
    const payPal = '/channels/PAYPAL';
    const order = newOrder({ payment_channel: 'PAYPAL', payment_method: 'paypal', currency: 'USD' });
    const before = await shown(service.app, { ...order, business_order_id: `${order.business_order_id}-1` });
    const { body } = await put({ client_secret: 'ESecretOfNobody_0123456789' }, payPal);
    expect(body).toMatchObject({ version: expect.any(Number) });
    await takesEffect(service);
    await logged(service, before, 'channel.misconfigured');
    expect(await create(service.app, order)).toMatchObject({
      status: 503,
      body: { code: 'CHANNEL_MISCONFIGURED', retryable: true, outcome: 'not_attempted' },
    });
    await expectAgreement(service, [order]);
  });

  test('another key: told by its fingerprint alone; the provider does not know it, and nothing is charged', async () => {
    const [kept, other] = [newKeys().privateKey, newKeys().privateKey];
    const first = await put({ private_key_merchant: kept });
    const second = await put({ private_key_merchant: other });
    expect(second.body.secret_fingerprints['private_key_merchant']).toMatch(/^sha256:[0-9a-f]{16}$/);
    expect(second.body.secret_fingerprints).not.toEqual(first.body.secret_fingerprints);
    await takesEffect(service);
    const order = newOrder();
    expect(await create(service.app, order)).toMatchObject({
      status: 503,
      body: { code: 'CHANNEL_MISCONFIGURED', retryable: true, outcome: 'not_attempted' },
    });
    expect(service.lines.find(({ name }) => name === 'channel.misconfigured')).toMatchObject({
      level: 'ERROR',
    });
    await expectAgreement(service, [order]);
    const { lines } = await service.control<{ lines: unknown[] }>('/log');
    const read = (await service.operator(channel)).body;
    const everything = JSON.stringify([first.body, second.body, read, lines, service.lines]);
    for (const pem of [kept, other])
      for (const line of pem.split('\n').slice(1, -2)) expect(everything).not.toContain(line);
  });
});
