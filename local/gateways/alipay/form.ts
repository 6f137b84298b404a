// Forms as Alipay reads and writes them: UTF-8, `+` for a space.

export type Fields = readonly (readonly [name: string, value: string])[];

/** @returns the fields in order, or undefined when an escape or its UTF-8 is broken */
export function readForm(text: string): Fields | undefined {
  try {
    return text
      .split('&')
      .filter((pair) => pair !== '')
      .map((pair) => {
        const equals = pair.indexOf('=');
        return equals < 0
          ? [decoded(pair), '']
          : [decoded(pair.slice(0, equals)), decoded(pair.slice(equals + 1))];
      });
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

export function writeForm(fields: Fields): string {
  return fields.map(([name, value]) => `${encoded(name)}=${encoded(value)}`).join('&');
}

function decoded(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}

function encoded(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()~]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');
}
