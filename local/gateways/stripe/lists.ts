// Lists: newest first, a page at a time.
// @see https://docs.stripe.com/api/pagination
import { invalid, missing } from './errors.ts';
import type { Page } from './terms.ts';

interface Listed {
  readonly id: string;
  /** seconds since 1970 UTC */
  readonly created: number;
}

/**
 * @param items newest first
 * @param path of the list, `/v1/…`
 * @throws ApiError (400) for a limit outside 1–100 and for a cursor that is not among the items
 */
export function listed<Item extends Listed>(
  items: readonly Item[],
  page: Page,
  path: string,
  tell: (item: Item) => object,
): object {
  const { limit, starting_after: after, ending_before: before } = page;
  if (limit < 1 || limit > 100)
    throw invalid('parameter_invalid_integer', 'This value has to be between 1 and 100.', 'limit');
  const inPeriod = items.filter(({ created }) => isWithin(created, page.created));
  const from = after === undefined ? 0 : place(inPeriod, after, 'starting_after') + 1;
  const to = before === undefined ? inPeriod.length : place(inPeriod, before, 'ending_before');
  const asked = inPeriod.slice(from, to);
  // Backwards, the page is the one that touches the cursor.
  const shown = before === undefined ? asked.slice(0, limit) : asked.slice(-limit);
  return {
    object: 'list',
    data: shown.map(tell),
    has_more: asked.length > shown.length,
    url: path,
  };
}

function place(items: readonly Listed[], id: string, param: string): number {
  const found = items.findIndex((each) => each.id === id);
  if (found < 0) throw missing('object', id, param, 400);
  return found;
}

function isWithin(created: number, period: Page['created'] = {}): boolean {
  const {
    gt = -Infinity,
    gte = -Infinity,
    lt = Infinity,
    lte = Infinity,
  } = period as Partial<Record<'gt' | 'gte' | 'lt' | 'lte', number>>;
  return created > gt && created >= gte && created < lt && created <= lte;
}
