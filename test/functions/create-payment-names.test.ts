// What may come in to make a payment, QUALITY rows 15–16 and 37–48: names, texts and fields, judged before anything is written.
import { describe, expect, it } from '@jest/globals';
import { createPaymentBody } from '../../functions/create-payment/schema.ts';
import { validate } from '../../lib/api/validation.ts';
import { aChannelRow } from './channel.ts';
import { channel, refusal, right, wanted, withField } from './wanted.ts';

describe('what names something', () => {
  it.each([
    ['currency', ['cny', 'ＣＮＹ', 'XXX', 'RMB', '', '__proto__'], 'CURRENCY_UNSUPPORTED'],
    ['currency', ['EUR', 'USD'], 'CURRENCY_CHANNEL_MISMATCH'],
    ['payment_method', ['alipay_card', 'ALIPAY_QR', '', '__proto__', 'toString'], 'METHOD_UNKNOWN'],
    [
      'business_order_id',
      ['', 'a'.repeat(65), '../', 'a#b', '😀', 'a\u202eb', 'a\u200bb', ' a', 'a ', '-a', 'a\n'],
      'ORDER_ID_INVALID',
    ],
    ['business_order_type', ['', '-', 'a#b'], 'ORDER_ID_INVALID'],
    [
      'return_url',
      [
        'javascript:alert(1)',
        'http://shop.example/',
        '//shop.example/',
        'https://shop.example@evil.example/',
      ],
      'RETURN_URL_NOT_ALLOWED',
    ],
    ['user_id', ['', 'a b', 'a'.repeat(65), 7], 'INVALID_REQUEST'],
    ['subject', ['', 'a'.repeat(1001)], 'INVALID_REQUEST'],
    ['subject', ['card 4111111111111111', '4111 1111 1111 1111 12/28'], 'SENSITIVE_DATA_REFUSED'],
    [
      'expires_at',
      ['2026-11-22T07:59:00Z', '2026-11-22T08:01:00Z', '2026-02-30T00:00:00Z'],
      'EXPIRE_INVALID',
    ],
    [
      'expires_at',
      ['2036-11-22T08:00:00Z', '2026-11-22T08:05:00', '2026-11-22', 'soon', ''],
      'EXPIRE_INVALID',
    ],
  ])('%s has its code where it is wrong', (param, values, code) => {
    for (const value of values) expect(withField(param, value)).toEqual({ code, param });
  });

  it.each([
    [
      'too many',
      Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`k${n}`, 'v'])),
      'METADATA_TOO_LARGE',
    ],
    ['too long a key', { ['k'.repeat(41)]: 'v' }, 'METADATA_TOO_LARGE'],
    ['too long a value', { k: 'v'.repeat(201) }, 'METADATA_TOO_LARGE'],
    ['a card number', { k: '4111-1111-1111-1111' }, 'SENSITIVE_DATA_REFUSED'],
  ])('metadata with %s is refused', (_, metadata, code) => {
    expect(withField('metadata', metadata)).toEqual({ code, param: 'metadata' });
  });

  it('metadata that names a prototype is refused, not dropped in silence', () => {
    const body = { ...right, metadata: JSON.parse('{"__proto__":"x","k":"v"}') as object };
    expect(refusal(body)).toEqual({ code: 'UNKNOWN_FIELD', param: 'metadata' });
  });
});

describe('a body', () => {
  it.each([null, [], 'x', 1, true])('%j is none', (body) => {
    expect(refusal(body).code).toBe('INVALID_REQUEST');
  });

  it.each(['status', 'transaction_id', 'amount_paid', 'is_admin', 'callback_url', 'notify_url', 'toString'])(
    'may not set %s',
    (param) => {
      expect(withField(param, 'x')).toEqual({ code: 'UNKNOWN_FIELD', param });
    },
  );

  it('may not reach for a prototype', () => {
    const body = JSON.parse(JSON.stringify(right).replace('{', '{"__proto__":{"admin":true},')) as object;
    expect(refusal(body)).toEqual({ code: 'UNKNOWN_FIELD', param: '__proto__' });
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
  });

  it.each(Object.keys(right))('without %s is refused by its name', (param) => {
    expect(refusal({ ...right, [param]: undefined })).toEqual({ code: 'INVALID_REQUEST', param });
  });

  it('with several faults names them all', () => {
    const several = { ...right, currency: 'RMB', business_order_id: '#', is_admin: true };
    const errors = expect.arrayContaining([
      { code: 'CURRENCY_UNSUPPORTED', param: 'currency' },
      { code: 'ORDER_ID_INVALID', param: 'business_order_id' },
      { code: 'UNKNOWN_FIELD', param: 'is_admin' },
    ]) as unknown;
    const details = expect.objectContaining({ errors }) as unknown;
    expect(() => validate(createPaymentBody, several)).toThrow(expect.objectContaining({ details }));
  });

  it('for a channel that is switched off is refused', () => {
    const off = { ...channel, row: aChannelRow({ isActive: false }) };
    expect(() => wanted(right, off).payment()).toThrow(expect.objectContaining({ code: 'CHANNEL_DISABLED' }));
  });
});
