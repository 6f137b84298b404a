// One execution environment of one function: a worker thread with its own environment, memory limit and module state.
// However it dies, only the event at hand fails, with the words that Lambda would use. Lambda freezes it between events;
// here, what a function leaves pending goes on at once, and may even end before the next event.
import { randomBytes, randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import type { FunctionSpec, InvokeResult, LogSink } from './executor.ts';

export interface Sandbox {
  /** @param event JSON text; one at a time */
  run(event: string): Promise<InvokeResult>;
  /** Its `Date` is ahead of the computer's clock by so many ms. */
  setClock(offset: number): void;
  stop(): Promise<void>;
}

/** Stands between a sandbox and the rest: gives it what is its own, and hears what it works on. */
export interface SandboxDoor {
  /** its own part of the environment: its credentials */
  readonly environment: Readonly<Record<string, string>>;
  began(requestId: string): void;
  ended(): void;
  /** It will take no further event. */
  closed(): void;
}

/** @param kill ends the sandbox at once, in the middle of whatever it does, as Lambda's host dying would */
export type Admit = (kill: () => void) => SandboxDoor;

/** What it begins with. */
export interface SandboxStart {
  readonly spec: FunctionSpec;
  /** ms */
  readonly clockOffset: number;
}

/** What goes in later. */
export type SandboxInput = Invocation | Pick<SandboxStart, 'clockOffset'>;

export interface Invocation {
  readonly event: string;
  readonly requestId: string;
  readonly traceId: string;
}

/** What comes out. */
export type SandboxMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly payload: string }
  | { readonly kind: 'failed'; readonly errorType: string; readonly errorMessage: string }
  | { readonly kind: 'fatal'; readonly errorType: string; readonly errorMessage: string };

/** ms that the bundle may take to load, as on Lambda; a function's own time runs from then on */
const initLimit = 10_000;
/** bytes of JSON in an answer, as on Lambda */
const payloadLimit = 6_291_556;

interface Current {
  readonly requestId: string;
  readonly settle: (result: InvokeResult) => void;
  timer?: NodeJS.Timeout;
}

/** @param gone is called once, when the sandbox will take no further event */
export function openSandbox(start: SandboxStart, log: LogSink, gone: () => void, admit: Admit): Sandbox {
  const { spec } = start;
  const door = admit(() => {
    die(failure('Runtime.ExitError', words('Runtime exited with error: signal: killed')));
  });
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    name: spec.name,
    env: { ...spec.environment, ...door.environment },
    execArgv: [],
    argv: [],
    stdout: true,
    stderr: true,
    workerData: start,
    resourceLimits: { maxOldGenerationSizeMb: spec.memoryMegabytes },
  });
  let ready = false;
  let alive = true;
  let current: Current | undefined;
  let clock = start.clockOffset;
  let told = clock;
  // Why it died without an event at hand (while loading, between events): the next event gets to hear it.
  let lastWords: Failure | undefined;

  readLines(worker.stdout, (line) => {
    log(line, spec);
  });
  readLines(worker.stderr, (line) => {
    log(line, spec);
  });
  worker.on('message', (message: SandboxMessage) => {
    if (message.kind === 'ready') {
      ready = true;
      if (current) startClock(current);
    } else if (message.kind === 'done') settle(readPayload(message.payload));
    else if (message.kind === 'failed') settle(failure(message.errorType, message.errorMessage));
    else die(failure(message.errorType, message.errorMessage));
  });
  worker.on('error', (error: Error & { code?: string }) => {
    if (error.code !== 'ERR_WORKER_OUT_OF_MEMORY') die(failure(error.name, error.message));
    else die(failure('Runtime.OutOfMemory', words('Runtime exited with error: signal: killed')));
  });
  worker.on('exit', (code) => {
    const how = code === 0 ? 'without providing a reason' : `with error: exit status ${code}`;
    die(failure('Runtime.ExitError', words(`Runtime exited ${how}`)));
  });

  const words = (what: string): string => `RequestId: ${current?.requestId ?? 'none'} Error: ${what}`;

  /** One that rests need not know: the clock is moved thousands of times. */
  function tellTime(): void {
    if (alive && clock !== told) worker.postMessage({ clockOffset: clock } satisfies SandboxInput);
    told = clock;
  }

  function settle(result: InvokeResult): void {
    const done = current;
    if (!done) return;
    current = undefined;
    clearTimeout(done.timer);
    door.ended();
    done.settle(result);
  }

  function die(why: Failure): void {
    if (!alive) return;
    if (!current) tell(why);
    end(why);
    void worker.terminate();
  }

  function end(why: Failure): void {
    alive = false;
    lastWords = why;
    door.closed();
    gone();
    settle(why);
  }

  function tell(why: Failure): void {
    const { errorType, errorMessage } = why;
    log(JSON.stringify({ level: 'ERROR', message: 'sandbox.died', errorType, errorMessage }), spec);
  }

  function startClock(invocation: Current): void {
    clearTimeout(invocation.timer);
    const seconds = ready ? spec.timeoutSeconds : initLimit / 1000;
    invocation.timer = setTimeout(() => {
      die(failure('Sandbox.Timedout', words(`Task timed out after ${seconds.toFixed(2)} seconds`)));
    }, seconds * 1000);
  }

  return {
    run: (event) =>
      new Promise((resolve) => {
        if (!alive) {
          resolve(lastWords ?? stopping);
          return;
        }
        const requestId = randomUUID();
        current = { requestId, settle: resolve };
        door.began(requestId);
        startClock(current);
        tellTime();
        worker.postMessage({ event, requestId, traceId: newTraceId() } satisfies Invocation);
      }),
    setClock: (offset) => {
      clock = offset;
      if (current) tellTime();
    },
    stop: async () => {
      if (alive) end(stopping);
      await worker.terminate();
    },
  };
}

type Failure = Extract<InvokeResult, { kind: 'error' }>;

const failure = (errorType: string, errorMessage: string): Failure => ({
  kind: 'error',
  errorType,
  errorMessage,
});

const stopping = failure('ServiceException', 'The machine is stopping.');

function readPayload(text: string): InvokeResult {
  if (Buffer.byteLength(text) > payloadLimit)
    return failure(
      'Function.ResponseSizeTooLarge',
      `Response payload size exceeded maximum allowed payload size (${payloadLimit} bytes).`,
    );
  return { kind: 'ok', payload: JSON.parse(text) as unknown };
}

function newTraceId(): string {
  const seconds = Math.floor(Date.now() / 1000).toString(16);
  return `Root=1-${seconds}-${randomBytes(12).toString('hex')};Parent=${randomBytes(8).toString('hex')};Sampled=0`;
}

function readLines(stream: Readable, take: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') take(line);
  });
  stream.on('end', () => {
    if (rest.trim() !== '') take(rest);
  });
}
