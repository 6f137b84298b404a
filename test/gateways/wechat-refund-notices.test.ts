// What WeChat Pay tells of refunds: each notice is believed by itself, and says of which refund it is.
import { describe, expect, test } from '@jest/globals';
import { Aes, Formatter, Rsa } from 'wechatpay-axios-plugin';
import { newTransactionId, refundIdOf } from '../../lib/domain/ids.ts';
import { noon } from '../contract/bench.ts';
import {
  account,
  apiV3Key,
  beijing,
  notice,
  paidOrder,
  platform,
  publicKeyId,
} from '../contract/wechat-pay-side.ts';
import { asked, order, said } from './wechat-answering.ts';
import { posted, read } from './wechat-notices.ts';

const refundId = refundIdOf(order, 0);
const facts = {
  refundId,
  gatewayRefundId: '50300000002026112000000000001',
  transactionId: order,
  gatewayTransactionId: '4200000000202611200000000001',
  amount: { minor: 300, currency: 'CNY' },
};

/** As its page shows it: without an application, and without a currency. */
const content = (status: string, change: object = {}) => ({
  mchid: account.merchant_id,
  out_trade_no: order,
  transaction_id: facts.gatewayTransactionId,
  out_refund_no: refundId,
  refund_id: facts.gatewayRefundId,
  refund_status: status,
  ...(status === 'SUCCESS' && { success_time: beijing(noon) }),
  user_received_account: '招商银行信用卡0403',
  amount: { total: 880, refund: 300, payer_total: 880, payer_refund: 280 },
  ...change,
});
const told = (status: string, change?: object, type = `REFUND.${status}`, kind = 'refund') =>
  read(posted(JSON.stringify(notice(content(status, change), { type, kind }))));

const news = [
  ['SUCCESS', { ...facts, state: 'succeeded', at: new Date(noon).toISOString() }],
  ['ABNORMAL', { ...facts, state: 'needs_action', reason: 'abnormal', channelCode: 'ABNORMAL' }],
  ['CLOSED', { ...facts, state: 'failed', channelCode: 'CLOSED' }],
] as const;

test.each(news)('REFUND.%s', (status, snapshot) => {
  expect(told(status)).toEqual({ kind: 'refund', snapshot });
});

test.each([
  '50300000002026112099',
  refundIdOf(newTransactionId({ now: () => 0, randomBytes: (n) => Buffer.alloc(n) }), 0),
])(
  'made at the console, under %s: it names the provider’s refund and whose money it was',
  (out_refund_no) => {
    const at = new Date(noon).toISOString();
    const snapshot = { ...facts, refundId: undefined, state: 'succeeded', at };
    expect(told('SUCCESS', { out_refund_no })).toEqual({ kind: 'refund', snapshot });
  },
);

describe('122: event_type and what is sealed must agree', () => {
  test.each([
    ['REFUND.SUCCESS', 'ABNORMAL'],
    ['REFUND.SUCCESS', 'PROCESSING'],
    ['REFUND.CLOSED', 'SUCCESS'],
    ['REFUND.ABNORMAL', 'WONDERFUL'],
    ['REFUND.PROCESSING', 'PROCESSING'],
    ['REFUND.toString', 'SUCCESS'],
  ])('%s of %s is kept and told', (type, status) => {
    expect(told(status, {}, type)).toMatchObject({
      kind: 'unrecognised',
      noticeId: 'EV-2026112014070800',
      transactionId: order,
      what: expect.stringContaining(type) as unknown,
    });
  });

  test('a refund under the name of a payment, and the reverse, are neither', () => {
    expect(told('SUCCESS', {}, 'REFUND.SUCCESS', 'transaction')).toMatchObject({ kind: 'unrecognised' });
    expect(told('SUCCESS', { appid: account.app_id }, 'TRANSACTION.SUCCESS')).toMatchObject({
      kind: 'unrecognised',
    });
  });
});

test.each([
  { mchid: '1900000110' },
  { mchid: undefined },
  { appid: 'wx0000000000000000' },
  { out_trade_no: 'P01' },
  { out_trade_no: undefined },
])('120: not ours: %j', (change) => {
  expect(told('SUCCESS', change)).toBe('foreign');
});

test.each([
  { refund_id: '' },
  { refund_id: undefined },
  { transaction_id: 7 },
  { success_time: 'yesterday' },
  { amount: { total: 880, refund: 3.5 } },
  { amount: { total: 880, refund: 0 } },
  { amount: { total: 880, refund: '300' } },
  { amount: { total: 880 } },
])('money without its facts is not read: %j', (change) => {
  expect(told('SUCCESS', change)).toBe('unreadable');
});

test('in a currency that is not ours to know it is kept and told; in another of ours it is read', () => {
  expect(told('SUCCESS', { amount: { refund: 300, currency: 'XXX' } })).toMatchObject({
    kind: 'unrecognised',
    what: 'REFUND.SUCCESS in currency XXX',
  });
  expect(told('SUCCESS', { amount: { refund: 300, currency: 'USD' } })).toMatchObject({
    snapshot: { amount: { minor: 300, currency: 'USD' } },
  });
});

test('the payment is paid no less, however much of it went back', async () => {
  const paid = { ...paidOrder(order, 880, noon), trade_state: 'REFUND', trade_state_desc: '转入退款' };
  expect(await asked(said(200, paid))).toMatchObject({
    value: { state: 'paid', amount: { minor: 880, currency: 'CNY' }, transactionId: order },
  });
});

test('what an independent implementation seals and signs is read', () => {
  const nonce = Formatter.nonce(12);
  const resource = {
    original_type: 'refund',
    algorithm: 'AEAD_AES_256_GCM',
    associated_data: 'refund',
    ciphertext: Aes.AesGcm.encrypt(JSON.stringify(content('SUCCESS')), apiV3Key, nonce, 'refund'),
    nonce,
  };
  const text = JSON.stringify({ ...notice({}, { type: 'REFUND.SUCCESS' }), resource });
  const timestamp = String(Math.floor(noon / 1000));
  const salt = Formatter.nonce();
  const headers = {
    'wechatpay-timestamp': [timestamp],
    'wechatpay-nonce': [salt],
    'wechatpay-serial': [publicKeyId],
    'wechatpay-signature': [Rsa.sign(Formatter.response(timestamp, salt, text), platform.privatePem)],
  };
  expect(read({ body: Buffer.from(text), headers })).toMatchObject({
    kind: 'refund',
    snapshot: { refundId, state: 'succeeded' },
  });
});
