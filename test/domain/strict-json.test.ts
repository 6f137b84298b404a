import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Json } from '../../lib/domain/canonical-json.ts';
import { JsonRefused, readJson } from '../../lib/domain/strict-json.ts';

const read = (text: string): Json => readJson(Buffer.from(text));

function refusal(bytes: Uint8Array | string): string {
  try {
    readJson(Buffer.from(bytes as string));
  } catch (error) {
    return error instanceof JsonRefused ? error.fault : `a bug: ${String(error)}`;
  }
  return 'taken';
}

const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.oneof(text, fc.maxSafeInteger(), fc.boolean(), fc.constant(null)),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(text, tie('value'), { maxKeys: 4 }),
  ),
}));
const space = fc.constantFrom('', ' ', '\n', '\t', '\r\n  ');

describe('what is well formed', () => {
  it('is read as the platform reads it, however it is spaced', () => {
    fc.assert(
      fc.property(value, fc.nat(4), space, space, (given, indent, before, after) => {
        const written = `${before}${JSON.stringify(given, undefined, indent)}${after}`;
        expect(JSON.stringify(read(written))).toBe(JSON.stringify(JSON.parse(written)));
      }),
    );
  });

  it.each([
    '{"a":[1,-2,0,true,false,null,"\\u00e9\\n\\"\\\\"]}',
    '"\\ud83d\\ude00"',
    '9007199254740991',
    '{}',
  ])('is read: %s', (written) => {
    expect(JSON.stringify(read(written))).toBe(JSON.stringify(JSON.parse(written)));
  });

  it('may name a prototype without touching one', () => {
    const object = read('{"__proto__":{"admin":true},"constructor":1}') as Record<string, unknown>;
    expect(Object.getPrototypeOf(object)).toBeNull();
    expect(Object.keys(object)).toEqual(['__proto__', 'constructor']);
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
  });
});

describe('what is refused', () => {
  it.each([
    ...['', ' ', '{', '[', '"', '{}{}', '{} x', '1 2', "{'a':1}", '{a:1}', '[1,]', '{"a":1,}', '[,1]'],
    ...[
      '{"a"}',
      '{"a":}',
      '{"a" 1}',
      '// x\n{}',
      '{}/* x */',
      '\ufeff{}',
      '{}\u0000',
      '\u00a01',
      'nul',
      'True',
    ],
    ...[
      'undefined',
      'NaN',
      'Infinity',
      '-',
      '+1',
      '01',
      '1.',
      '.5',
      '0x10',
      '1_000',
      '1e',
      '--1',
      '"\n"',
      '"\t"',
    ],
    ...[
      '"\\x41"',
      '"\\u12"',
      '"\\ud800"',
      '"\\udc00\\ud800"',
      '{"\\ud800":1}',
      '"\u0000"',
      '\u000b1',
      '[1 2]',
    ],
  ])('%j: not JSON', (written) => {
    expect(refusal(written)).toBe('MALFORMED_JSON');
  });

  it.each([
    ...['1.5', '0.1', '1e400', '-1.5', '9007199254740992', '-9007199254740993', '12345678901234567890'],
    ...['9007199254740991.4', '1.00000000000000000001', '1e-400', '10.00', '1e3', '-0', '-0.0'],
  ])('the number %s: not plainly a whole one, or not exact', (written) => {
    expect(refusal(written)).toBe('INEXACT_NUMBER');
    expect(refusal(`{"amount":[${written}]}`)).toBe('INEXACT_NUMBER');
    expect(readJson(Buffer.from(`[${written}]`), 'text')).toEqual([written]);
  });

  it.each([
    ['overlong slash', [0x22, 0xc0, 0xaf, 0x22]],
    ['overlong in three bytes', [0x22, 0xe0, 0x80, 0xaf, 0x22]],
    ['surrogate in UTF-8', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['beyond Unicode', [0x22, 0xf4, 0x90, 0x80, 0x80, 0x22]],
    ['half a character', [0x22, 0xe4, 0xb8, 0x22]],
    ['UTF-16', [0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]],
  ])('bytes that are not UTF-8: %s', (_, bytes) => {
    expect(refusal(Uint8Array.from(bytes))).toBe('MALFORMED_JSON');
  });

  it.each([
    '{"amount":"1","amount":"2"}',
    '{"amount":"1","\\u0061mount":"2"}',
    '{"a":{"b":1,"b":1}}',
    '[{"a":1,"b":2,"a":3}]',
    '{"__proto__":1,"__proto__":2}',
    '{"":1,"":2}',
  ])('a key that stands twice: %s', (written) => {
    expect(refusal(written)).toBe('DUPLICATE_JSON_KEY');
  });

  it('one key repeated anywhere in an object, in any spelling', () => {
    const escaped = (key: string) =>
      `"${[...Array(key.length).keys()].map((i) => `\\u${key.charCodeAt(i).toString(16).padStart(4, '0')}`).join('')}"`;
    fc.assert(
      fc.property(fc.uniqueArray(text, { minLength: 1, maxLength: 5 }), fc.nat(), (keys, pick) => {
        const again = escaped(keys[pick % keys.length] ?? '');
        const members = [...keys.map((key) => JSON.stringify(key)), again].map((key) => `${key}:0`);
        expect(refusal(`{${members.join(',')}}`)).toBe('DUPLICATE_JSON_KEY');
      }),
    );
  });

  it('depth and number without bound', () => {
    expect(refusal('['.repeat(1000) + ']'.repeat(1000))).toBe('MALFORMED_JSON');
    expect(refusal('{"a":'.repeat(100_000))).toBe('MALFORMED_JSON');
    const members = Array.from({ length: 10_000 }, (_, n) => `"k${n}":1`);
    expect(refusal(`{${members.join(',')}}`)).toBe('MALFORMED_JSON');
    expect(refusal(`[${'0,'.repeat(10_000)}0]`)).toBe('MALFORMED_JSON');
  });
});

const marks = ['{', '}', '[', ']', ':', ',', '"', '\\'];

describe('hostile bytes', () => {
  it('are read or refused, never anything else, and a string of a million characters too', () => {
    expect(refusal(`"${'a'.repeat(1_000_000)}"`)).toBe('taken');
    expect(refusal(`"${'\\'.repeat(1_000_001)}`)).toBe('MALFORMED_JSON');
    const expected = ['taken', 'MALFORMED_JSON', 'DUPLICATE_JSON_KEY', 'INEXACT_NUMBER'];
    const tokens = fc
      .array(fc.constantFrom(...marks, 'true', 'null', '0', '-1', '"a"', 'u0061', ' ', '.5', '\u0000', 'é'))
      .map((all) => Buffer.from(all.join('')));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 60 }), tokens), (bytes) => {
        expect(expected).toContain(refusal(bytes));
      }),
      { numRuns: 3000 },
    );
  });

  it('are taken only if the platform takes them', () => {
    const mutated = fc.tuple(value, fc.nat(), fc.constantFrom(...marks, ' ', '0'));
    fc.assert(
      fc.property(mutated, ([given, place, character]) => {
        const written = JSON.stringify(given);
        const at = place % (written.length + 1);
        const changed = (written.slice(0, at) + character + written.slice(at + 1)).toWellFormed();
        if (refusal(changed) !== 'taken') return;
        expect(JSON.stringify(read(changed))).toBe(JSON.stringify(JSON.parse(changed)));
      }),
      { numRuns: 1000 },
    );
  });
});
