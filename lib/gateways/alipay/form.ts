// A form body read strictly from its bytes, whatever the content type says: Alipay's own is malformed.
import { CallbackRefused } from '../gateway.ts';

const limits = { bytes: 64 * 1024, fields: 100 };

/**
 * Decodes once, `+` as a space, escapes as strict UTF-8. A name is printable ASCII without `&` and `=`: in the signed text
 * it could not be told from a value.
 * @returns the fields by name, empty ones too
 * @throws CallbackRefused malformed, also for a name that stands twice
 */
export function readForm(body: Uint8Array): Map<string, string> {
  if (body.byteLength === 0 || body.byteLength > limits.bytes)
    throw new CallbackRefused('malformed', `the body has ${body.byteLength} bytes`);
  const text = Buffer.from(body).toString('latin1');
  if (!/^[\x21-\x7e]+$/.test(text)) throw new CallbackRefused('malformed', 'the body is not a form');
  const pairs = text.split('&', limits.fields + 1);
  if (pairs.length > limits.fields) throw new CallbackRefused('malformed', 'the form has too many fields');
  const fields = new Map<string, string>();
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    const name = decode(pair.slice(0, Math.max(0, equals)));
    if (!/^[\x21-\x25\x27-\x3c\x3e-\x7e]{1,64}$/.test(name) || fields.has(name))
      throw new CallbackRefused('malformed', 'a field has no proper name, or one that stands twice');
    fields.set(name, decode(pair.slice(equals + 1)));
  }
  return fields;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch (cause) {
    throw new CallbackRefused('malformed', 'an escape is broken or is not UTF-8', { cause });
  }
}
