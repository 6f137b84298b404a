// What lasts from event to event, and what time it is inside.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { createFunction, type LambdaFunction } from '../../local/aws/executor.ts';

const directory = mkdtempSync(join(tmpdir(), 'bundle-'));
const functions: LambdaFunction[] = [];
let made = 0;

afterEach(() => Promise.all(functions.splice(0).map((each) => each.stop())));
afterAll(() => {
  rmSync(directory, { recursive: true });
});

function deploy(code: string, concurrency = 10): LambdaFunction {
  made += 1;
  writeFileSync(join(directory, `f${made}.js`), code);
  const spec = {
    ...{ name: 'test', arn: 'arn:test', directory, handler: `f${made}.handler` },
    ...{ timeoutSeconds: 1, memoryMegabytes: 64, environment: {}, concurrency },
  };
  const target = createFunction(spec, () => undefined);
  functions.push(target);
  return target;
}

async function answer<T>(target: LambdaFunction, event: object = {}): Promise<T> {
  const result = await target.invoke(event);
  if (result.kind === 'ok') return result.payload as T;
  throw new Error(`${result.errorType}: ${result.errorMessage}`);
}

const handler = (body: string): string => `exports.handler = async (event, context) => { ${body} };`;
const day = 86_400_000;
const clocks = handler(
  `return { now: Date.now(), made: new Date().getTime(), told: Date.parse(Date()), fixed: new Date(0).toISOString(),
     isDate: new Date() instanceof Date && new Date().constructor === Date && Object.prototype.toString.call(new Date()),
     utc: Date.UTC(2026, 0), left: context.getRemainingTimeInMillis(), clock: performance.timeOrigin + performance.now() }`,
);

interface Clocks {
  readonly [name: string]: unknown;
  readonly now: number;
  readonly made: number;
  readonly told: number;
  readonly left: number;
  readonly clock: number;
}

describe('the time in a function', () => {
  const near = (at: number, ahead: number) => Math.abs(at - Date.now() - ahead) < 2_000;
  const wholeSecond = 1_000;

  function expectAhead(of: Clocks, by: number): void {
    expect([near(of.now, by), near(of.made, by), near(of.told + wholeSecond / 2, by)]).toEqual(
      Array(3).fill(true),
    );
    expect(near(of.clock, 0)).toBe(true);
    expect(of.left).toBeGreaterThan(500);
    expect(of).toMatchObject({
      fixed: '1970-01-01T00:00:00.000Z',
      isDate: '[object Date]',
      utc: 1_767_225_600_000,
    });
  }

  test('is real at first, and ahead from the moment that it is moved, also in a sandbox that is warm', async () => {
    const target = deploy(clocks);
    expectAhead(await answer(target), 0);
    target.setClock(3 * day);
    expectAhead(await answer(target), 3 * day);
  });

  test('is ahead in a new sandbox from its first line on', async () => {
    const target = deploy(`const loaded = Date.now(); ${handler('return loaded')}`);
    target.setClock(3 * day);
    expect(near(await answer(target), 3 * day)).toBe(true);
  });

  test('is moved in the middle of an event, and its timers are not', async () => {
    const target = deploy(
      handler(
        `const begun = Date.now();
         for (let n = 0; n < 50 && Date.now() - begun < 36e5; n++) await new Promise((r) => setTimeout(r, 10));
         return Date.now() - begun`,
      ),
    );
    const waiting = answer<number>(target);
    await sleep(150);
    const begun = performance.now();
    target.setClock(day);
    const passed = await waiting;
    expect(Math.abs(passed - day)).toBeLessThan(2_000);
    // Less than a day, by far.
    expect(performance.now() - begun).toBeLessThan(20_000);
  });
});

describe('from event to event', () => {
  const counting = (body: string): string => `let n = 0; ${handler(`n += 1; ${body}; return n`)}`;

  test.each([
    ['is killed by its time', 'if (event.bad) for (;;);'],
    ['leaves', 'if (event.bad) process.exit(1)'],
    [
      'forgets a rejection',
      'if (event.bad) { Promise.reject(new Error("x")); await new Promise((r) => setTimeout(r, 9e4)) }',
    ],
    [
      'needs too much memory',
      'if (event.bad) { const all = []; for (;;) all.push(new Array(1e5).fill(1.5)) }',
    ],
  ])('a sandbox that %s is replaced, and remembers nothing', async (_, body) => {
    const target = deploy(counting(body), 1);
    await expect(answer(target)).resolves.toBe(1);
    await expect(answer(target)).resolves.toBe(2);
    await expect(target.invoke({ bad: true })).resolves.toMatchObject({ kind: 'error' });
    await expect(answer(target)).resolves.toBe(1);
  });

  test('a sandbox whose function merely throws goes on with what it remembers', async () => {
    const target = deploy(counting('if (event.bad) throw new Error("no")'), 1);
    await expect(answer(target)).resolves.toBe(1);
    await expect(target.invoke({ bad: true })).resolves.toMatchObject({ errorType: 'Error' });
    await expect(answer(target)).resolves.toBe(3);
  });

  test('what an event leaves pending is found by the next one, and may have gone on meanwhile', async () => {
    const target = deploy(
      `let left = 'nothing'; ${handler(
        `const found = left;
         if (event.leave) { left = 'begun'; void new Promise((r) => setTimeout(r, 50)).then(() => { left = 'ended' }) }
         return found`,
      )}`,
      1,
    );
    await expect(answer(target, { leave: true })).resolves.toBe('nothing');
    await expect(answer(target)).resolves.toBe('begun');
    await sleep(100);
    await expect(answer(target)).resolves.toBe('ended');
  });

  test('a failure that an event leaves behind is heard of, and the next event finds a working function', async () => {
    const target = deploy(counting('if (event.leave) setTimeout(() => { throw new Error("later") }, 20)'), 1);
    await expect(answer(target, { leave: true })).resolves.toBe(1);
    await sleep(100);
    await expect(answer(target)).resolves.toBe(1);
  });
});
