// 3.3 Terms of a payment that are refused, each with its field's name.
import { create, fresh, posted, terms, type Row } from '../row.ts';

const refused = (row: number, code: string, change: Record<string, unknown>, status = 422): Row => {
  const [param, value] = Object.entries(change)[0] ?? ['', null];
  const shown = JSON.stringify(value).slice(0, 40);
  return { row, what: `${param} ${shown}`, send: create(change), status, code, param };
};
const each = (row: number, code: string, param: string, values: readonly unknown[], status?: number): Row[] =>
  values.map((value) => refused(row, code, { [param]: value }, status));

const soon = (ms: number) => new Date(Date.now() + ms).toISOString();
const card = '4111 1111 1111 1111';
const manyPairs = Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, 'v']));

export const termRows: readonly Row[] = [
  ...each(32, 'AMOUNT_INVALID', 'amount', ['0', '0.00', '-1', '-0']),
  ...each(33, 'INVALID_REQUEST', 'amount', [8, null, true, ['8.80'], { value: '8.80' }], 400),
  {
    row: 33,
    what: 'amount 8.80 as a number',
    send: posted(JSON.stringify(terms()).replace('"8.80"', '8.80')),
    status: 400,
    code: 'INVALID_REQUEST',
  },
  ...each(34, 'AMOUNT_INVALID', 'amount', [
    ...[
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
      '1_000',
      'NaN',
      'Infinity',
    ],
    ...['1'.repeat(40), '', '10\n', '1 0', '9007199254740993'],
  ]),
  ...each(34, 'AMOUNT_SCALE', 'amount', ['10.001', '8.800']),
  ...each(35, 'AMOUNT_SCALE', 'amount', ['1.234']),
  {
    row: 35,
    what: '0.5 JPY',
    send: create({ amount: '0.5', currency: 'JPY' }),
    status: 422,
    code: 'AMOUNT_SCALE',
    param: 'amount',
  },
  {
    row: 35,
    what: '1.234 KWD is an amount; the method does not take the currency',
    send: create({ amount: '1.234', currency: 'KWD' }),
    status: 422,
    code: 'CURRENCY_CHANNEL_MISMATCH',
    param: 'currency',
  },
  ...each(36, 'AMOUNT_OUT_OF_RANGE', 'amount', ['100000000.01', '90071992547409.91']),
  ...each(37, 'CURRENCY_UNSUPPORTED', 'currency', [
    'cny',
    'ＣＮＹ',
    'XXX',
    'RMB',
    null,
    '',
    'CNY ',
    'toString',
  ]),
  ...each(38, 'CURRENCY_CHANNEL_MISMATCH', 'currency', ['EUR', 'USD']),
  ...each(39, 'CHANNEL_UNKNOWN', 'payment_channel', [
    'NOBODY_PAY',
    'alipay',
    'alipay ',
    'ALIPAY\u200b',
    '__proto__',
    '',
  ]),
  {
    row: 39,
    what: 'a method sent as a channel: the pair is named',
    send: create({ payment_channel: 'ALIPAY_QR' }),
    status: 422,
    code: 'CHANNEL_UNKNOWN',
    param: 'payment_channel',
    and: ({ json }) => {
      const detail = String(json['detail']);
      if (!/\bALIPAY\b/.test(detail) || !/\balipay_qr\b/.test(detail)) throw new Error(detail);
    },
  },
  ...each(39, 'METHOD_UNKNOWN', 'payment_method', ['alipay_bar', 'ALIPAY_QR', '__proto__', 'constructor']),
  ...each(41, 'ORDER_ID_INVALID', 'business_order_id', [
    ...[
      '',
      'x'.repeat(65),
      'x'.repeat(129),
      '../',
      'a#b',
      '😀',
      '\u202eabc',
      'a\u200bb',
      ' a',
      'a ',
      '-a',
      'a/b',
      'a.b',
      'é',
    ],
  ]),
  ...each(41, 'ORDER_ID_INVALID', 'business_order_type', ['', 'a#b', 'x'.repeat(65)]),
  ...each(44, 'SENSITIVE_DATA_REFUSED', 'subject', [
    card,
    card.replaceAll(' ', ''),
    `Tea, card ${card.replaceAll(' ', '-')} 12/29`,
  ]),
  {
    row: 44,
    what: 'a card number in metadata',
    send: create({ metadata: { note: card } }),
    status: 422,
    code: 'SENSITIVE_DATA_REFUSED',
    param: 'metadata',
  },
  ...each(45, 'RETURN_URL_NOT_ALLOWED', 'return_url', [
    ...[
      'javascript:alert(1)',
      'http://shop.example/',
      '//shop.example/',
      '/done',
      'https:shop.example',
      'https:///shop.example',
      'https://good@evil.example/',
      'https://shop.example@evil.example/',
      'https://evil.example/#@shop.example/',
      'https://shop.example.evil.example/',
      'https://shop.example:8443/',
      'https://shop.example\\@evil.example/',
      'https://shop.example/ a',
      'https://shop.example/\n',
      'https://evil.example/?https://shop.example/',
      'https://sh\u043ep.example/',
      'data:text/html,x',
      '',
      `https://shop.example/${'a'.repeat(1024)}`,
    ],
  ]),
  ...each(45, 'INVALID_REQUEST', 'return_url', [null, 1, ['https://shop.example/']], 400),
  ...each(47, 'METADATA_TOO_LARGE', 'metadata', [
    manyPairs,
    { k: 'x'.repeat(10_000) },
    { k: 'x'.repeat(201) },
    { ['k'.repeat(41)]: 'v' },
  ]),
  ...each(48, 'EXPIRE_INVALID', 'expires_at', [
    ...[
      soon(-60_000),
      soon(10 * 365 * 86_400_000),
      '2027-02-30T00:00:00Z',
      '2026-11-22T08:00:00',
      '2026-11-22T08:00:00+08:00',
    ],
    ...['2026-13-01T00:00:00Z', 'tomorrow', '', soon(30_000)],
  ]),
  {
    row: 50,
    what: 'user_id with a key separator',
    send: create({ user_id: fresh('a#b') }),
    status: 400,
    code: 'INVALID_REQUEST',
    param: 'user_id',
  },
];
