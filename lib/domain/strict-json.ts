// Reads JSON from outside with nothing guessed: strict UTF-8, no duplicate keys, no lone surrogates, bounded depth and
// number of keys; numbers only where they are exact.
import type { Json } from './canonical-json.ts';

export type JsonFault = 'MALFORMED_JSON' | 'DUPLICATE_JSON_KEY' | 'INEXACT_NUMBER';

export class JsonRefused extends Error {
  readonly fault: JsonFault;
  constructor(fault: JsonFault, detail: string) {
    super(detail);
    this.name = 'JsonRefused';
    this.fault = fault;
  }
}

const limits = { depth: 20, keys: 1000 };

/**
 * @param bytes one JSON text in UTF-8, without BOM
 * @param inexact what becomes of a number that is not plainly a whole one below 2^53: refused, or kept as its text
 * @param keys how many names and elements it may have
 * @returns the value; objects have no prototype
 * @throws JsonRefused
 * @see QUALITY rows 7–11, 16
 */
export function readJson(
  bytes: Uint8Array,
  inexact: 'refused' | 'text' = 'refused',
  keys: number = limits.keys,
): Json {
  const text = decodeUtf8(bytes);
  const cursor: Cursor = { text, at: 0, keysLeft: keys, inexact };
  skipSpace(cursor);
  const value = readValue(cursor, 0);
  skipSpace(cursor);
  if (cursor.at !== text.length) throw malformed(cursor, 'something follows the value');
  return value;
}

interface Cursor {
  readonly text: string;
  readonly inexact: 'refused' | 'text';
  at: number;
  keysLeft: number;
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new JsonRefused('MALFORMED_JSON', 'the body is not UTF-8');
  }
}

function malformed(cursor: Cursor, what: string): JsonRefused {
  return new JsonRefused('MALFORMED_JSON', `at character ${cursor.at}: ${what}`);
}

function skipSpace(cursor: Cursor): void {
  while (' \n\r\t'.includes(cursor.text[cursor.at] ?? 'end')) cursor.at++;
}

function readValue(cursor: Cursor, depth: number): Json {
  if (depth > limits.depth) throw malformed(cursor, 'nested too deeply');
  const first = cursor.text[cursor.at];
  if (first === '{') return readObject(cursor, depth);
  if (first === '[') return readArray(cursor, depth);
  return first === '"' ? readString(cursor) : readScalar(cursor);
}

function readObject(cursor: Cursor, depth: number): Json {
  const object = Object.create(null) as Record<string, Json>;
  readMembers(cursor, '}', () => {
    if (--cursor.keysLeft < 0) throw malformed(cursor, 'too many keys');
    const key = readString(cursor);
    if (Object.hasOwn(object, key)) throw new JsonRefused('DUPLICATE_JSON_KEY', 'a key stands twice');
    skipSpace(cursor);
    expect(cursor, ':');
    skipSpace(cursor);
    object[key] = readValue(cursor, depth + 1);
  });
  return object;
}

function readArray(cursor: Cursor, depth: number): Json {
  const array: Json[] = [];
  readMembers(cursor, ']', () => {
    if (--cursor.keysLeft < 0) throw malformed(cursor, 'too many elements');
    array.push(readValue(cursor, depth + 1));
  });
  return array;
}

function readMembers(cursor: Cursor, end: string, readMember: () => void): void {
  cursor.at++;
  skipSpace(cursor);
  if (cursor.text[cursor.at] === end) {
    cursor.at++;
    return;
  }
  for (;;) {
    readMember();
    skipSpace(cursor);
    if (cursor.text[cursor.at] === end) break;
    expect(cursor, ',');
    skipSpace(cursor);
  }
  cursor.at++;
}

function expect(cursor: Cursor, character: string): void {
  if (cursor.text[cursor.at] !== character) throw malformed(cursor, `${character} expected`);
  cursor.at++;
}

// Where a token ends; whether it is one is the platform's word.
const stringForm = /"(?:[^"\\]|\\.)*"/sy;
const scalarForm = /[\w.+-]+/y;

function readString(cursor: Cursor): string {
  const value = readToken(cursor, stringForm, 'a string expected') as string;
  if (!value.isWellFormed()) throw malformed(cursor, 'half a surrogate pair');
  return value;
}

function readScalar(cursor: Cursor): Json {
  const from = cursor.at;
  const value = readToken(cursor, scalarForm, 'a value expected') as number | boolean | null;
  // Whatever is spelt otherwise than it would be written again was rounded, or is a fraction: 1.00…01 would read as 1.
  const written = cursor.text.slice(from, cursor.at);
  if (typeof value !== 'number' || (Number.isSafeInteger(value) && String(value) === written)) return value;
  if (cursor.inexact === 'text') return written;
  throw new JsonRefused('INEXACT_NUMBER', `at character ${from}: amounts are sent as strings`);
}

function readToken(cursor: Cursor, form: RegExp, otherwise: string): unknown {
  form.lastIndex = cursor.at;
  const token = form.exec(cursor.text)?.[0];
  if (token === undefined) throw malformed(cursor, otherwise);
  try {
    const value: unknown = JSON.parse(token);
    cursor.at += token.length;
    return value;
  } catch {
    throw malformed(cursor, otherwise);
  }
}
