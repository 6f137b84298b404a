// What each way to pay asks WeChat Pay for, and what it gives the payer: with the key in memory, and with the key elsewhere.
import { describe, expect, test } from '@jest/globals';
import { Formatter, Rsa } from 'wechatpay-axios-plugin';
import fc from 'fast-check';
import { pemSigner } from '../../lib/gateways/crypto.ts';
import type { PrepayRequest } from '../../lib/gateways/gateway.ts';
import { cleanSubject, methods } from '../../lib/gateways/wechat-pay/products.ts';
import { noon } from '../contract/bench.ts';
import { account, merchant, publicKeyId } from '../contract/wechat-pay-side.ts';
import { answering, options, order, request, said, type Setting } from './wechat-answering.ts';

const prepayId = 'wx201410272009395522657a690389285100';
const answers = said(200, {
  code_url: 'weixin://wxpay/bizpayurl?pr=qnu8GTpzz',
  prepay_id: prepayId,
  h5_url: 'https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=wx1&package=2',
});

async function prepay(change: Partial<PrepayRequest>, setting?: Setting) {
  const { gateway, sent } = answering(answers, setting);
  const outcome = await gateway.prepay({ ...request, ...change }, options);
  return { outcome, sent };
}

async function given(method: string, setting?: Setting) {
  const { outcome } = await prepay({ method }, setting);
  if (outcome.kind !== 'ok') throw new Error(outcome.kind);
  return outcome.value.prepayInfo;
}

const more = {
  wechat_native: {},
  wechat_jsapi: { payer: { openid: request.payer.openid } },
  wechat_h5: { scene_info: { payer_client_ip: '203.0.113.9', h5_info: { type: 'Wap' } } },
  wechat_app: {},
};

test.each(Object.entries(more))('%s: the whole request, in WeChat Pay’s words', async (method, beside) => {
  const { sent } = await prepay({ method });
  expect(sent).toHaveLength(1);
  const { path, headers, body } = sent[0] ?? { path: '', headers: {}, body: '' };
  expect(path).toBe(`/v3/pay/transactions/${method.replace('wechat_', '')}`);
  expect(JSON.parse(body)).toEqual({
    appid: account.app_id,
    mchid: account.merchant_id,
    description: '咖啡 大 & cake',
    out_trade_no: order,
    time_expire: '2026-11-20T14:21:08+08:00',
    notify_url: request.callbackUrl,
    amount: { total: 880, currency: 'CNY' },
    ...beside,
  });
  expect(headers).toEqual({
    accept: 'application/json',
    'content-type': 'application/json',
    'user-agent': expect.stringMatching(/\S/) as unknown,
    authorization: expect.stringMatching(/^WECHATPAY2-SHA256-RSA2048 /) as unknown,
    'wechatpay-serial': publicKeyId,
  });
});

test('a code and an address are handed on as they are', async () => {
  expect(await given('wechat_native')).toEqual({
    kind: 'qr_code',
    qr_code: 'weixin://wxpay/bizpayurl?pr=qnu8GTpzz',
  });
  expect(await given('wechat_h5')).toEqual({
    kind: 'redirect_url',
    url: 'https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=wx1&package=2',
  });
});

test('the page inside WeChat gets parameters that the judge finds signed', async () => {
  const info = await given('wechat_jsapi');
  if (info.kind !== 'jsapi_parameters') throw new Error(info.kind);
  const { nonceStr = '', timeStamp = '', paySign = '', ...rest } = info.parameters;
  const box = `prepay_id=${prepayId}`;
  expect(rest).toEqual({ appId: account.app_id, package: box, signType: 'RSA' });
  expect([timeStamp, nonceStr]).toEqual([String(Math.floor(noon / 1000)), expect.stringMatching(/^\w{32}$/)]);
  const text = Formatter.joinedByLineFeed(account.app_id, timeStamp, nonceStr, box);
  expect(Rsa.verify(text, paySign, merchant.publicPem)).toBe(true);
});

test('the app gets parameters that the judge finds signed', async () => {
  const info = await given('wechat_app');
  if (info.kind !== 'app_parameters') throw new Error(info.kind);
  const { noncestr = '', timestamp = '', sign = '', ...rest } = info.parameters;
  const { app_id: appid, merchant_id: partnerid } = account;
  expect(rest).toEqual({ appid, partnerid, prepayid: prepayId, package: 'Sign=WXPay' });
  const text = Formatter.joinedByLineFeed(appid, timestamp, noncestr, prepayId);
  expect(Rsa.verify(text, sign, merchant.publicPem)).toBe(true);
});

describe('the key is out of the house', () => {
  const held = pemSigner('v1', merchant.privatePem);

  test.each(Object.entries(more).map(([method]) => method))('%s: one signer signs all', async (method) => {
    const texts: string[] = [];
    const signer = {
      keyId: 'kms',
      sign: (text: Uint8Array) => {
        texts.push(Buffer.from(text).toString());
        return held.sign(text);
      },
    };
    expect((await prepay({ method }, { signer })).outcome.kind).toBe('ok');
    const isTwice = method === 'wechat_jsapi' || method === 'wechat_app';
    expect(texts.map((text) => text.split('\n')[0])).toEqual(isTwice ? ['POST', account.app_id] : ['POST']);
  });

  test.each(['wechat_jsapi', 'wechat_app'])(
    '%s: it fails between the two: the order is there, and nobody can pay it yet',
    async (method) => {
      const cause = new Error('KMSInternalException');
      let signed = 0;
      const sign = (text: Uint8Array) => (signed++ === 0 ? held.sign(text) : Promise.reject(cause));
      const { outcome } = await prepay({ method }, { signer: { keyId: 'kms', sign } });
      expect(outcome).toMatchObject({ kind: 'unknown', reason: 'not_signed', cause });
    },
  );
});

test.each([
  [{ method: 'wechat_jsapi', payer: {} }, /openid/],
  [{ method: 'wechat_h5', payer: {} }, /clientIp/],
  [{ method: 'wechat_micropay' }, /does not offer/],
  [{ method: 'toString' }, /does not offer/],
  [{ amount: { minor: 880, currency: 'USD' as const } }, /does not offer/],
])('what the rules exclude is a bug, and nothing is sent: %j', async (change, words) => {
  const { gateway, sent } = answering(answers);
  await expect(gateway.prepay({ ...request, ...change }, options)).rejects.toThrow(words);
  expect(sent).toEqual([]);
});

test('the rules say what a create must say', () => {
  expect(methods['wechat_jsapi']?.requires).toEqual(['openid']);
  expect(methods['wechat_h5']?.requires).toEqual(['clientIp']);
  expect(methods['wechat_h5']?.expiry.maximum).toBe(300);
  for (const { expiry } of Object.values(methods)) expect(expiry.maximum).toBeLessThanOrEqual(7200);
});

test.each([{ code_url: '' }, { code_url: 'weixin://a b' }, { code_url: 1 }, {}])(
  'an answer without a code that can be shown is unreadable: %j',
  async (body) => {
    const { gateway } = answering(said(200, body));
    expect(await gateway.prepay(request, options)).toEqual({ kind: 'unknown', reason: 'unreadable' });
  },
);

test.each([
  ['wechat_jsapi', { prepay_id: 'wx1\nprepay_id=wx2' }],
  ['wechat_app', { prepay_id: '' }],
  ['wechat_h5', { h5_url: 'javascript:alert(1)' }],
])('%s: nor is %j anything to pay with', async (method, body) => {
  const { gateway } = answering(said(200, body));
  const outcome = await gateway.prepay({ ...request, method }, options);
  expect(outcome).toEqual({ kind: 'unknown', reason: 'unreadable' });
});

test('a description is never empty, never too long, and holds no half characters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      const clean = cleanSubject(text, order);
      expect(clean.trim()).toBe(clean);
      expect(clean).not.toBe('');
      expect(Buffer.byteLength(clean)).toBeLessThanOrEqual(127);
      expect(clean).toMatch(/^[^\p{Cc}`]+$/u);
      expect(clean.isWellFormed()).toBe(true);
      expect(cleanSubject(clean, order)).toBe(clean);
    }),
  );
  expect(cleanSubject('咖'.repeat(100), order)).toBe('咖'.repeat(42));
  expect(cleanSubject('a'.repeat(200), order)).toBe('a'.repeat(127));
  expect(cleanSubject('🍵`\n', order)).toBe(order);
});
