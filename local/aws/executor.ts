// Runs the deployed bundles as Lambda does: each function in sandboxes of its own, one event at a time in each, kept warm
// between events, made when they are needed.
import { type Admit, openSandbox, type Sandbox } from './sandbox.ts';

/** What became of one invocation, in Lambda's own words. */
export type InvokeResult =
  { kind: 'ok'; payload: unknown } | { kind: 'error'; errorType: string; errorMessage: string };

export interface FunctionSpec {
  readonly name: string;
  readonly arn: string;
  /** the unpacked asset */
  readonly directory: string;
  /** `<file>.<export>` */
  readonly handler: string;
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  /** the whole environment: nothing of this process's own is handed on */
  readonly environment: Readonly<Record<string, string>>;
  /** how many events at once, at most */
  readonly concurrency?: number;
}

export interface LambdaFunction {
  readonly spec: FunctionSpec;
  /** Never rejects: what goes wrong inside a function is a result. Waits for its turn when all sandboxes are busy. */
  invoke(event: unknown): Promise<InvokeResult>;
  /** how many invocations run or wait */
  busy(): number;
  /** Ends the sandboxes as soon as they rest: the next event gets a new one, with nothing remembered. */
  renew(): Promise<void>;
  /** From now on, `Date` inside is ahead of the computer's clock by so many ms; timers are not. */
  setClock(offset: number): void;
  stop(): Promise<void>;
}

/** One line that a function wrote. */
export type LogSink = (line: string, spec: FunctionSpec) => void;

interface Job {
  readonly event: string;
  readonly resolve: (result: InvokeResult) => void;
}

const defaultConcurrency = 10;
/** ms after which an unused sandbox goes; the last one of a function stays */
const keepWarm = 60_000;

/**
 * @param log gets every line that the function writes, and one for each invocation that failed
 * @param admit opens the door of each sandbox; without it they have nothing of their own
 */
export function createFunction(
  spec: FunctionSpec,
  log: LogSink,
  admit: Admit = () => noDoor,
): LambdaFunction {
  const sandboxes = new Set<Sandbox>();
  const idle: Sandbox[] = [];
  const worn = new WeakSet<Sandbox>();
  const waiting: Job[] = [];
  const limit = Math.min(spec.concurrency ?? defaultConcurrency, defaultConcurrency);
  let running = 0;
  let stopped = false;
  let clockOffset = 0;

  function next(): void {
    if (stopped || running >= limit) return;
    const job = waiting.shift();
    if (!job) return;
    running += 1;
    // The most recently used one first, so that the others may go.
    const sandbox = idle.pop() ?? open();
    void sandbox.run(job.event).then((result) => {
      running -= 1;
      rest(sandbox);
      if (result.kind === 'error') tell(result);
      job.resolve(result);
      next();
    });
  }

  function tell({ errorType, errorMessage }: Extract<InvokeResult, { kind: 'error' }>): void {
    log(JSON.stringify({ level: 'ERROR', message: 'invocation.failed', errorType, errorMessage }), spec);
  }

  function open(): Sandbox {
    const gone = (): void => {
      forget(sandbox);
    };
    const sandbox = openSandbox({ spec, clockOffset }, log, gone, admit);
    sandboxes.add(sandbox);
    return sandbox;
  }

  function rest(sandbox: Sandbox): void {
    if (!sandboxes.has(sandbox)) return;
    if (worn.has(sandbox)) {
      void sandbox.stop();
      return;
    }
    idle.push(sandbox);
    setTimeout(() => {
      if (sandboxes.size > 1 && idle[0] === sandbox) void sandbox.stop();
    }, keepWarm).unref();
  }

  function forget(sandbox: Sandbox): void {
    sandboxes.delete(sandbox);
    const at = idle.indexOf(sandbox);
    if (at >= 0) idle.splice(at, 1);
  }

  return {
    spec,
    busy: () => running + waiting.length,
    renew: async () => {
      for (const sandbox of sandboxes) worn.add(sandbox);
      await Promise.all(idle.splice(0).map((sandbox) => sandbox.stop()));
    },
    setClock: (offset) => {
      clockOffset = offset;
      for (const sandbox of sandboxes) sandbox.setClock(offset);
    },
    invoke: (event) =>
      new Promise((resolve) => {
        if (stopped) resolve(stoppedResult);
        else waiting.push({ event: JSON.stringify(event), resolve });
        next();
      }),
    stop: async () => {
      stopped = true;
      for (const job of waiting.splice(0)) job.resolve(stoppedResult);
      await Promise.all([...sandboxes].map((sandbox) => sandbox.stop()));
    },
  };
}

const ignore = (): void => undefined;
const noDoor = { environment: {}, began: ignore, ended: ignore, closed: ignore };

const stoppedResult: InvokeResult = {
  kind: 'error',
  errorType: 'ServiceException',
  errorMessage: 'The machine is stopping.',
};
