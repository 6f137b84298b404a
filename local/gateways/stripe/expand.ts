// `expand[]`: an object in the place of its number.
// @see https://docs.stripe.com/api/expanding_objects
import { invalid } from './errors.ts';
import type { Seller } from './seller.ts';
import { toldCharge, toldIntent, toldMethod } from './told.ts';

/** Which fields are numbers of what. */
const links = {
  payment_intent: { latest_charge: 'charge', payment_method: 'payment_method' },
  charge: { payment_intent: 'payment_intent' },
  refund: { charge: 'charge', payment_intent: 'payment_intent' },
  'checkout.session': { payment_intent: 'payment_intent' },
  payment_method: {},
} as const satisfies Record<string, Record<string, string>>;
export type Kind = keyof typeof links;

const deepest = 4;

/** Before anything is done. @throws ApiError (400) for a field that is no number of an object */
export function requireExpandable(kind: Kind, paths: readonly string[]): void {
  for (const path of paths) {
    const names = path.split('.');
    if (names.length > deepest)
      throw invalid(
        undefined,
        `You cannot expand more than ${deepest} levels of a property (${path}).`,
        'expand',
      );
    let here: Kind = kind;
    for (const name of names) {
      const known: Readonly<Record<string, Kind>> = links[here];
      const next = Object.hasOwn(known, name) ? known[name] : undefined;
      if (!next) throw invalid(undefined, `This property cannot be expanded (${path}).`, 'expand');
      here = next;
    }
  }
}

/** What begins with `data.` in a list of such objects. @throws ApiError (400) as requireExpandable does */
export function requireExpandableInList(kind: Kind, paths: readonly string[]): readonly string[] {
  const inner = paths.map((path) => {
    if (path.startsWith('data.')) return path.slice('data.'.length);
    throw invalid(
      undefined,
      `This property cannot be expanded (${path}). In a list it begins with data.`,
      'expand',
    );
  });
  requireExpandable(kind, inner);
  return inner;
}

/** @param paths that requireExpandable has let through */
export function expanded(body: object, paths: readonly string[], seller: Seller, origin: string): object {
  return paths.reduce((done, path) => opened(done, path.split('.'), (id) => found(id, seller, origin)), body);
}

function opened(
  body: object,
  [name, ...rest]: readonly string[],
  resolve: (id: string) => object | undefined,
): object {
  if (name === undefined) return body;
  const value = (body as Record<string, unknown>)[name];
  const inner = typeof value === 'string' ? resolve(value) : (value as object | null | undefined);
  return inner ? { ...body, [name]: opened(inner, rest, resolve) } : body;
}

function found(id: string, { intents, charges }: Seller, origin: string): object | undefined {
  const intent = intents.find(id);
  if (intent) return toldIntent(intent, origin);
  const charge = charges.get(id);
  if (charge) return toldCharge(charge);
  const method = intents.all().find((each) => each.method?.id === id)?.method;
  return method && toldMethod(method);
}
