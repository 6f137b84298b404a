// Lists of Stripe's, newest first, a page at a time. They are complete at once, unlike its search.
// @see https://docs.stripe.com/api/pagination
import type { CallOptions, Outcome } from '../gateway.ts';
import { call, type Client } from './client.ts';
import { isNode, type Node } from './json.ts';

export interface Listed {
  readonly nodes: readonly Node[];
  /** false: there is more, behind the last page that was read, or behind what was looked for */
  readonly isComplete: boolean;
}

/** Objects of a page: what is read at once has a bound, in bytes and in names. */
const pageSize = 5;

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
): Promise<Extract<Outcome<Listed>, { kind: 'ok' | 'unknown' }>> {
  const nodes: Node[] = [];
  let after = '';
  for (let page = 0; page < mostPages; page++) {
    const path = `${first}&limit=${pageSize}${after}`;
    const answer = await call(client, { method: 'GET', path }, options);
    if (answer.kind === 'unknown') return answer;
    if (answer.kind === 'refused') {
      const channelCode = answer.code || answer.type;
      return { kind: 'unknown', reason: 'unlisted_code', channelCode };
    }
    const read = readPage(answer.node);
    if (!read) return { kind: 'unknown', reason: 'unreadable' };
    nodes.push(...read.nodes);
    if (!read.next) return { kind: 'ok', value: { nodes, isComplete: true } };
    if (read.nodes.some(isEnough)) break;
    after = `&starting_after=${read.next}`;
  }
  return { kind: 'ok', value: { nodes, isComplete: false } };
}

/** @returns with the cursor behind it, where there is more; undefined when it is no page of objects */
function readPage({ object, data, has_more: hasMore }: Node) {
  if (object !== 'list' || !Array.isArray(data) || typeof hasMore !== 'boolean') return undefined;
  const nodes = data.filter(isNode);
  if (nodes.length !== data.length) return undefined;
  if (!hasMore) return { nodes };
  const next = nodes.at(-1)?.['id'];
  return typeof next === 'string' && /^[a-z]{2,8}_[A-Za-z0-9_]{6,240}$/.test(next)
    ? { nodes, next }
    : undefined;
}
