// The search for planted secrets: where one may be seen, and every spelling in which it may hide.

export interface Secret {
  readonly name: string;
  readonly value: string;
  /** the places that are made for it */
  readonly at?: readonly string[];
}

export interface Hit {
  readonly secret: string;
  readonly place: string;
}

/** @param places name → everything that is there, as text */
export function search(places: Readonly<Record<string, string>>, secrets: readonly Secret[]): Hit[] {
  return secrets.flatMap(({ name, value, at = [] }) => {
    const spelt = spellings(value);
    return Object.entries(places)
      .filter(([place, text]) => !at.includes(place) && spelt.some((each) => text.includes(each)))
      .map(([place]) => ({ secret: name, place }));
  });
}

/** As it is, inside JSON, inside a form or an address, and in base64 at each of the three places in a group. */
export function spellings(value: string): string[] {
  const base64 = [0, 1, 2].map((before) => {
    const whole = Buffer.from('x'.repeat(before) + value).toString('base64url');
    // The letters at both ends depend on what stands beside the secret.
    return whole.slice(before === 0 ? 0 : 4, -4);
  });
  const plain = base64.map((text) => text.replaceAll('-', '+').replaceAll('_', '/'));
  return [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value), ...base64, ...plain];
}

/** Everything but the one field that is made for the raw callback, by either of its names. */
export function withoutRawCallback(value: unknown): string {
  const isRaw = (key: string) => key === 'bodyBase64' || key === 'body_base64';
  return JSON.stringify(value, (key, member: unknown) => (isRaw(key) ? 'kept' : member));
}
