// 3.2 Shape: what a body may not be.
import { fresh, json, posted, terms, type Row } from '../row.ts';

const good = () => JSON.stringify(terms());
const bytes = (...parts: (string | number[])[]): Buffer =>
  Buffer.concat(parts.map((part) => Buffer.from(part as string)));
/** Good terms with a subject of these bytes. */
const subject = (...said: number[]) => {
  const [before = '', after = ''] = JSON.stringify(terms({ subject: '@@' })).split('@@');
  return bytes(before, said, after);
};
/** Good terms and one more member, as text. */
const also = (member: string) => good().replace(/}$/, `,${member}}`);
const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

function row(
  number: number,
  what: string,
  body: string | Uint8Array,
  code: string,
  more: Partial<Row> = {},
): Row {
  return { row: number, what, send: posted(body), status: 400, code, ...more };
}

const objectPrototypeIsClean = () => {
  if (Object.keys(Object.prototype).length > 0) throw new Error('Object.prototype was changed');
};

export const bodyRows: readonly Row[] = [
  ...['', 'null', '[]', '"x"', '1'].map((text) =>
    row(7, `the body ${text || '(empty)'}`, text, 'INVALID_REQUEST'),
  ),
  ...['{', '{"a":1', '{}{}', '// a\n{}', "{'a':1}", '\ufeff{}', '{"a":1,}'].map((text) =>
    row(8, `broken JSON ${text}`, text, 'MALFORMED_JSON'),
  ),
  row(8, 'a NUL byte behind it', bytes(good(), [0]), 'MALFORMED_JSON'),
  row(8, 'a NUL byte in a string', subject(0), 'MALFORMED_JSON'),
  row(9, 'not UTF-8', subject(0xff, 0xfe), 'MALFORMED_JSON'),
  row(9, 'an overlong slash', subject(0xc0, 0xaf), 'MALFORMED_JSON'),
  row(9, 'UTF-16', Buffer.from(good(), 'utf16le'), 'MALFORMED_JSON'),
  row(9, 'half a surrogate pair', also('"metadata":{"a":"\\ud800"}'), 'MALFORMED_JSON'),
  row(9, 'half a surrogate pair in bytes', subject(0xed, 0xa0, 0x80), 'MALFORMED_JSON'),
  row(10, 'amount twice', also('"amount":"0.01"'), 'DUPLICATE_JSON_KEY'),
  row(10, 'amount twice, once escaped', also('"\\u0061mount":"0.01"'), 'DUPLICATE_JSON_KEY'),
  row(10, 'a key twice further in', also('"metadata":{"a":"1","a":"2"}'), 'DUPLICATE_JSON_KEY'),
  row(11, '1,000 levels', nested(1_000), 'MALFORMED_JSON'),
  row(11, '5,000 keys', `{${Array.from({ length: 5_000 }, (_, i) => `"${i}":1`).join()}}`, 'MALFORMED_JSON'),
  row(
    11,
    '10,000 keys',
    `{${Array.from({ length: 10_000 }, (_, i) => `"k${i}":1`).join()}}`,
    'PAYLOAD_TOO_LARGE',
    { status: 413 },
  ),
  row(11, 'a string of 1 MB', `{"a":"${'x'.repeat(1024 * 1024)}"}`, 'PAYLOAD_TOO_LARGE', { status: 413 }),
  ...[
    ...['status', 'transaction_id', 'amount_paid', 'is_admin', 'callback_url', 'version', 'application'],
    ...['close_requested_at', 'superseded_by', 'due_at', 'anomaly', 'prepay_info', 'closed_at', 'payee'],
  ].map((name) =>
    row(15, `mass assignment: ${name}`, also(`"${name}":"PAID_SUCCESS"`), 'UNKNOWN_FIELD', { param: name }),
  ),
  ...['__proto__', 'constructor', 'toString'].map((name) =>
    row(16, `the key ${name}`, also(`"${name}":{"is_admin":true}`), 'UNKNOWN_FIELD', {
      param: name,
      and: objectPrototypeIsClean,
    }),
  ),
  row(46, 'notify_url', also('"notify_url":"https://evil.example/"'), 'UNKNOWN_FIELD', {
    param: 'notify_url',
  }),
  {
    row: 21,
    what: 'no Idempotency-Key',
    send: posted(good(), { headers: [json] }),
    status: 400,
    code: 'IDEMPOTENCY_KEY_REQUIRED',
    param: 'Idempotency-Key',
  },
  ...['', 'x'.repeat(256), 'a b', 'a\tb', 'caf\xe9'].map((key): Row => ({
    row: 22,
    what: `the key ${JSON.stringify(key.slice(0, 9))} of ${key.length}`,
    send: posted(good(), { headers: [json, ['idempotency-key', key]] }),
    status: 400,
    code: 'IDEMPOTENCY_KEY_INVALID',
  })),
  {
    row: 22,
    what: 'two keys',
    send: posted(good(), { headers: [json, ['idempotency-key', fresh()], ['Idempotency-Key', fresh()]] }),
    status: 400,
    code: 'IDEMPOTENCY_KEY_INVALID',
  },
];
