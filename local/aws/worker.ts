// Inside a sandbox: does what Lambda's Node.js runtime does with a bundle, and keeps the bundle to its own files.
import { existsSync, realpathSync } from 'node:fs';
import { createRequire, registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import type { Invocation, SandboxInput, SandboxMessage, SandboxStart } from './sandbox.ts';
import { shiftDate } from './shifted-date.ts';

type Handler = (event: unknown, context: object) => unknown;

const { spec, ...begin } = workerData as SandboxStart;
let clockOffset = begin.clockOffset;
shiftDate(() => clockOffset);
const root = realpathSync(spec.directory);

const send = (message: SandboxMessage): void => {
  parentPort?.postMessage(message);
};

/** What a deployed function does not find in its own package, it does not find here either. */
function keepToOwnFiles(): void {
  const home = pathToFileURL(join(root, '/')).href;
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const found = nextResolve(specifier, context);
      if (found.url.startsWith('node:') || found.url.startsWith(home)) return found;
      throw Object.assign(new Error(`Cannot find module '${specifier}'`), { code: 'MODULE_NOT_FOUND' });
    },
  });
}

async function load(): Promise<Handler> {
  const dot = spec.handler.lastIndexOf('.');
  const [file, name] = [spec.handler.slice(0, dot), spec.handler.slice(dot + 1)];
  const path = ['.js', '.mjs', '.cjs'].map((end) => join(root, file + end)).find((each) => existsSync(each));
  if (path === undefined)
    throw new RuntimeFault('Runtime.ImportModuleError', `Error: Cannot find module '${file}'`);
  const exported = (
    path.endsWith('.mjs') ? await import(pathToFileURL(path).href) : require_(path)
  ) as Record<string, unknown>;
  const handler = exported[name];
  if (typeof handler === 'function') return handler as Handler;
  throw new RuntimeFault('Runtime.HandlerNotFound', `${spec.handler} is undefined or not exported`);
}

const require_ = createRequire(join(root, 'index.js'));

class RuntimeFault extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

function contextOf({ requestId }: Invocation): object {
  const end = performance.now() + spec.timeoutSeconds * 1000;
  return {
    awsRequestId: requestId,
    callbackWaitsForEmptyEventLoop: true,
    functionName: spec.name,
    functionVersion: '$LATEST',
    invokedFunctionArn: spec.arn,
    memoryLimitInMB: String(spec.memoryMegabytes),
    logGroupName: process.env['AWS_LAMBDA_LOG_GROUP_NAME'],
    logStreamName: process.env['AWS_LAMBDA_LOG_STREAM_NAME'],
    getRemainingTimeInMillis: () => Math.max(0, Math.round(end - performance.now())),
  };
}

async function run(handler: Handler, invocation: Invocation): Promise<SandboxMessage> {
  process.env['_X_AMZN_TRACE_ID'] = invocation.traceId;
  try {
    const answer = await handler(JSON.parse(invocation.event), contextOf(invocation));
    return { kind: 'done', payload: asJson(answer) };
  } catch (error) {
    return { kind: 'failed', ...described(error) };
  }
}

function asJson(answer: unknown): string {
  try {
    return answer === undefined ? 'null' : JSON.stringify(answer);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new RuntimeFault('Runtime.MarshalError', `Unable to stringify response body: ${why}`);
  }
}

function described(error: unknown): { errorType: string; errorMessage: string } {
  if (error instanceof Error || (typeof error === 'object' && error !== null && 'message' in error)) {
    const { name, message } = error as Partial<Error>;
    return { errorType: name ?? 'Error', errorMessage: String(message) };
  }
  return { errorType: typeof error, errorMessage: String(error) };
}

function fatal(errorType: string, errorMessage: string): void {
  send({ kind: 'fatal', errorType, errorMessage });
}

process.on('uncaughtException', (error: unknown) => {
  const { errorType, errorMessage } = described(error);
  fatal(errorType, errorMessage);
});
process.on('unhandledRejection', (reason: unknown) => {
  const { errorType, errorMessage } = described(reason);
  fatal('Runtime.UnhandledPromiseRejection', `${errorType}: ${errorMessage}`);
});

keepToOwnFiles();
try {
  const handler = await load();
  parentPort?.on('message', (message: SandboxInput) => {
    if ('clockOffset' in message) ({ clockOffset } = message);
    else void run(handler, message).then(send);
  });
  send({ kind: 'ready' });
} catch (error) {
  const { errorType, errorMessage } = described(error);
  const missing = (error as { code?: unknown }).code === 'MODULE_NOT_FOUND';
  const type = missing
    ? 'Runtime.ImportModuleError'
    : errorType === 'SyntaxError'
      ? 'Runtime.UserCodeSyntaxError'
      : errorType;
  fatal(type, missing ? `Error: ${errorMessage}` : errorMessage);
}
