// The keys of both sides: what a channel may be configured with, and how WeChat Pay's certificates are fetched and changed.
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { weChatPay } from '../../lib/gateways/wechat-pay/index.ts';
import { newPair, type Pair } from '../contract/alipay-side.ts';
import { noon } from '../contract/bench.ts';
import {
  account,
  apiV3Key,
  beijing,
  byCertificate,
  byPublicKey,
  certificate,
  certificateSerial,
  merchant,
  platformCertificate,
  sealed,
  serialOf,
  signedHeaders,
  stranger,
  type Signing,
} from '../contract/wechat-pay-side.ts';
import { answering, asked, both, onlyCertificates, options, publicKey, said } from './wechat-answering.ts';

const day = 86_400_000;
const next: Pair = newPair();
const nextPem = platformCertificate({ publicPem: next.publicPem, issuerPrivatePem: next.privatePem });
const byNext: Signing = { by: next, serial: serialOf(nextPem), at: noon };

/** One of the list, as WeChat Pay hands it out. */
function handedOut(pem: string, change: object = {}, key = apiV3Key) {
  return {
    serial_no: serialOf(pem),
    effective_time: beijing(noon - day),
    expire_time: beijing(noon + 10 * day),
    encrypt_certificate: sealed(pem, { key, associated: 'certificate' }),
    ...change,
  };
}

function fetched(data: unknown, signing: Signing, config = onlyCertificates, status = 200) {
  const body = JSON.stringify(data);
  const headers = signedHeaders(body, signing);
  return answering({ status, body, headers }, { config }).gateway.fetchPlatformKeys?.(options);
}

describe('certificates are fetched', () => {
  const list = { data: [handedOut(certificate), handedOut(nextPem)] };

  test('by a signed call, each with its key and its time: the shorter of the two that are told', async () => {
    const body = JSON.stringify(list);
    const answer = { status: 200, body, headers: signedHeaders(body, byCertificate) };
    const { gateway, sent } = answering(answer, { config: onlyCertificates });
    const outcome = await gateway.fetchPlatformKeys?.(options);
    expect(sent.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /v3/certificates']);
    expect(outcome).toEqual({
      kind: 'ok',
      value: {
        [certificateSerial]: expect.objectContaining({
          validFrom: new Date(noon - day).toISOString().replace(/\.\d+/, '.000'),
          validUntil: new Date(noon + 10 * day).toISOString(),
        }) as unknown,
        [byNext.serial]: expect.objectContaining({ publicKey: next.publicPem }) as unknown,
      },
    });
  });

  test('and prove from then on, within their time', async () => {
    const outcome = await fetched(list, byCertificate);
    const platformKeys = outcome?.kind === 'ok' ? outcome.value : {};
    const answer = said(404, { code: 'ORDER_NOT_EXIST' });
    const told = (at: number, keys = platformKeys) => {
      const headers = signedHeaders(answer.body, { ...byNext, at });
      return asked({ ...answer, headers }, { config: publicKey, platformKeys: keys, now: at });
    };
    expect((await told(noon)).kind).toBe('ok');
    expect((await told(noon, {})).kind).toBe('unknown');
    expect((await told(noon + 11 * day)).kind).toBe('unknown');
    expect((await told(noon - 2 * day)).kind).toBe('unknown');
  });

  test('the answer may be proved by one that it brings, since the APIv3 key opened that', async () => {
    expect(await fetched(list, byNext)).toMatchObject({ kind: 'ok' });
    expect(await fetched(list, byPublicKey, both)).toMatchObject({ kind: 'ok' });
  });

  test('nobody else’s certificate proves it, nor one that is over', async () => {
    const foreign = platformCertificate({ publicPem: stranger.publicPem });
    const byStranger: Signing = { by: stranger, serial: serialOf(foreign), at: noon };
    const brought = { data: [handedOut(foreign, {}, 'k'.repeat(32))] };
    const refused = { kind: 'unknown', reason: 'bad_signature' };
    expect(await fetched(brought, byStranger)).toMatchObject(refused);
    const over = { data: [handedOut(nextPem, { expire_time: beijing(noon - 1000) })] };
    expect(await fetched(over, byNext)).toMatchObject(refused);
    expect(await fetched(list, { ...byCertificate, by: stranger })).toMatchObject(refused);
  });

  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const weakPem = platformCertificate({
    publicPem: weak.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  });
  const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ellipticPem = platformCertificate({
    publicPem: elliptic.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  });

  test.each([
    ['sealed with another key', handedOut(nextPem, {}, 'k'.repeat(32))],
    ['under another serial', handedOut(nextPem, { serial_no: certificateSerial })],
    ['without its time', handedOut(nextPem, { expire_time: 'never' })],
    ['of 1024 bits', handedOut(weakPem)],
    ['of an elliptic key', handedOut(ellipticPem)],
    ['two in one', { ...handedOut(nextPem), encrypt_certificate: sealed(nextPem + certificate) }],
    ['no certificate', { ...handedOut(nextPem), encrypt_certificate: sealed(next.publicPem) }],
    ['null', null],
  ])('a list with one %s counts for nothing', async (_, one) => {
    const outcome = await fetched({ data: [handedOut(certificate), one] }, byCertificate);
    expect(outcome).toEqual({ kind: 'unknown', reason: 'unreadable' });
  });

  test.each([{}, { data: [] }, { data: {} }])('%j is no list', async (body) => {
    expect(await fetched(body, byCertificate)).toEqual({ kind: 'unknown', reason: 'unreadable' });
  });

  test.each([
    [404, 'RESOURCE_NOT_EXISTS', { kind: 'unknown', channelCode: 'RESOURCE_NOT_EXISTS' }],
    [401, 'SIGN_ERROR', { kind: 'declined', code: 'misconfigured' }],
    [429, 'FREQUENCY_LIMITED', { kind: 'retry_later' }],
  ])('%i %s hands out nothing', async (status, code, meaning) => {
    const body = { code, message: '' };
    expect(await fetched(body, byPublicKey, both, status)).toMatchObject(meaning);
  });

  test('who is proved to by the public key alone asks for none', () => {
    expect(answering(said(200, {})).gateway).not.toHaveProperty('fetchPlatformKeys');
  });
});

describe('a channel is configured', () => {
  const issues = (config: object) =>
    weChatPay.configSchema.safeParse(config).error?.issues.map(({ path }) => path.join('.')) ?? [];

  test('with the public key, with certificates, with both', () => {
    for (const config of [publicKey, onlyCertificates, both]) expect(issues(config)).toEqual([]);
    expect(issues({ ...onlyCertificates, certificate_platform: certificate + nextPem })).toEqual([]);
    expect(issues(account)).toEqual(['certificate_platform']);
  });

  test.each([
    ['public_key_platform', merchant.privatePem],
    ['public_key_platform', certificate],
    ['public_key_id_platform', 'PUB_KEY_ID_'],
    ['certificate_platform', merchant.publicPem],
    ['certificate_platform', `${certificate}${merchant.privatePem}`],
    ['certificate_platform', certificate.replace('MII', 'MIJ')],
    ['merchant_certificate_serial', account.merchant_certificate_serial.toLowerCase().replace(/\d/g, 'a')],
    ['app_id', '2021004117654321'],
    ['merchant_id', '19000001 9'],
  ])('and %s refuses what is not of its kind', (name, value) => {
    expect(issues({ ...both, [name]: value })).toEqual([name]);
  });

  test('with an APIv3 key of 32 characters', () => {
    const secrets = (api_v3_key: string) =>
      weChatPay.secretsSchema.safeParse({ private_key_merchant: merchant.privatePem, api_v3_key }).success;
    expect(secrets(apiV3Key)).toBe(true);
    for (const key of ['', apiV3Key.slice(1), `${apiV3Key}0`, '钥'.repeat(32)])
      expect(secrets(key)).toBe(false);
  });

  test('a key in KMS leaves one secret to mark', () => {
    const marks = weChatPay.fingerprints({ api_v3_key: apiV3Key } as never);
    expect(Object.keys(marks)).toEqual(['api_v3_key']);
    expect(JSON.stringify(marks)).not.toContain(apiV3Key);
  });
});
