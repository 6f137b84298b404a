import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { moveClock } from '../../local/clock.ts';
import { openTimeline, type Part, type Timeline } from '../../local/timeline.ts';
import { withDirectory } from './aws/support.ts';

const minute = 60_000;
const open: Timeline[] = [];

function start(...parts: Part[]): Timeline {
  const timeline = openTimeline();
  open.push(timeline);
  for (const part of parts) timeline.join(part);
  return timeline;
}

afterEach(async () => {
  for (const each of open.splice(0)) await each.stop();
});

describe('the time', () => {
  test('is that of the computer until somebody moves it, and goes on from there', async () => {
    const timeline = start();
    expect(Math.abs(timeline.now() - Date.now())).toBeLessThan(50);
    await expect(timeline.advanceTo(Date.now() + 90 * minute)).resolves.toBe(true);
    expect(Math.abs(timeline.now() - Date.now() - 90 * minute)).toBeLessThan(500);
    const before = timeline.now();
    await sleep(20);
    expect(timeline.now()).toBeGreaterThan(before);
  });

  test('is kept in a directory', async () => {
    await withDirectory(async (directory) => {
      const file = join(directory, 'clock.json');
      const first = openTimeline(file);
      await first.advanceTo(Date.now() + minute);
      await first.stop();
      expect(openTimeline(file).offset()).toBe(first.offset());
    });
  });
});

describe('a moment', () => {
  test('comes by itself, not before its time', async () => {
    const timeline = start();
    const due = timeline.now() + 40;
    const came = await new Promise<number>((resolve) => {
      timeline.schedule(due, () => {
        resolve(timeline.now());
      });
    });
    expect(came).toBeGreaterThanOrEqual(due);
  });

  test('is visited on the way, in order, at its own time, and so is what it sets up', async () => {
    const timeline = start();
    const begin = timeline.now();
    const visits: [string, number][] = [];
    const visit = (name: string) => {
      visits.push([name, Math.floor((timeline.now() - begin) / minute)]);
    };
    timeline.schedule(begin + 30 * minute, () => {
      visit('third');
    });
    timeline.schedule(begin + 10 * minute, () => {
      visit('first');
      timeline.schedule(begin + 20 * minute, () => {
        visit('second');
      });
      timeline.schedule(begin + 50 * minute, () => {
        visit('too late');
      });
    });
    timeline.schedule(begin + 5 * minute, () => {
      visit('cancelled');
    })();
    await timeline.advanceTo(begin + 40 * minute);
    expect(visits).toEqual([
      ['first', 10],
      ['second', 20],
      ['third', 30],
    ]);
  });

  test('of a part is visited, and the part hears how far the time was moved', async () => {
    const moves: number[] = [];
    let left: number | undefined = 3 * minute;
    const timeline = start({
      dueIn: () => left,
      moved: (by) => {
        moves.push(Math.round(by / minute));
        left = undefined;
      },
    });
    await timeline.advanceTo(timeline.now() + 10 * minute);
    expect(moves).toEqual([3, 7]);
  });

  test('waits until the work of the one before has ended', async () => {
    const story: string[] = [];
    let busy = 0;
    const timeline = start({ idle: () => Promise.resolve(busy === 0) });
    const begin = timeline.now();
    timeline.schedule(begin + minute, async () => {
      story.push('one begins');
      await sleep(30);
      busy += 1;
      void sleep(30).then(() => {
        story.push('what it set off ends');
        busy -= 1;
      });
    });
    timeline.schedule(begin + 2 * minute, () => story.push('two begins'));
    await timeline.advanceTo(begin + 3 * minute);
    expect(story).toEqual(['one begins', 'what it set off ends', 'two begins']);
  });

  test('whose task fails does not hold up the others', async () => {
    const timeline = start();
    let came = false;
    timeline.schedule(timeline.now() + minute, () => Promise.reject(new Error('no')));
    timeline.schedule(timeline.now() + 2 * minute, () => {
      came = true;
    });
    await timeline.advanceTo(timeline.now() + 3 * minute);
    expect(came).toBe(true);
  });
});

describe('a move', () => {
  test('is answered after five seconds when work does not end, and visits all moments nevertheless', async () => {
    const timeline = start({ idle: () => Promise.resolve(false) });
    let visits = 0;
    for (const at of [1, 2, 3]) timeline.schedule(timeline.now() + at * minute, () => (visits += 1));
    const begun = performance.now();
    await expect(timeline.advanceTo(timeline.now() + 4 * minute)).resolves.toBe(false);
    expect([visits, Math.round((performance.now() - begun) / 1000)]).toEqual([3, 5]);
  }, 10_000);

  test('follows another one', async () => {
    const timeline = start();
    const begin = timeline.now();
    const all = [1, 2, 3].map((n) => timeline.advanceTo(begin + n * minute));
    await expect(Promise.all(all)).resolves.toEqual([true, true, true]);
    expect(Math.floor((timeline.now() - begin) / minute)).toBe(3);
  });

  test.each([
    [{ advance: '90s' }, 90_000],
    [{ advance: '20m' }, 20 * minute],
    [{ advance: '25h' }, 25 * 60 * minute],
    [{ advance: '3d' }, 72 * 60 * minute],
    [{ to: '2030-01-01T08:00:00+08:00' }, Date.UTC(2030, 0, 1) - Date.UTC(2026, 0, 1)],
  ])('may be asked for as %j', async (body, by) => {
    let now = Date.UTC(2026, 0, 1);
    const advanceTo = (to: number) => {
      now = to;
      return Promise.resolve(true);
    };
    const answer = await moveClock({ now: () => now, advanceTo }, body);
    expect(answer).toEqual({ now: new Date(Date.UTC(2026, 0, 1) + by).toISOString(), idle: true });
  });

  test.each([
    [undefined, 'Say how far'],
    [{}, 'Say how far'],
    [{ advance: 20 }, 'Say how far'],
    [{ advance: '20 minutes' }, 'Say how far'],
    [{ advance: '-1h' }, 'Say how far'],
    [{ advance: '1h', to: '2030-01-01T00:00:00Z' }, 'Say how far'],
    [{ to: 'tomorrow' }, 'Say how far'],
    [{ to: '2025-12-31T23:59:59Z' }, 'the time does not go back'],
    [{ advance: '999999d' }, 'more than ten years'],
  ])('is refused as %j', async (body, words) => {
    const timeline = { now: () => Date.UTC(2026, 0, 1), advanceTo: () => Promise.resolve(true) };
    await expect(moveClock(timeline, body)).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining(words),
    });
  });
});
