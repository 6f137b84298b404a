// The official SDK as judge, in both directions: what it signs we accept, what we sign it signs alike; and the attack that
// it lets through.
import { AlipaySdk } from 'alipay-sdk';
import { expect, test } from '@jest/globals';
import { CallbackRefused } from '../../lib/gateways/gateway.ts';
import { notificationReader } from '../../lib/gateways/alipay/notifications.ts';
import { contentToSign, provedNode } from '../../lib/gateways/alipay/signature.ts';
import { platformKey } from '../../lib/gateways/alipay/keys.ts';
import { pemSigner } from '../../lib/gateways/crypto.ts';
import { noon } from '../contract/bench.ts';
import {
  account,
  answer,
  form,
  merchant,
  notice,
  paidFields,
  platform,
  type Fields,
} from '../contract/alipay-side.ts';
import { answering, bareKey, options, order, request } from './alipay-answering.ts';

const ports = { now: () => noon, fetch: () => Promise.reject(new Error('nobody is called here')) };
const reader = notificationReader(bareKey, ports);

const sdk = new AlipaySdk({
  appId: account.app_id,
  privateKey: merchant.privatePem,
  keyType: 'PKCS8',
  alipayPublicKey: platform.publicPem,
});

test('the SDK and we sign one request alike', async () => {
  const { gateway, sent } = answering((method) => answer(method, { code: '10000', out_trade_no: order }));
  await gateway.prepay({ ...request, callbackUrl: 'https://pay.example.com/callbacks/ALIPAY?a=b' }, options);
  const { format, timestamp, notify_url, sign, ...rest } = sent[0]?.system ?? {};
  const parameters = { format, timestamp, notify_url, biz_content: sent[0]?.business };
  const theirs = new URL(sdk.pageExecute('alipay.trade.precreate', 'GET', parameters)).searchParams;
  // It adds its own name to the parameters; all others are the same.
  const same = [...theirs].filter(([name]) => !['alipay_sdk', 'sign', 'biz_content'].includes(name));
  expect(Object.fromEntries(same)).toEqual({ format, timestamp, notify_url, ...rest });
  const signer = pemSigner('v1', merchant.privatePem);
  const signed = async (fields: Iterable<readonly [string, string]>) =>
    (await signer.sign(Buffer.from(contentToSign(fields, ['sign'])))).toString('base64');
  expect(await signed(theirs)).toBe(theirs.get('sign'));
  theirs.delete('alipay_sdk');
  expect(await signed(theirs)).toBe(sign);
});

test('a genuine notification is genuine for both', () => {
  const fields = notice(paidFields(order, '8.80', noon));
  expect(sdk.checkNotifySignV2(fields)).toBe(true);
  expect(reader.readNotification({ body: form(fields), headers: {} }).notification.kind).toBe('payment');
});

test('an answer that the SDK accepts is proved, and one that it refuses is not', () => {
  const body = answer('alipay.trade.query', {
    code: '10000',
    qr_code: 'https://qr.alipay.com/a"}{',
    msg: '好',
  });
  const proved = (text: string) =>
    provedNode(Buffer.from(text), 'alipay.trade.query', platformKey(bareKey), noon).kind;
  const accepted = (text: string) => {
    const { sign } = JSON.parse(text) as { sign: string };
    sdk.checkResponseSign(text, 'alipay_trade_query_response', sign, '');
  };
  expect(() => {
    accepted(body);
  }).not.toThrow();
  expect(proved(body)).toBe('proved');
  const forged = body.replace('好', '坏');
  expect(() => {
    accepted(forged);
  }).toThrow();
  expect(proved(forged)).toBe('unknown');
});

test('a genuine text, cut again into other fields, deceives the SDK and not us', () => {
  // The payer had a say in the subject: it ends as a notification of 9999.00 would go on.
  const subject = 'coffee&total_amount=9999.00&tp=';
  const { sign = '', ...genuine } = notice({ ...paidFields(order, '0.01', noon), subject });
  const { total_amount: small = '', trade_no = '', trade_status = '', version = '', ...rest } = genuine;
  const swallowed = `&total_amount=${small}&trade_no=${trade_no}&trade_status=${trade_status}&version=${version}`;
  const spliced: Fields = { ...rest, subject: 'coffee', total_amount: '9999.00', tp: swallowed, sign };
  expect(sdk.checkNotifySignV2(spliced)).toBe(true);
  expect(refusal(spliced)).toBe('unreadable');
});

test('the same with every field in its place again: the border inside a value gives it away', () => {
  const genuine = paidFields(order, '0.01', noon);
  const { trade_no = '', trade_status = '' } = genuine;
  const subject = `coffee&total_amount=9999.00&trade_no=${trade_no}&trade_status=${trade_status}&version=1.0&w=`;
  const { sign = '' } = notice({ ...genuine, subject });
  const w = `&total_amount=0.01&trade_no=${trade_no}&trade_status=${trade_status}&version=1.0`;
  const spliced = { ...genuine, subject: 'coffee', total_amount: '9999.00', w, sign_type: 'RSA2', sign };
  expect(sdk.checkNotifySignV2(spliced)).toBe(true);
  expect(refusal(spliced)).toBe('unreadable');
});

function refusal(fields: Fields): string {
  try {
    return JSON.stringify(reader.readNotification({ body: form(fields), headers: {} }));
  } catch (error) {
    if (error instanceof CallbackRefused) return error.reason;
    throw error;
  }
}
