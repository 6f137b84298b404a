// What may come in to make a payment: QUALITY rows 7, 15–16 and 32–48, judged before anything is written.
import { describe, expect, it } from '@jest/globals';
import { createPaymentBody } from '../../functions/create-payment/schema.ts';
import { wantedPayment } from '../../functions/create-payment/terms.ts';
import { validate } from '../../lib/api/validation.ts';
import { PaymentError } from '../../lib/domain/errors.ts';
import { readJson } from '../../lib/domain/strict-json.ts';
import { alipay } from '../../lib/gateways/alipay/index.ts';
import type { ConnectedChannel } from '../../lib/channels/channels.ts';
import { ports } from '../store/database.ts';
import { aChannelRow } from './channel.ts';

const right = {
  business_order_id: 'order-1',
  payment_channel: 'ALIPAY',
  payment_method: 'alipay_qr',
  amount: '8.80',
  currency: 'CNY',
  subject: 'tea',
};
const channel: ConnectedChannel = {
  code: 'ALIPAY',
  row: aChannelRow(),
  payee: { merchantId: 'm', appId: 'a' },
  methods: {
    ...alipay.methods,
    anywhere: {
      ...alipay.methods['alipay_qr'],
      currencies: ['JPY', 'KWD', 'CNY'],
      minimum: '1',
      maximum: '1000',
    },
  } as ConnectedChannel['methods'],
  sync: alipay.sync,
  // Nothing is asked of it before what is wanted is judged.
  gateway: undefined as never,
};

function wanted(body: unknown, on = channel, clock = ports()) {
  const request = {
    application: 'shop',
    returnOrigins: ['https://shop.example'],
    body: validate(createPaymentBody, body),
    deadline: 0,
  };
  return wantedPayment(request, on, clock);
}

/** The body goes the way of a real one: as text. */
function judged(body: unknown) {
  return wanted(readJson(Buffer.from(JSON.stringify(body)))).payment();
}

function refusal(body: unknown): { code: string; status?: number; param: string | undefined } {
  try {
    judged(body);
  } catch (error) {
    if (error instanceof PaymentError) return { code: error.code, param: error.details.param };
    throw error;
  }
  return { code: 'taken', param: undefined };
}

const withField = (param: string, value: unknown) => refusal({ ...right, [param]: value });

describe('a right body', () => {
  it('is a payment with exactly these facts', () => {
    const payment = judged({
      ...right,
      business_order_type: 'b2c',
      user_id: 'u1',
      metadata: { constructor: '1' },
    });
    expect(payment).toMatchObject({
      application: 'shop',
      businessOrderId: 'order-1',
      businessOrderType: 'b2c',
      amountRequested: { minor: 880, currency: 'CNY' },
      metadata: { constructor: '1' },
      status: 'PENDING_CREATE',
      version: 1,
      createdAt: '2026-11-22T08:00:00.000Z',
      expiresAt: '2026-11-22T08:15:00.000Z',
    });
  });

  it.each(['x & = % + # < > " \' \n \u0000 y', '茶'.repeat(300), '😀', '\u0e01'])(
    'may hold any text as its subject, kept as it came (%#)',
    (subject) => {
      expect(judged({ ...right, subject }).subject).toBe(subject);
    },
  );
  it('ends exactly its time after it was made, while the clock goes on', () => {
    const clock = ports();
    const ticking = { ...clock, now: () => clock.time++ };
    const { createdAt, expiresAt } = wanted(right, channel, ticking).payment();
    expect(Date.parse(expiresAt) - Date.parse(createdAt)).toBe(900_000);
  });

  it('may say when it ends', () => {
    const ending = { ...right, expires_at: '2026-11-22T08:02:00Z' };
    expect(judged(ending).expiresAt).toBe('2026-11-22T08:02:00.000Z');
  });
});

describe('an amount', () => {
  const none = [
    '0',
    '0.00',
    '-1',
    '-0',
    '1e3',
    '0x10',
    ' 10 ',
    '+10',
    '1,000.00',
    '١٠',
    '１０',
    '10.',
    '.5',
    '00.10',
  ];
  it.each(none)('%j is none', (amount) => {
    expect(withField('amount', amount)).toEqual({ code: 'AMOUNT_INVALID', param: 'amount' });
  });

  it.each([8, true, null, ['8.80'], { minor: 880 }])('as %j is of the wrong type', (amount) => {
    expect(withField('amount', amount)).toEqual({ code: 'INVALID_REQUEST', param: 'amount' });
  });

  it.each([
    ['1.234', 'CNY'],
    ['8.800', 'CNY'],
    ['5.5', 'JPY'],
    ['5.0000', 'KWD'],
  ])('%s %s is finer than its currency', (amount, currency) => {
    const body = { ...right, payment_method: 'anywhere', amount, currency };
    expect(refusal(body)).toEqual({ code: 'AMOUNT_SCALE', param: 'amount' });
  });

  it('may use the decimals that its currency has', () => {
    const body = { ...right, payment_method: 'anywhere', amount: '5.123', currency: 'KWD' };
    expect(judged(body).amountRequested).toEqual({ minor: 5123, currency: 'KWD' });
  });

  it.each([
    ['100000000.01', 'alipay_qr'],
    ['9007199254740.99', 'alipay_qr'],
    ['0.99', 'anywhere'],
    ['1000.01', 'anywhere'],
  ])('%s is not what %s takes', (amount, payment_method) => {
    expect(refusal({ ...right, amount, payment_method })).toEqual({
      code: 'AMOUNT_OUT_OF_RANGE',
      param: 'amount',
    });
  });
});

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
