// What the providers' server side takes from outside, so that a test clock can drive it.

/** One thing that happened, for whoever prints or asserts: a dotted name and plain facts. */
export interface EventLine {
  readonly name: string;
  readonly [fact: string]: string | number | boolean | null;
}

export interface Ports {
  /** ms since 1970 UTC; may be a shifted test clock */
  now(): number;
  /**
   * Runs `task` once when the clock of `now` reaches `at` (ms since 1970 UTC).
   * @returns cancels it
   */
  schedule(at: number, task: () => void | Promise<void>): () => void;
  onEvent(line: EventLine): void;
  fetch: typeof globalThis.fetch;
}

// A longer wait overflows the timer, which then fires at once.
const longestWait = 2 ** 31 - 1;

/** Timers for a clock that nobody moves: never early, and they do not keep the process alive. */
export function realTimers(now: () => number): Ports['schedule'] {
  return (at, task) => {
    let timer: NodeJS.Timeout;
    const arm = () => {
      timer = setTimeout(ring, Math.min(longestWait, Math.max(0, at - now()))).unref();
    };
    const ring = () => {
      if (now() < at) arm();
      else void task();
    };
    arm();
    return () => {
      clearTimeout(timer);
    };
  };
}
