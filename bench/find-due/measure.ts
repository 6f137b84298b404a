// How long find-due takes with a backlog: what it asks of AWS for one payment, and how soon the new ones get through.
import { once } from 'node:events';
import { SQSClient } from '@aws-sdk/client-sqs';
import { findDue, type FindDependencies, type Found } from '../../functions/find-due/find-due.ts';
import { ports } from '../../lib/lambda/ports.ts';
import { startDatabase } from '../../test/store/database.ts';
import { forked } from '../surroundings.ts';
import type { Place } from './queue.ts';
import { fill } from './rows.ts';

export interface Size {
  readonly payments: number;
  readonly due: number;
}

/** Payments that become due while the backlog is worked off, and when, in ms after its begin. */
const newOnes = { many: 100, after: 5_000 };
/** ms, as in the Lambda */
const runTime = 45_000;

export interface Backlog extends Size {
  /** s: writing the table, finding and queueing all that was due */
  readonly filling: number;
  readonly finding: number;
  /** ms of this process, per payment queued */
  readonly cpu: number;
  readonly runs: number;
  readonly rounds: number;
  /** of the new ones: s and rounds until they were queued */
  readonly waited: { readonly median: number; readonly most: number; readonly rounds: number };
}

export async function measureBacklog(size: Size, tell: (line: string) => void): Promise<Backlog> {
  const database = await startDatabase();
  const child = forked('find-due/queue.ts');
  try {
    const [place] = (await once(child, 'message')) as [Place];
    const tables = { ...database.tables(), ports };
    tell(`writing ${size.payments} payments`);
    const filling = performance.now();
    const before = Date.now();
    // Every so many-th is due, since up to an hour.
    const every = size.payments / size.due;
    await fill(tables, size.payments, (n) =>
      n % every < 1 ? before - (n * 3_600_000) / size.payments : undefined,
    );
    const filled = performance.now();
    const dueAt = Date.now() + newOnes.after;
    const fresh = new Set<string>(await fill(tables, newOnes.many, () => dueAt));
    const watched = watch(place, fresh);
    tell(`finding ${size.due} of them`);
    const queue = { sqs: watched.sqs, queueUrl: place.queueUrl };
    const spent = await workOff(
      { index: tables, ports, queue, shards: tables.dueShards },
      () => watched.sent.size < newOnes.many,
    );
    const queued = size.due + newOnes.many;
    if (spent.queued !== queued) throw new Error(`${spent.queued} were queued, and ${queued} were due`);
    const waits = [...watched.sent.values()].map((at) => at - dueAt).sort((a, b) => a - b);
    const most = waits.at(-1) ?? 0;
    return {
      ...size,
      filling: (filled - filling) / 1000,
      finding: spent.wall / 1000,
      cpu: spent.cpu / queued,
      runs: spent.runs,
      rounds: watched.rounds.length,
      waited: {
        median: (waits[waits.length >> 1] ?? 0) / 1000,
        most: most / 1000,
        rounds: watched.rounds.filter((at) => at > dueAt && at <= dueAt + most).length,
      },
    };
  } finally {
    const ended = once(child, 'exit');
    child.disconnect();
    await ended;
    await database.stop();
  }
}

/** Run after run, as the clock would set them off, without its pauses. */
async function workOff(dependencies: FindDependencies, isMissing: () => boolean) {
  const found: Found[] = [];
  const from = performance.now();
  const cpu = process.cpuUsage();
  for (;;) {
    const run = await findDue(dependencies, Date.now() + runTime);
    found.push(run);
    if (run.ended === 'nothing_left' && !isMissing()) break;
    if (run.ended !== 'time_over') await ports.sleep(20);
  }
  const { user, system } = process.cpuUsage(cpu);
  return {
    wall: performance.now() - from,
    cpu: (user + system) / 1000,
    runs: found.length,
    queued: found.reduce((sum, { queued }) => sum + queued, 0),
  };
}

/** A client that writes down when each round began, and when each of these payments was on the queue. */
function watch({ sqs: endpoint }: Place, ids: ReadonlySet<string>) {
  const sqs = new SQSClient({
    ...{ region: 'us-east-1', endpoint, md5: false },
    credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
  });
  const rounds: number[] = [];
  const sent = new Map<string, number>();
  sqs.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName === 'GetQueueAttributesCommand') rounds.push(Date.now());
        const answer = await next(args);
        const { Entries = [] } = args.input as { Entries?: { Id: string }[] };
        for (const { Id } of Entries) if (ids.has(Id)) sent.set(Id, Date.now());
        return answer;
      },
    { step: 'initialize' },
  );
  return { sqs, rounds, sent };
}
