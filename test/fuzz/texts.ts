// Grammars of hostile texts: mostly right, so that they get far, and wrong where readers are weak.
import fc from 'fast-check';

const oddNumbers = [
  ...[
    '0',
    '-0',
    '1',
    '-1',
    '01',
    '1.',
    '.5',
    '1e3',
    '1E+400',
    '9007199254740993',
    '0x10',
    'NaN',
    'Infinity',
    '+1',
  ],
  ...['1'.repeat(400), '1_000', '١'],
];
const oddStrings = [
  ...[
    '""',
    '"a"',
    '"\\u0061"',
    '"\\ud800"',
    '"\\udc00\\ud800"',
    '"\\x"',
    '"\\u12"',
    '"\u0000"',
    '"\n"',
    "'a'",
  ],
  ...['"__proto__"', '"constructor"', '"amount"', '"\\u0061mount"', '"\u2028"', '"\ufeff"', '"', '"\\'],
];
const oddTokens = [
  ...[
    '{',
    '}',
    '[',
    ']',
    ':',
    ',',
    ' ',
    '\n',
    '\t',
    '\u00a0',
    '\ufeff',
    '//',
    '/* */',
    'true',
    'nul',
    'undefined',
  ],
  ...['{"a":'.repeat(30), '['.repeat(2000), '"a":1,'.repeat(1200), 'x'.repeat(5000)],
];

const string = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }).map((text) => JSON.stringify(text)),
  fc.constantFrom(...oddStrings),
);
const scalar = fc.oneof(string, fc.constantFrom(...oddNumbers), fc.constantFrom('true', 'false', 'null'));

/** JSON in right and in wrong spelling. */
const { json: jsonText } = fc.letrec<{ json: string }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    scalar,
    fc.array(tie('json'), { maxLength: 4 }).map((items) => `[${items.join(',')}]`),
    fc
      .array(fc.tuple(string, tie('json')), { maxLength: 4 })
      .map((members) => `{${members.map(([key, value]) => `${key}:${value}`).join(',')}}`),
    fc
      .array(fc.oneof(scalar, fc.constantFrom(...oddTokens)), { maxLength: 6 })
      .map((tokens) => tokens.join('')),
  ),
}));

/** How bytes come to harm on the way. */
export interface Harm {
  readonly kind: 'none' | 'cut' | 'flip' | 'insert' | 'drop' | 'double';
  /** where, in [0, 1) */
  readonly at: number;
  readonly byte: number;
}

export const harm: fc.Arbitrary<Harm> = fc.record({
  kind: fc.constantFrom('none', 'none', 'none', 'cut', 'flip', 'insert', 'drop', 'double'),
  at: fc.nat(999).map((n) => n / 1000),
  byte: fc.nat(255),
});

export function harmed(bytes: Buffer, { kind, at, byte }: Harm): Buffer {
  const place = Math.floor(at * bytes.length);
  const [before, after] = [bytes.subarray(0, place), bytes.subarray(place)];
  switch (kind) {
    case 'none':
      return bytes;
    case 'cut':
      return before;
    case 'drop':
      return Buffer.concat([before, after.subarray(1)]);
    case 'insert':
      return Buffer.concat([before, Buffer.of(byte), after]);
    case 'double':
      return Buffer.concat([bytes, after]);
    case 'flip':
      return Buffer.concat([
        before,
        after.subarray(0, 1).map((one) => one ^ (1 << (byte & 7))),
        after.subarray(1),
      ]);
  }
}

export const jsonBytes: fc.Arbitrary<Buffer> = fc
  .tuple(jsonText, harm)
  .map(([text, what]) => harmed(Buffer.from(text), what));

const escapes = [
  '%',
  '%4',
  '%zz',
  '%00',
  '%26',
  '%3D',
  '%D6%D0',
  '%FF',
  '%E4%B8%AD',
  '%ED%A0%80',
  '+',
  '%2B',
  '%0A',
];
const names = [
  'sign',
  'sign_type',
  'charset',
  'total_amount',
  'subject',
  'x',
  '',
  '__proto__',
  'a%26b',
  '支',
];
const value = fc.oneof(
  fc.string({ maxLength: 8 }).map((text) => encodeURIComponent(text)),
  fc.constantFrom(
    ...escapes,
    'RSA2',
    'utf-8',
    'GBK',
    'gb18030',
    'utf-16',
    '8.80',
    '&',
    '=',
    'x'.repeat(3000),
  ),
  fc.string({ unit: 'binary', maxLength: 6 }),
);

const pair = fc.tuple(
  fc.constantFrom(...names),
  fc.constantFrom('=', '=', '=', '=', '', '=='),
  fc.array(value, { maxLength: 3 }),
);

/** Forms in right and in wrong spelling; most have a charset, and names that stand once. */
export const formBytes: fc.Arbitrary<Buffer> = fc
  .tuple(
    fc.oneof(
      { weight: 3, arbitrary: fc.uniqueArray(pair, { maxLength: 4, selector: ([name]) => name }) },
      { weight: 1, arbitrary: fc.array(pair, { maxLength: 8 }) },
    ),
    fc.constantFrom('charset=utf-8', 'charset=UTF-8', 'charset=GBK', 'charset=gb18030', 'x=1'),
    fc.constantFrom('&', '&', '&', '&', '&&', ';'),
    fc.constantFrom(0, 0, 0, 0, 150),
    harm,
  )
  .map(([pairs, charset, between, more, what]) => {
    const said = pairs.map(([name, equals, parts]) => `${name}${equals}${parts.join('')}`);
    const filled = Array.from({ length: more }, (_, i) => `f${i}=1`);
    return harmed(Buffer.from([...said, charset, ...filled].join(between)), what);
  });
