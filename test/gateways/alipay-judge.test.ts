// The official SDK as judge, in both directions: what it signs we accept, what we sign it signs alike; and the attack that
// it lets through.
import { AlipaySdk } from 'alipay-sdk';
import { expect, test } from '@jest/globals';
import { CallbackRefused } from '../../lib/gateways/gateway.ts';
import { signedParameters } from '../../lib/gateways/alipay/client.ts';
import { notificationReader } from '../../lib/gateways/alipay/notifications.ts';
import { contentToSign, provedNode } from '../../lib/gateways/alipay/signature.ts';
import { pemSigner, readPublicKey } from '../../lib/gateways/crypto.ts';
import { anId, noon } from '../contract/bench.ts';
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

const ports = { now: () => noon, fetch: () => Promise.reject(new Error('nobody is called here')) };
const config = { ...account, public_key_platform: platform.publicPem };
const reader = notificationReader(config, ports);
const order = anId();

const sdk = new AlipaySdk({
  appId: account.app_id,
  privateKey: merchant.privatePem,
  keyType: 'PKCS8',
  alipayPublicKey: platform.publicPem,
});

test('the SDK and we sign one request alike', async () => {
  const business = {
    out_trade_no: order,
    total_amount: '8.80',
    subject: '一杯咖啡 (大)',
    query_options: ['a'],
  };
  const signer = pemSigner('v1', merchant.privatePem);
  const notifyUrl = 'https://pay.example.com/callbacks/ALIPAY?a=b';
  const what = { method: 'alipay.trade.precreate', business, notifyUrl };
  const ours = await signedParameters({ config, signer, ports }, what);
  const { format, timestamp, notify_url } = ours;
  const parameters = { format, timestamp, notify_url, biz_content: business };
  const url = new URL(sdk.pageExecute('alipay.trade.precreate', 'GET', parameters));
  const theirs = Object.fromEntries(url.searchParams);
  // It adds its own name to the parameters; all others are the same.
  expect(theirs).toEqual({ ...ours, alipay_sdk: theirs['alipay_sdk'], sign: theirs['sign'] });
  const content = contentToSign(url.searchParams, ['sign']);
  expect((await signer.sign(Buffer.from(content))).toString('base64')).toBe(theirs['sign']);
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
    provedNode(Buffer.from(text), 'alipay.trade.query', readPublicKey(platform.publicPem)).kind;
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
