// A form, in a body or in an address, read strictly from its bytes, whatever the content type says: Alipay's own is
// malformed, and the charset stands in a field.
import { CallbackRefused } from '../gateway.ts';

/** bytes */
const longestBody = 64 * 1024;
const mostFields = 100;

/** Those that Alipay's own pages name; the younger ones contain GB 2312. */
const charsets = ['utf-8', 'gbk', 'gb2312', 'gb18030'];

/**
 * Decodes escapes once, `+` as a space. A name is printable ASCII without `&` and `=`: in the signed text it could not be
 * told from a value.
 * @param longest bytes
 * @returns the fields by name, empty ones too; values as the bytes that were signed, one character each
 * @throws CallbackRefused malformed, also for a name that stands twice
 */
export function readForm(body: Uint8Array, longest = longestBody): Map<string, string> {
  if (body.byteLength === 0 || body.byteLength > longest)
    throw new CallbackRefused('malformed', `the form has ${body.byteLength} bytes`);
  const text = Buffer.from(body).toString('latin1');
  if (!/^[\x21-\x7e]+$/.test(text)) throw new CallbackRefused('malformed', 'this is not a form');
  const pairs = text.split('&', mostFields + 1);
  if (pairs.length > mostFields) throw new CallbackRefused('malformed', 'the form has too many fields');
  const fields = new Map<string, string>();
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    const name = unescaped(pair.slice(0, Math.max(0, equals)));
    if (!/^[\x21-\x25\x27-\x3c\x3e-\x7e]{1,64}$/.test(name) || fields.has(name))
      throw new CallbackRefused('malformed', 'a field has no proper name, or one that stands twice');
    fields.set(name, unescaped(pair.slice(equals + 1)));
  }
  return fields;
}

/**
 * The text of each field, by the charset that the field `charset` names.
 * @throws CallbackRefused unreadable when it names another, or a value is not of it
 */
export function decodeFields(fields: ReadonlyMap<string, string>): Map<string, string> {
  const charset = (fields.get('charset') ?? '').toLowerCase();
  if (!charsets.includes(charset)) throw new CallbackRefused('unreadable', 'charset is not one that is read');
  const decoder = new TextDecoder(charset, { fatal: true, ignoreBOM: true });
  try {
    // ASCII is the same in all of them.
    const decoded = (value: string) =>
      /^\p{ASCII}*$/u.test(value) ? value : decoder.decode(Buffer.from(value, 'latin1'));
    return new Map([...fields].map(([name, value]) => [name, decoded(value)]));
  } catch (cause) {
    throw new CallbackRefused('unreadable', `a value is not ${charset}`, { cause });
  }
}

function unescaped(text: string): string {
  if (!/[%+]/.test(text)) return text;
  if (/%(?![0-9a-fA-F]{2})/.test(text)) throw new CallbackRefused('malformed', 'an escape is broken');
  return text
    .replaceAll('+', ' ')
    .replaceAll(/%(..)/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}
