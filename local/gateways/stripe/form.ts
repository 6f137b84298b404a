// Form bodies with brackets: `metadata[a]=1&line_items[0][quantity]=2&expand[]=latest_charge`.
// @see https://docs.stripe.com/api

/** Lists are told by their keys: `0`, `1`, … */
export interface Params {
  [name: string]: string | Params;
}

const name = /^([^[\]]+)((?:\[[^[\]]*\])*)$/;
const deepest = 8;
const most = 1000;

/** @returns undefined for what is not such a form: broken brackets, one name as text and as a list, a thousand fields */
export function readForm(text: string): Params | undefined {
  const params = empty();
  const fields = [...new URLSearchParams(text)];
  if (fields.length >= most) return undefined;
  for (const [key, value] of fields) {
    const path = readName(key);
    if (!path || !put(params, path, value)) return undefined;
  }
  return params;
}

function readName(key: string): readonly string[] | undefined {
  const [, first, rest = ''] = name.exec(key) ?? [];
  if (first === undefined) return undefined;
  const path = [
    first,
    ...rest
      .slice(1, -1)
      .split('][')
      .slice(rest === '' ? 1 : 0),
  ];
  return path.length <= deepest ? path : undefined;
}

function put(params: Params, path: readonly string[], value: string): boolean {
  let place = params;
  const last = path.length - 1;
  for (const [depth, part] of path.entries()) {
    const here = part === '' ? String(Object.keys(place).length) : part;
    const found = place[here];
    if (depth === last) {
      if (typeof found === 'object') return false;
      place[here] = value;
    } else {
      if (typeof found === 'string') return false;
      place = place[here] = found ?? empty();
    }
  }
  return true;
}

/** Without a prototype, so that no name means anything else than itself. */
function empty(): Params {
  return Object.create(null) as Params;
}
