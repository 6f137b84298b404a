// The service's time: the computer's own, and how far somebody has moved it on. Whatever waits for a moment waits here, so
// that a move visits every moment on its way, in order, and lets the work of each end before the next.
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { durable } from './aws/durable-state.ts';

/** Something that time matters to. */
export interface Part {
  /** ms until something becomes due there by itself; undefined when nothing will */
  dueIn?(): number | undefined;
  /** The time was moved on; `by` and the whole `offset` in ms. */
  moved?(by: number, offset: number): void;
  /** Whether it has no work, now. */
  idle?(): Promise<boolean>;
}

export interface Timeline {
  /** ms since 1970 UTC */
  readonly now: () => number;
  /** ms that `now` is ahead of the computer's clock */
  readonly offset: () => number;
  /**
   * Runs `task` once when the time reaches `at` (ms since 1970 UTC).
   * @returns cancels it
   */
  readonly schedule: (at: number, task: () => unknown) => () => void;
  join(part: Part): void;
  /**
   * Moves the time; one move after the other.
   * @returns whether all work that became due has ended; false when some of it took more than 5 s of real time
   */
  advanceTo(to: number): Promise<boolean>;
  /** Nothing becomes due any more. */
  stop(): Promise<void>;
}

interface Due {
  readonly at: number;
  readonly task: () => unknown;
}

/** ms of real time that a move waits for work that does not end */
const patience = 5_000;
/** ms of real time between two looks, at most */
const glance = 5;
/** A longer wait overflows the timer, which then fires at once. */
const longestWait = 2 ** 31 - 1;

/** @param file where the offset outlives this process; each start is at the computer's own time without it */
export function openTimeline(file?: string): Timeline {
  const kept = durable(z.strictObject({ offset: z.number().int().min(0) }), { offset: 0 }, file);
  const waiting = new Set<Due>();
  const parts: Part[] = [];
  const underWay = new Set<Promise<unknown>>();
  let moving: Promise<unknown> = Promise.resolve();
  let moves = 0;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  const { value } = kept;
  const now = () => Date.now() + value.offset;

  /** Of those at one moment, the one that was there first. */
  function earliest(): Due | undefined {
    let first: Due | undefined;
    for (const due of waiting) if (first === undefined || due.at < first.at) first = due;
    return first;
  }

  function arm(): void {
    clearTimeout(timer);
    const next = earliest();
    if (next === undefined || moves > 0 || stopped) return;
    timer = setTimeout(ring, Math.min(longestWait, Math.max(0, next.at - now()))).unref();
  }

  function ring(): void {
    for (let due = earliest(); due !== undefined && due.at <= now() && !stopped; due = earliest()) {
      waiting.delete(due);
      begin(due.task);
    }
    arm();
  }

  /** A task tells of its own failures; here it only must not take the machine with it. */
  function begin(task: () => unknown): void {
    const work = Promise.resolve()
      .then(task)
      .catch(() => undefined)
      .finally(() => underWay.delete(work));
    underWay.add(work);
  }

  function goTo(to: number): void {
    const by = Math.max(0, to - now());
    value.offset += by;
    for (const part of parts) part.moved?.(by, value.offset);
    ring();
  }

  function nextDue(): number | undefined {
    const here = earliest()?.at;
    const there = parts.flatMap((part) => part.dueIn?.() ?? []).map((ms) => now() + ms);
    return here === undefined && there.length === 0 ? undefined : Math.min(here ?? Infinity, ...there);
  }

  /** Twice in a row: what one part has ended may just have begun in another. */
  async function quiet(signal: AbortSignal): Promise<boolean> {
    // To look while a task still runs would be in vain.
    while (underWay.size > 0 && !signal.aborted) await Promise.race([...underWay, sleep(glance)]);
    for (let times = 0, looks = 0; ; looks += 1) {
      const idle = await Promise.all(parts.map((part) => part.idle?.() ?? Promise.resolve(true))).catch(
        () => [false],
      );
      times = underWay.size === 0 && !idle.includes(false) ? times + 1 : 0;
      if (signal.aborted || stopped) return false;
      if (times === 2) return true;
      await sleep(Math.min(1 + looks, glance));
    }
  }

  async function ended(): Promise<boolean> {
    const over = new AbortController();
    const late = sleep(patience, false, { signal: over.signal }).catch(() => false);
    const done = await Promise.race([quiet(over.signal), late]);
    over.abort();
    return done;
  }

  async function move(to: number): Promise<boolean> {
    // Work that does not end is waited for once, not at every moment.
    let idle = await ended();
    for (let next = nextDue(); next !== undefined && next <= to && !stopped; next = nextDue()) {
      goTo(next);
      // Work that goes on for ever must not hide what begins now.
      if (!idle) await nextTurn();
      idle &&= await ended();
    }
    goTo(to);
    idle &&= await ended();
    kept.save();
    return idle;
  }

  return {
    now,
    offset: () => value.offset,
    schedule: (at, task) => {
      const due = { at, task };
      waiting.add(due);
      arm();
      return () => {
        waiting.delete(due);
        arm();
      };
    },
    join: (part) => {
      parts.push(part);
    },
    advanceTo: (to) => {
      moves += 1;
      const one = moving
        .then(() => move(to))
        .finally(() => {
          moves -= 1;
          arm();
        });
      moving = one.catch(() => undefined);
      return one;
    },
    stop: () => {
      stopped = true;
      clearTimeout(timer);
      return Promise.resolve();
    },
  };
}
