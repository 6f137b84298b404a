// Notifications in the charset and the currency that they name. Numbers are the rows of QUALITY 3.
import { describe, expect, test } from '@jest/globals';
import { notificationReader } from '../../lib/gateways/alipay/notifications.ts';
import { CallbackRefused } from '../../lib/gateways/gateway.ts';
import { anId, noon } from '../contract/bench.ts';
import {
  account,
  form,
  gbkForm,
  notice,
  paidFields,
  platform,
  type Fields,
} from '../contract/alipay-side.ts';

const genuine = paidFields(anId(), '8.80', noon);
const reader = notificationReader(
  { ...account, public_key_platform: platform.publicPem },
  { now: () => noon, fetch: () => Promise.reject(new Error('nobody is called here')) },
);

function outcome(body: Uint8Array | string) {
  try {
    return reader.readNotification({ body: Buffer.from(body as string), headers: {} }).notification;
  } catch (error) {
    if (error instanceof CallbackRefused) return error.reason;
    throw error;
  }
}

const saying = (change: Fields) => outcome(form(notice({ ...genuine, ...change })));

describe('100, 101 the charset', () => {
  test.each(['GBK', 'gbk', 'GB2312', 'gb18030'])('%s: a genuine notice in GBK is read', (charset) => {
    expect(outcome(gbkForm(genuine, platform, charset))).toEqual(saying({}));
  });

  test('its bytes under another charset, or changed, are not authentic', () => {
    const body = gbkForm(genuine).toString();
    expect(outcome(body.replace('%47%42%4B', 'utf-8'))).toBe('not_authentic');
    expect(outcome(body.replace('%D2%BB', '%D2%BC'))).toBe('not_authentic');
  });

  test('a text that is not of its charset is unreadable, though it is signed', () => {
    expect(outcome(`${form(notice(genuine)).toString()}&x=%D6%D0`)).toBe('not_authentic');
    expect(outcome(gbkForm(genuine, platform, 'utf-8'))).toBe('unreadable');
  });

  test('no border between fields hides behind a character of two bytes', () => {
    expect(outcome(gbkForm({ ...genuine, subject: '茶&total_amount=1' }))).toBe('unreadable');
  });
});

describe('70 the currency', () => {
  test.each(['USD', 'CNY'])('trans_currency=%s: the amount is of that currency', (currency) => {
    expect(saying({ trans_currency: currency })).toMatchObject({
      snapshot: { amount: { minor: 880, currency } },
    });
  });

  test.each(['XXX', 'usd', 'JPY'])('trans_currency=%s, or no amount in it: unreadable', (currency) => {
    expect(saying({ trans_currency: currency })).toBe('unreadable');
  });
});
