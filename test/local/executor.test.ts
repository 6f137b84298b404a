import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { createFunction, type FunctionSpec, type LambdaFunction } from '../../local/aws/executor.ts';

const directories: string[] = [];
const functions: LambdaFunction[] = [];
let log: string[] = [];

afterEach(async () => {
  log = [];
  await Promise.all(functions.splice(0).map((each) => each.stop()));
});

afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true });
});

function deploy(code: string, changes: Partial<FunctionSpec> = {}): LambdaFunction {
  const directory = mkdtempSync(join(tmpdir(), 'bundle-'));
  directories.push(directory);
  writeFileSync(join(directory, 'index.js'), code);
  const spec: FunctionSpec = {
    name: 'payments-local-test',
    arn: 'arn:aws:lambda:us-east-1:000000000000:function:payments-local-test',
    directory,
    handler: 'index.handler',
    timeoutSeconds: 5,
    memoryMegabytes: 128,
    environment: { PAYMENTS_TABLE: 'payments' },
    ...changes,
  };
  const made = createFunction(spec, (line) => log.push(line));
  functions.push(made);
  return made;
}

const handler = (body: string): string => `exports.handler = async (event, context) => { ${body} };`;

describe('an invocation', () => {
  it('gets its event and a context, and answers', async () => {
    const echo = deploy(
      handler(
        'return { event, left: context.getRemainingTimeInMillis(), name: context.functionName, arn: context.invokedFunctionArn, id: context.awsRequestId }',
      ),
    );
    const result = await echo.invoke({ amount: '8.80' });
    expect(result).toMatchObject({
      kind: 'ok',
      payload: {
        event: { amount: '8.80' },
        name: 'payments-local-test',
        arn: 'arn:aws:lambda:us-east-1:000000000000:function:payments-local-test',
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      },
    });
    const { left } = (result as { payload: { left: number } }).payload;
    expect(left).toBeGreaterThan(4000);
    expect(left).toBeLessThanOrEqual(5000);
  });

  it('sees the environment of the template and nothing else', async () => {
    process.env['MACHINE_SECRET'] = 'of the machine';
    const result = await deploy(handler('return Object.keys(process.env).sort()')).invoke({});
    expect(result).toEqual({ kind: 'ok', payload: ['PAYMENTS_TABLE', '_X_AMZN_TRACE_ID'] });
  });

  it('does not reach modules outside of its bundle', async () => {
    const result = await deploy("const zod = require('zod'); exports.handler = async () => 1").invoke({});
    expect(result).toMatchObject({ kind: 'error', errorType: 'Runtime.ImportModuleError' });
    expect(result).toMatchObject({
      errorMessage: expect.stringContaining("Cannot find module 'zod'"),
    });
  });

  it('finds the state that the one before it left in the module', async () => {
    const counter = deploy(`let n = 0; ${handler('return ++n')}`);
    await counter.invoke({});
    expect(await counter.invoke({})).toEqual({ kind: 'ok', payload: 2 });
  });

  it('has its sandbox to itself: others get sandboxes of their own, up to the limit, then wait', async () => {
    const slow = deploy(
      `let n = 0; let at = 0; ${handler('at++; const alone = at === 1; await new Promise((r) => setTimeout(r, 50)); at--; return [alone, ++n]')}`,
      { concurrency: 2 },
    );
    const results = await Promise.all([1, 2, 3, 4].map(() => slow.invoke({})));
    const answers = results.map((result) => (result as { payload: [boolean, number] }).payload);
    expect(answers.map(([alone]) => alone)).toEqual([true, true, true, true]);
    expect(answers.filter(([, n]) => n === 1)).toHaveLength(2);
    expect(slow.busy()).toBe(0);
  });

  it('writes its log line by line', async () => {
    await deploy(
      handler('console.log(JSON.stringify({ message: "payment.created" })); console.error("second")'),
    ).invoke({});
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([...log].sort()).toEqual(['second', '{"message":"payment.created"}']);
  });
});

describe('what goes wrong is told as Lambda tells it, and the next event finds a working function', () => {
  const once = (body: string): string => handler(`if (!event.bad) return 'fine'; ${body}`);

  it.each([
    ['a thrown error', once('throw new TypeError("no amount")'), 'TypeError', 'no amount'],
    ['a thrown text', once('throw "plain"'), 'string', 'plain'],
    [
      'an answer that is no JSON',
      once('return 1n'),
      'Runtime.MarshalError',
      'Unable to stringify response body',
    ],
    ['an answer too large', once('return "x".repeat(7e6)'), 'Function.ResponseSizeTooLarge', '6291556'],
    ['an endless loop', once('for (;;);'), 'Sandbox.Timedout', 'Task timed out after 1.00 seconds'],
    [
      'an answer that never comes',
      once('await new Promise((r) => setTimeout(r, 9e4))'),
      'Sandbox.Timedout',
      'RequestId: ',
    ],
    [
      'process.exit',
      once('process.exit(7)'),
      'Runtime.ExitError',
      'Runtime exited with error: exit status 7',
    ],
    [
      'process.exit(0)',
      once('process.exit(0)'),
      'Runtime.ExitError',
      'Runtime exited without providing a reason',
    ],
    [
      'an uncaught exception',
      once(
        'setTimeout(() => { throw new RangeError("later") }); await new Promise((r) => setTimeout(r, 9e4))',
      ),
      'RangeError',
      'later',
    ],
    [
      'an unhandled rejection',
      once('Promise.reject(new Error("forgotten")); await new Promise((r) => setTimeout(r, 9e4))'),
      'Runtime.UnhandledPromiseRejection',
      'Error: forgotten',
    ],
  ])('%s', async (_what, code, errorType, words) => {
    const target = deploy(code, { timeoutSeconds: 1 });
    expect(await target.invoke({ bad: true })).toEqual({
      kind: 'error',
      errorType,
      errorMessage: expect.stringContaining(words),
    });
    expect(log.join()).toContain('"message":"invocation.failed"');
    expect(await target.invoke({})).toEqual({ kind: 'ok', payload: 'fine' });
  });

  it('more memory than it has', async () => {
    const target = deploy(once('const all = []; for (;;) all.push(new Array(1e5).fill(1.5))'), {
      memoryMegabytes: 40,
    });
    expect(await target.invoke({ bad: true })).toMatchObject({ errorType: 'Runtime.OutOfMemory' });
    expect(await target.invoke({})).toEqual({ kind: 'ok', payload: 'fine' });
  });

  it.each([
    ['exports.other = 1', 'Runtime.HandlerNotFound', 'index.handler is undefined or not exported'],
    ['exports.handler = (', 'Runtime.UserCodeSyntaxError', 'Unexpected'],
    ['throw new Error("no table")', 'Error', 'no table'],
  ])('a bundle that does not load: %s', async (code, errorType, words) => {
    expect(await deploy(code).invoke({})).toMatchObject({
      errorType,
      errorMessage: expect.stringContaining(words),
    });
  });

  it('a sandbox that dies between events', async () => {
    const target = deploy(handler('setTimeout(() => process.exit(1), 20); return "fine"'));
    await target.invoke({});
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(log.join()).toContain('sandbox.died');
    expect(await target.invoke({})).toEqual({ kind: 'ok', payload: 'fine' });
  });

  it('stopping ends what runs and what waits', async () => {
    const target = deploy(handler('await new Promise((r) => setTimeout(r, 9e4))'), { concurrency: 1 });
    const results = Promise.all([target.invoke({}), target.invoke({})]);
    await target.stop();
    expect(await results).toMatchObject([{ kind: 'error' }, { kind: 'error' }]);
    expect(await target.invoke({})).toMatchObject({ errorMessage: 'The machine is stopping.' });
  });
});
