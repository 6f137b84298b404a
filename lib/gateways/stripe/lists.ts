// Lists of Stripe's, newest first, a page at a time. They are complete at once, unlike its search.
// @see https://docs.stripe.com/api/pagination
import type { CallOptions, Outcome } from '../gateway.ts';
import { call, type Bounds, type Client } from './client.ts';
import { isNode, type Node } from './json.ts';
import { refusal } from './status.ts';

export interface Listed {
  readonly nodes: readonly Node[];
  /** false: there is more, behind the last page that was read, or behind what was looked for */
  readonly isComplete: boolean;
}

export interface Page {
  readonly nodes: readonly Node[];
  /** the cursor behind it, where there is more */
  readonly next?: string;
}

/** objects of a page */
const pageSize = 20;

/** Each object may be as large as a callback that brings one. */
const bounds: Bounds = { bytes: pageSize * 64 * 1024, keys: pageSize * 1000 };

/**
 * @param first path and query, without a page's own parameters
 * @param mostPages what is left is not read
 * @param isEnough ends the reading behind the page that has it
 */
export async function readList(
  client: Client,
  first: string,
  mostPages: number,
  options: CallOptions,
  isEnough: (node: Node) => boolean = () => false,
): Promise<Told<Listed>> {
  const nodes: Node[] = [];
  let after: string | undefined;
  for (let page = 0; page < mostPages; page++) {
    const read = await readPage(client, first, after, options);
    if (read.kind !== 'ok') return read;
    nodes.push(...read.value.nodes);
    after = read.value.next;
    if (after === undefined) return { kind: 'ok', value: { nodes, isComplete: true } };
    if (read.value.nodes.some(isEnough)) break;
  }
  return { kind: 'ok', value: { nodes, isComplete: false } };
}

type Told<T> = Exclude<Outcome<T>, { kind: 'declined' }>;
type NotListed = Exclude<Told<never>, { kind: 'ok' }>;

/** Where it is asked for the sake of another call: that the list is to be asked for later proves nothing of that. */
export function unproved(no: NotListed): Extract<Outcome<never>, { kind: 'unknown' }> {
  return no.kind === 'unknown'
    ? no
    : { kind: 'unknown', reason: 'unlisted_code', channelCode: no.channelCode };
}

/** That we may not see a list says nothing of what stands in it. */
function notListed(no: ReturnType<typeof refusal>): NotListed {
  return no.kind === 'declined'
    ? { kind: 'unknown', reason: 'unlisted_code', channelCode: no.channelCode }
    : no;
}

/** @param after `next` of the page before it */
export async function readPage(
  client: Client,
  first: string,
  after: string | undefined,
  options: CallOptions,
): Promise<Told<Page>> {
  const path = `${first}&limit=${pageSize}${after === undefined ? '' : `&starting_after=${after}`}`;
  const answer = await call(client, { method: 'GET', path, bounds }, options);
  if (answer.kind === 'unknown') return answer;
  if (answer.kind === 'refused') return notListed(refusal(answer));
  const page = pageOf(answer.node);
  return page ? { kind: 'ok', value: page } : { kind: 'unknown', reason: 'unreadable' };
}

/** @returns undefined when it is no page of objects */
function pageOf({ object, data, has_more: hasMore }: Node): Page | undefined {
  if (object !== 'list' || !Array.isArray(data) || typeof hasMore !== 'boolean') return undefined;
  const nodes = data.filter(isNode);
  if (nodes.length !== data.length) return undefined;
  if (!hasMore) return { nodes };
  const next = nodes.at(-1)?.['id'];
  return typeof next === 'string' && /^[a-z]{2,8}_[A-Za-z0-9_]{6,240}$/.test(next)
    ? { nodes, next }
    : undefined;
}
