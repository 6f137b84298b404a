// An independent implementation as judge, in both directions: what it signs and seals we accept, what we sign it accepts.
import { Aes, Decorator, Formatter, Rsa } from 'wechatpay-axios-plugin';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  account,
  apiV3Key,
  byPublicKey,
  merchant,
  notice,
  paidOrder,
  platform,
  publicKeyId,
  signedHeaders,
  stranger,
  type Headers,
} from '../contract/wechat-pay-side.ts';
import { noon } from '../contract/bench.ts';
import { answering, options, order, prepaid, request, said, type Request } from './wechat-answering.ts';
import { read } from './wechat-notices.ts';

const fields = (authorization = ''): Headers =>
  Object.fromEntries(
    [...authorization.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]),
  );

/** Whether the merchant's certificate proves this request, by the judge's own reading. */
function isSigned({ method, path, headers, body }: Request): boolean {
  const { timestamp = '', nonce_str = '', signature = '' } = fields(headers['authorization']);
  const text = Formatter.request(method, path, timestamp, nonce_str, body);
  return Rsa.verify(text, signature, merchant.publicPem);
}

describe('our requests', () => {
  const well = said(200, { code_url: 'weixin://x' });

  test('are signed as the judge would sign them, and named as it would name them', async () => {
    const { gateway, sent } = answering(well);
    await gateway.prepay(request, options);
    await gateway.queryPayment({ transactionId: order, currency: 'CNY' }, options);
    await gateway.closePayment({ transactionId: order, currency: 'CNY' }, options);
    expect(sent.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /v3/pay/transactions/native',
      `GET /v3/pay/transactions/out-trade-no/${order}?mchid=${account.merchant_id}`,
      `POST /v3/pay/transactions/out-trade-no/${order}/close`,
    ]);
    for (const each of sent) {
      expect(isSigned(each)).toBe(true);
      const { timestamp = '', nonce_str = '', signature = '' } = fields(each.headers['authorization']);
      const { merchant_id, merchant_certificate_serial: serial } = account;
      const theirs = Formatter.authorization(merchant_id, nonce_str, signature, timestamp, serial);
      expect(fields(each.headers['authorization'])).toEqual(fields(theirs));
      expect(each.headers['authorization']).toMatch(/^WECHATPAY2-SHA256-RSA2048 mchid="/);
      expect(timestamp).toBe(String(noon / 1000 - (noon % 1000) / 1000));
      expect(nonce_str).toMatch(/^[0-9a-f]{32}$/);
    }
  });

  test('never use a nonce twice', async () => {
    const { gateway, sent } = answering(well);
    for (let i = 0; i < 20; i++) await gateway.prepay(request, options);
    const nonces = sent.map(({ headers }) => fields(headers['authorization'])['nonce_str']);
    expect(new Set(nonces).size).toBe(20);
  });

  test('the path is signed as it is sent, under whatever address', async () => {
    const { gateway, sent } = answering(well, { endpoint: 'https://wx.example/gateways/wechat%20pay/' });
    await gateway.prepay(request, options);
    expect(sent[0]?.path).toBe('/gateways/wechat%20pay/v3/pay/transactions/native');
    expect(sent.every(isSigned)).toBe(true);
  });

  test('whatever the subject, the very bytes are signed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), async (subject) => {
        const { gateway, sent } = answering(well);
        await gateway.prepay({ ...request, subject }, options);
        expect(sent.map(isSigned)).toEqual([true]);
      }),
      { numRuns: 40 },
    );
  });

  test('the judge is one: another amount under the same signature is refused', async () => {
    const { gateway, sent } = answering(well);
    await gateway.prepay(request, options);
    const [genuine] = sent;
    if (!genuine) throw new Error('nothing was sent');
    expect(isSigned({ ...genuine, body: genuine.body.replace('880', '1') })).toBe(false);
  });
});

describe('answers', () => {
  /** What the judge's own client makes of an answer; it knows no clock but the wall's. */
  async function isAccepted(body: string, headers: Headers): Promise<boolean> {
    const client = Decorator.jsonBased({
      mchid: account.merchant_id,
      serial: account.merchant_certificate_serial,
      privateKey: merchant.privatePem,
      certs: { [publicKeyId]: platform.publicPem },
      adapter: (config: object) =>
        Promise.resolve({ data: body, status: 200, statusText: 'OK', headers, config }),
    } as unknown as Parameters<typeof Decorator.jsonBased>[0]);
    return client.get('/v3/anything').then(
      () => true,
      () => false,
    );
  }
  const now = Date.now();
  const body = JSON.stringify({ code_url: 'weixin://x', message: '好' });
  const ours = (text: string, headers: Headers) => prepaid({ status: 200, body: text, headers }, { now });

  test.each([
    ['genuine', body, signedHeaders(body, { ...byPublicKey, at: now }), true],
    ['another body', body.replace('好', '坏'), signedHeaders(body, { ...byPublicKey, at: now }), false],
    ['a stranger', body, signedHeaders(body, { ...byPublicKey, at: now, by: stranger }), false],
    ['old', body, signedHeaders(body, { ...byPublicKey, at: now - 400_000 }), false],
    ['of tomorrow', body, signedHeaders(body, { ...byPublicKey, at: now + 400_000 }), false],
    ['an unknown serial', body, signedHeaders(body, { ...byPublicKey, at: now, serial: 'AB' }), false],
    ['unsigned', body, {}, false],
  ])('%s: the judge and we agree', async (_, text, headers, expected) => {
    expect(await isAccepted(text, headers)).toBe(expected);
    const outcome = await ours(text, headers);
    expect(outcome).toMatchObject(expected ? { kind: 'ok' } : { kind: 'unknown', reason: 'bad_signature' });
  });
});

describe('notices', () => {
  test('what the judge seals and signs is read', () => {
    const nonce = Formatter.nonce(12);
    const content = JSON.stringify(paidOrder(order, 880, noon));
    const ciphertext = Aes.AesGcm.encrypt(content, apiV3Key, nonce, 'transaction');
    const resource = {
      original_type: 'transaction',
      algorithm: 'AEAD_AES_256_GCM',
      associated_data: 'transaction',
      ciphertext,
      nonce,
    };
    const text = JSON.stringify({ ...notice({}), resource });
    const timestamp = String(Math.floor(noon / 1000));
    const salt = Formatter.nonce();
    const signature = Rsa.sign(Formatter.response(timestamp, salt, text), platform.privatePem);
    const headers = {
      'wechatpay-timestamp': [timestamp],
      'wechatpay-nonce': [salt],
      'wechatpay-serial': [publicKeyId],
      'wechatpay-signature': [signature],
    };
    expect(read({ body: Buffer.from(text), headers })).toMatchObject({ kind: 'payment' });
  });

  test('what we open, the judge opens to the same', () => {
    const { resource } = notice(paidOrder(order, 880, noon)) as { resource: Record<string, string> };
    const { ciphertext = '', nonce = '', associated_data } = resource;
    const opened = Aes.AesGcm.decrypt(ciphertext, apiV3Key, nonce, associated_data);
    expect(JSON.parse(opened)).toEqual(paidOrder(order, 880, noon));
  });
});
