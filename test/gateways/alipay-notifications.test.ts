// Alipay's notifications, genuine and hostile. Numbers are the rows of QUALITY 3.5.
import { describe, expect, test } from '@jest/globals';
import { CallbackRefused, type ProvedNotification } from '../../lib/gateways/gateway.ts';
import { notificationReader } from '../../lib/gateways/alipay/notifications.ts';
import { anId, noon } from '../contract/bench.ts';
import {
  account,
  beijing,
  form,
  notice,
  paidFields,
  platform,
  type Fields,
} from '../contract/alipay-side.ts';

const order = anId();
const genuine = paidFields(order, '8.80', noon);
const key = { public_key_platform: platform.publicPem };
const reader = notificationReader(
  { ...account, ...key },
  { now: () => noon, fetch: () => Promise.reject(new Error('nobody is called here')) },
);

function outcome(body: Uint8Array): ProvedNotification['notification'] | CallbackRefused['reason'] {
  try {
    return reader.readNotification({ body, headers: {} }).notification;
  } catch (error) {
    if (error instanceof CallbackRefused) return error.reason;
    throw error;
  }
}

/** What becomes of the genuine notice with other fields, signed as they are. */
const saying = (change: Fields) => outcome(form(notice({ ...genuine, ...change })));
const without = (name: string) => saying({ [name]: '' });
/** The genuine body, changed after it was signed. */
const changed = (change: (text: string) => string) =>
  outcome(Buffer.from(change(form(notice(genuine)).toString())));

test('everything that a payment says', () => {
  const said = saying({ total_amount: '8.80', buyer_pay_amount: '8.00', receipt_amount: '8.5' });
  expect(said).toEqual({
    kind: 'payment',
    snapshot: {
      state: 'paid',
      transactionId: order,
      gatewayTransactionId: '2026112022001400000000000001',
      amount: { minor: 880, currency: 'CNY' },
      paidAt: '2026-11-20T06:07:08.000Z',
      payee: { merchantId: account.merchant_id, appId: account.app_id },
      channelAmounts: {
        payerTotal: { minor: 800, currency: 'CNY' },
        merchantReceived: { minor: 850, currency: 'CNY' },
      },
      paymentInstrument: 'alipay_balance',
    },
  });
});

test.each([
  ['[{"amount":"8.80","fundChannel":"PCREDIT"}]', 'alipay_credit'],
  [
    '[{"amount":"1.00","fundChannel":"COUPON"},{"amount":"7.80","fundChannel":"FINANCEACCOUNT"}]',
    'alipay_fund',
  ],
  ['[{"amount":"8.80","fundChannel":"BANKCARD"}]', 'bank_card'],
  ['[{"amount":"8.80","fundChannel":"BANKCARD","fundType":"DEBIT_CARD"}]', 'debit_card'],
  ['[{"amount":"8.80","fundChannel":"BANKCARD","fundType":"CREDIT_CARD"}]', 'credit_card'],
  ['[{"amount":"8.80","fundChannel":"SOMETHING_NEW"}]', 'other'],
  ['[{"amount":"8.80","fundChannel":"constructor"}]', 'other'],
  ['[]', undefined],
  ['[{&quot;amount&quot;', undefined],
])('paid with %s: %s', (fund_bill_list, instrument) => {
  const said = saying({ fund_bill_list }) as { snapshot: { state: string; paymentInstrument?: string } };
  expect([said.snapshot.state, said.snapshot.paymentInstrument]).toEqual(['paid', instrument]);
});

describe('the form of the body', () => {
  const body = form(notice(genuine)).toString();

  test.each([
    ['80 empty', ''],
    ['80 too long', `${body}&x=${'a'.repeat(64 * 1024)}`],
    ['98 a field twice', `${body}&total_amount=8.80`],
    ['97 two signatures', `${body}&sign=AAAA`],
    ['101 a broken escape', `${body}&x=%4`],
    ['101 an escape that is none', `${body}&x=%zz`],
    ['raw bytes', `${body}&x=支`],
    ['an empty pair', `${body}&`],
    ['no equals sign', `${body}&x`],
    ['no name', `${body}&=x`],
    ['a name that holds a border', `${body}&x%3Dy%26z=1`],
    ['more than a hundred fields', body + Array.from({ length: 100 }, (_, i) => `&f${i}=1`).join('')],
  ])('%s: malformed', (_, text) => {
    expect(outcome(Buffer.from(text))).toBe('malformed');
  });

  test.each([
    ['99 in another order', (text: string) => text.split('&').reverse().join('&')],
    ['%20 for +', (text: string) => text.replaceAll('+', '%20')],
    [
      'small hexadecimal digits',
      (text: string) => text.replaceAll(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase()),
    ],
    ['an empty field', (text: string) => `${text}&gmt_refund=`],
  ])('%s: the same', (_, change) => {
    expect(changed(change)).toEqual(saying({}));
  });

  test('102 an unknown field, signed: ignored; 103 not signed: not authentic', () => {
    expect(saying({ new_field: 'a=b & c' })).toEqual(saying({}));
    expect(changed((text) => `${text}&new_field=1`)).toBe('not_authentic');
  });
});

describe('96, 97 the signature', () => {
  test.each(['RSA', 'rsa2', 'HMAC', ''])('sign_type %p: not authentic', (type) => {
    expect(changed((text) => text.replace('sign_type=RSA2', `sign_type=${type}`))).toBe('not_authentic');
  });

  test('sign_type as an array, or absent: not authentic', () => {
    expect(changed((text) => text.replace('sign_type=RSA2', 'sign_type[]=RSA2'))).toBe('not_authentic');
    expect(changed((text) => text.replace('&sign_type=RSA2', ''))).toBe('not_authentic');
  });

  test.each([
    ['empty', (text: string) => text.replace(/&sign=.*$/, '&sign=')],
    ['with junk', (text: string) => text.replace(/&sign=..../, '&sign=%0A!..')],
    ['without its end', (text: string) => text.replace(/%3D%3D$/, '')],
  ])('%s: malformed', (_, change) => {
    expect(changed(change)).toBe('malformed');
  });
});

describe('95, 108 the closed form', () => {
  test.each(['version', 'charset', 'notify_type', 'notify_id', 'notify_time', 'app_id'])(
    'no %s: unreadable',
    (name) => {
      expect(without(name)).toBe('unreadable');
    },
  );

  test.each(['seller_id', 'trade_no', 'out_trade_no', 'trade_status', 'total_amount', 'gmt_payment'])(
    'no %s: unreadable',
    (name) => {
      expect(without(name)).toBe('unreadable');
    },
  );

  test.each([
    ['version', '1.1'],
    ['charset', 'big5'],
    ['charset', 'utf-16le'],
    ['notify_time', '2026-11-20T14:07:08'],
    ['gmt_payment', '2026-02-30 00:00:00'],
    ['gmt_create', '2026-11-20 24:00:00'],
    ['gmt_close', 'yesterday'],
    ['trade_no', '1'],
    ['trade_status', 'paid'],
    ['total_amount', '1e2'],
    ['total_amount', '8.800'],
    ['total_amount', '8.'],
    ['total_amount', ' 8.80'],
    ['total_amount', '-8.80'],
    ['total_amount', '٨.80'],
    ['receipt_amount', '8,80'],
    ['refund_fee', 'x'],
    ['out_biz_no', 'rfd&1'],
    ['out_biz_no', 'a'.repeat(65)],
    ['subject', 'a&total_amount=1'],
    ['passback_params', 'x&seller_id=2088'],
    ['unheard_of', '&trade_status=TRADE_CLOSED'],
  ])('%s=%s: unreadable', (name, value) => {
    expect(saying({ [name]: value })).toBe('unreadable');
  });
});

test.each([
  ['app_id', '2021009900000009'],
  ['seller_id', '2088900000000009'],
  ['out_trade_no', 'P01JDEMO'],
])('104, 71 %s=%s: foreign', (name, value) => {
  expect(saying({ [name]: value })).toBe('foreign');
});

test.each([
  [-48 * 60, true],
  [-48 * 60 - 1, false],
  [10, true],
  [11, false],
])('a notice of %i minutes from now: accepted %p', (minutes, accepted) => {
  const said = saying({ notify_time: beijing(noon + minutes * 60_000) });
  expect(said === 'not_authentic').toBe(!accepted);
});

describe('105, 106 what is told', () => {
  const unpaid = { gmt_payment: '' };
  const noticeId = genuine['notify_id'];
  const unrecognised = (what: string) => ({ kind: 'unrecognised', what, noticeId, transactionId: order });

  test.each([
    ['finished', { trade_status: 'TRADE_FINISHED' }, { kind: 'payment', snapshot: { state: 'paid' } }],
    ['refunded by nothing', { refund_fee: '0.00' }, { kind: 'payment', snapshot: { state: 'paid' } }],
    [
      'closed',
      { trade_status: 'TRADE_CLOSED', ...unpaid },
      { kind: 'payment', snapshot: { state: 'closed' } },
    ],
    ['waiting', { trade_status: 'WAIT_BUYER_PAY', ...unpaid }, { kind: 'ignored', transactionId: order }],
    [
      'paid with a number of business beside it',
      { out_biz_no: 'HZ01RF001' },
      { kind: 'payment', snapshot: { state: 'paid' } },
    ],
    ['closed, yet paid', { trade_status: 'TRADE_CLOSED' }, unrecognised('TRADE_CLOSED after a payment')],
    ['a new status', { trade_status: 'TRADE_PENDING' }, unrecognised('trade_status TRADE_PENDING')],
    ['of a prototype', { trade_status: 'CONSTRUCTOR' }, unrecognised('trade_status CONSTRUCTOR')],
    ['a new type', { notify_type: 'trade_weather_sync' }, unrecognised('notify_type trade_weather_sync')],
  ])('%s', (_, change, expected) => {
    expect(saying(change as unknown as Fields)).toMatchObject(expected);
  });
});
