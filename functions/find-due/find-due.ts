// The story of what is due to be asked for: found by the index, claimed, put on the queue.
import { instant, type Ports } from '../../lib/domain/ports.ts';
import {
  sendSyncs,
  syncBatch,
  waitingSyncs,
  type RefusedSync,
  type SyncQueue,
} from '../../lib/messaging/sync.ts';
import { claimDue, listDue, type Due, type DueIndex } from '../../lib/store/due.ts';

export interface FindDependencies {
  readonly index: DueIndex & Parameters<typeof claimDue>[0];
  readonly ports: Pick<Ports, 'now'>;
  readonly queue: SyncQueue;
  /** how many shards of the index are read */
  readonly shards: number;
}

export interface Found {
  /** payments and refunds that were seen due, those included that somebody else was quicker to claim */
  readonly found: number;
  readonly queued: number;
  /** s: how late the longest due one was */
  readonly oldestSeconds: number;
  /** what the queue did not take: due again when its claim is over */
  readonly refused: readonly RefusedSync[];
  readonly ended: 'nothing_left' | 'queue_full' | 'queue_refused' | 'time_over';
}

/** Messages. What waits, waits in the index, where the newest can be taken first; a queue gives out its oldest. */
export const queueLimit = 2_000;
/** ms. What was claimed is due again then, if nothing comes of it. */
export const claimTime = 10 * 60_000;
/** Each claims a batch at once: 30 claims in all. */
const lanes = 3;

/**
 * In rounds, until nothing is left, the queue is full or the time is over:
 * 1. list what is due, from both ends: a backlog keeps no new payment waiting · 2. see how much room the queue has ·
 * 3. claim each: what two runs find, one of them has · 4. send what was claimed.
 * @param deadline ms since 1970 UTC: nothing is begun after it
 * @throws whatever store and queue throw, when all that was begun has ended; what was claimed then is due again by itself
 * @see SPEC R8.1
 */
export async function findDue(dependencies: FindDependencies, deadline: number): Promise<Found> {
  const { ports, queue } = dependencies;
  let so: Omit<Found, 'ended'> = { found: 0, queued: 0, oldestSeconds: 0, refused: [] };
  while (ports.now() < deadline) {
    const due = await list(dependencies);
    if (due.length === 0) return { ...so, ended: 'nothing_left' };
    so = { ...so, oldestSeconds: Math.max(so.oldestSeconds, ...due.map((each) => late(each, ports))) };
    const room = queueLimit - (await waitingSyncs(queue));
    if (room <= 0) return { ...so, ended: 'queue_full' };
    const some = due.slice(0, room);
    const { queued, refused } = await enqueue(dependencies, some, deadline);
    so = { ...so, found: so.found + some.length, queued: so.queued + queued, refused };
    if (refused.length > 0) return { ...so, ended: 'queue_refused' };
    // All of it is somebody else's, or the index is behind: looking again at once would find the same.
    if (queued === 0 && ports.now() < deadline) return { ...so, ended: 'nothing_left' };
  }
  return { ...so, ended: 'time_over' };
}

/** The latest due and the longest due of every shard in turn, each payment and refund once, as many as the queue takes at most. */
async function list({ index, ports, shards }: FindDependencies): Promise<Due[]> {
  const now = instant(ports);
  const limit = Math.ceil(queueLimit / (2 * shards));
  const ends = async (shard: number): Promise<Due[][]> => {
    const oldest = await listDue(index, shard, now, 'oldest', limit);
    const isAll = oldest.length < limit;
    return [isAll ? oldest.toReversed() : await listDue(index, shard, now, 'newest', limit), oldest];
  };
  const lists = (await allOf(Array.from({ length: shards }, (_, shard) => ends(shard)))).flat();
  const inTurn = Array.from({ length: limit }, (_, place) => lists.flatMap((each) => each[place] ?? []));
  return [...new Map(inTurn.flat().map((due) => [due.id, due])).values()];
}

/** s */
function late({ dueAt }: Due, ports: Pick<Ports, 'now'>): number {
  return Math.floor((ports.now() - Date.parse(dueAt)) / 1000);
}

type Queued = Pick<Found, 'queued' | 'refused'>;

async function enqueue(
  dependencies: FindDependencies,
  due: readonly Due[],
  deadline: number,
): Promise<Queued> {
  const batches = Array.from({ length: Math.ceil(due.length / syncBatch) }, (_, place) =>
    due.slice(place * syncBatch, (place + 1) * syncBatch),
  ).values();
  let queued = 0;
  const refused: RefusedSync[] = [];
  const lane = async (): Promise<void> => {
    for (const batch of batches) {
      if (refused.length > 0 || dependencies.ports.now() >= deadline) return;
      const sent = await claimAndSend(dependencies, batch);
      queued += sent.queued;
      refused.push(...sent.refused);
    }
  };
  await allOf(Array.from({ length: lanes }, lane));
  return { queued, refused };
}

async function claimAndSend(
  { index, ports, queue }: FindDependencies,
  batch: readonly Due[],
): Promise<Queued> {
  const until = new Date(ports.now() + claimTime).toISOString();
  const claims = batch.map((each) => claimDue(index, each, until));
  const verdicts = await Promise.allSettled(claims);
  const ours = batch.filter((_, place) => {
    const verdict = verdicts[place];
    return verdict?.status === 'fulfilled' && verdict.value;
  });
  const refused =
    ours.length === 0
      ? []
      : await sendSyncs(
          queue,
          ours.map((each) => each.id),
        );
  await Promise.all(claims);
  return { queued: ours.length - refused.length, refused };
}

/** Waits for all of them, also when one fails: nothing goes on behind the back of a run that is over. */
async function allOf<T>(all: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(all);
  return Promise.all(all);
}
