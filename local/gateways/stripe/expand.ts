// `expand[]`: an object in the place of its number.
// @see https://docs.stripe.com/api/expanding_objects
import { invalid } from './errors.ts';
import type { Seller } from './seller.ts';
import { toldSession } from './told-session.ts';
import { toldCharge, toldIntent } from './told.ts';

type Fields = Record<string, unknown>;
type Resolve = (id: string) => object | undefined;

const deepest = 4;

/** @throws ApiError (400) for what is not there, or is no number of an object */
export function expanded(body: object, paths: readonly string[], seller: Seller, origin: string): object {
  const resolve: Resolve = (id) => found(id, seller, origin);
  return paths.reduce((done, path) => {
    const names = path.split('.');
    if (names.length > deepest)
      throw invalid(undefined, `You cannot expand more than 4 levels: ${path}.`, 'expand');
    return opened(done, names, resolve, path);
  }, body);
}

function opened(
  body: object,
  [name = '', ...rest]: readonly string[],
  resolve: Resolve,
  path: string,
): object {
  const fields = body as Fields;
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (value === null) return body;
  const put = (more: unknown): object => ({ ...body, [name]: more });
  const inner = (each: object) => (rest.length === 0 ? each : opened(each, rest, resolve, path));
  if (Array.isArray(value) && rest.length > 0) return put(value.map((each) => inner(each as object)));
  const object = typeof value === 'string' ? resolve(value) : isOpened(value) ? value : undefined;
  if (object) return put(inner(object));
  throw invalid(undefined, `This property cannot be expanded (${path}).`, 'expand[0]');
}

function isOpened(value: unknown): value is object {
  return typeof value === 'object' && value !== null && 'object' in value;
}

function found(id: string, { intents, sessions, charges }: Seller, origin: string): object | undefined {
  const intent = id.startsWith('pi_') ? intents.find(id) : undefined;
  if (intent) return toldIntent(intent, origin);
  const session = id.startsWith('cs_') ? sessions.find(id) : undefined;
  if (session) return toldSession(session, origin);
  const charge = charges.get(id);
  return charge && toldCharge(charge);
}
