// The channel whose key was born in KMS, on the whole machine: it takes money, holds no secret, and is refused what would
// bring a private key to it. When KMS is down, nobody is charged.
import { createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { expectAgreement } from './agree.ts';
import { bootPatience, startService, type Service } from './service.ts';
import { create, createAfter, newOrder, pay, shown, untilStatus } from './shop.ts';

interface ChannelView {
  readonly version: number;
  readonly signing_key?: { readonly name: string; readonly public_key: string };
  readonly signing_keys?: readonly { readonly name: string; readonly public_key?: string }[];
  readonly secret_fingerprints: object;
  readonly callback_url_payment: string;
  readonly app_certificate: string;
}

let service: Service;

beforeAll(async () => {
  service = await startService();
}, bootPatience);

afterAll(() => service.stop());

const channel = '/channels/ALIPAY_CERT';
const byCertificate = () => newOrder({ payment_channel: 'ALIPAY_CERT' });
const see = async () => (await service.operator<ChannelView>(channel)).body;

/** The settings as they are, with `more` in their place. */
async function put(more: object) {
  const told = new Set([
    'channel_code',
    'secret_fingerprints',
    'version',
    'updated_at',
    'updated_by',
    'signing_key',
    'signing_keys',
  ]);
  const kept = Object.entries(await see()).filter(([name]) => !told.has(name));
  const body = { ...Object.fromEntries(kept), ...more };
  return service.operator<ChannelView & { code?: string }>(channel, { method: 'PUT', body });
}

interface Calls {
  readonly invocations: { readonly calls: { readonly action: string; readonly outcome: string }[] }[];
}

async function callsOf(operation: string): Promise<string[]> {
  const { invocations } = await service.control<Calls>(`/calls?operation=${operation}`);
  return invocations.flatMap(({ calls }) => calls.map(({ action }) => action));
}

/** The next calls of KMS fail, until `work` has ended. */
async function whileKmsIs<T>(fault: string, operation: string, work: () => Promise<T>): Promise<T> {
  await service.control('/faults', { fault, operation, service: 'kms', action: 'Sign', times: 99 });
  await service.control('/faults', { fault, operation, service: 'kms', action: 'GetPublicKey', times: 99 });
  try {
    return await work();
  } finally {
    await service.control('/faults', undefined, 'DELETE');
  }
}

describe('a channel whose key is in KMS', () => {
  test('shows the public half: the one that the provider has certified', async () => {
    const { signing_key, secret_fingerprints, callback_url_payment, app_certificate } = await see();
    expect(signing_key?.name).toBe('v1');
    const key = createPublicKey(signing_key?.public_key ?? '');
    expect(key.equals(new X509Certificate(app_certificate).publicKey)).toBe(true);
    expect(secret_fingerprints).toEqual({});
    expect((await see()).signing_keys).toEqual([signing_key]);
    expect(callback_url_payment).toMatch(/\/payments\/callbacks\/alipay_cert$/);
  });

  test('takes money, and no secret is ever read', async () => {
    const order = byCertificate();
    const id = await shown(service.app, order);
    const actions = await callsOf('create-payment');
    expect(actions).toContain('Sign');
    expect(actions).not.toContain('GetSecretValue');
    await pay(service, id);
    await untilStatus(service, id, 'PAID_SUCCESS');
    await expectAgreement(service, [order]);
  });

  test('shows its keys to operators only once KMS can be asked, and those without keys need no KMS', async () => {
    const get = (code: string) => service.operator<ChannelView & { code?: string }>(`/channels/${code}`);
    const [own, other] = await whileKmsIs('throttle', 'get-channel', () =>
      Promise.all([get('ALIPAY_CERT'), get('ALIPAY')]),
    );
    expect(own).toMatchObject({ status: 503, body: { code: 'GATEWAY_UNAVAILABLE', retryable: true } });
    expect(other.status).toBe(200);
    expect(other.body).not.toHaveProperty('signing_keys');
  });

  test.each(['throttle', 'internal_error'])('charges nobody while KMS has %s', async (fault) => {
    const order = byCertificate();
    const refused = await whileKmsIs(fault, 'create-payment', () => create(service.app, order));
    expect(refused).toMatchObject({
      status: 503,
      body: { code: 'GATEWAY_UNAVAILABLE', retryable: true, outcome: 'not_attempted' },
    });
    const again = await createAfter(service, order, 30);
    expect(again).toMatchObject({ status: 201, body: { status: 'PENDING_PAYMENT' } });
    await pay(service, again.body.transaction_id ?? '');
    await untilStatus(service, again.body.transaction_id ?? '', 'PAID_SUCCESS');
    await expectAgreement(service, [order]);
  });
});

describe('the configuration of such a channel', () => {
  const pem = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  }).privateKey;

  test.each<[what: string, more: object, code: string, param: string]>([
    [
      'a private key beside it',
      { private_key_merchant: pem },
      'CHANNEL_CONFIG_INVALID',
      'private_key_merchant',
    ],
    ['a key that is not declared', { signing_key: 'v2' }, 'CHANNEL_CONFIG_INVALID', 'signing_key'],
    ['the way back without a key', { signing_key: null }, 'INVALID_REQUEST', 'private_key_merchant'],
    [
      'another’s money given back',
      { anomaly_policy: { WRONG_PAYEE: 'auto_refund' } },
      'CHANNEL_CONFIG_INVALID',
      'anomaly_policy.WRONG_PAYEE',
    ],
    [
      'another’s money taken',
      { anomaly_policy: { WRONG_PAYEE: 'accept' } },
      'CHANNEL_CONFIG_INVALID',
      'anomaly_policy.WRONG_PAYEE',
    ],
  ])('is refused %s, and stays', async (_what, more, code, param) => {
    const before = await see();
    expect((await put(more)).body).toMatchObject({ code, param, outcome: 'not_attempted' });
    expect(await see()).toEqual(before);
  });

  test('waits while KMS is down: nothing is written', async () => {
    const hash = () => service.control<{ tables: { name: string; hash: string }[] }>('/state-hash');
    const before = await hash();
    const refused = await whileKmsIs('internal_error', 'put-channel', () => put({ signing_key: 'v1' }));
    expect(refused).toMatchObject({ status: 503, body: { code: 'GATEWAY_UNAVAILABLE', retryable: true } });
    expect(await hash()).toEqual(before);
    expect((await put({ signing_key: 'v1' })).status).toBe(200);
  });
});

test('each application is told where its payers may be sent back to', async () => {
  const { credentials } = await service.control<{ credentials: { name: string; returnOrigins: string[] }[] }>(
    '/credentials',
  );
  const origins = Object.fromEntries(credentials.map(({ name, returnOrigins }) => [name, returnOrigins]));
  expect(origins['local-app']).toContain('https://shop.example');
  expect(origins['finance']).toEqual([]);
});
