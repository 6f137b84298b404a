// What a provider told in vain goes the way of callbacks, the oldest first.
import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { catchUp } from '../../functions/catch-up/catch-up.ts';
import type { ConnectedChannel } from '../../lib/channels/channels.ts';
import type { ChannelCode } from '../../lib/domain/ids.ts';
import type { Gateway, Notification, Outcome, Undelivered } from '../../lib/gateways/gateway.ts';
import { factsDigest, type CallbackMessage } from '../../lib/messaging/callbacks.ts';
import { anId, noon } from '../contract/bench.ts';

const code = 'STRIPE' as ChannelCode;
const transactionId = anId();
const closed: Notification = {
  kind: 'payment',
  snapshot: { state: 'closed', transactionId, gatewayOrderId: 'pi_1' },
};
const hint: Notification = {
  ...{ kind: 'hint', what: 'of another api_version', noticeId: 'evt_2' },
  ...{ transactionId, gatewayOrderId: 'pi_1' },
};
const unrecognised: Notification = { kind: 'unrecognised', what: 'new', noticeId: 'evt_3' };
const told = (notification: Notification, body: string) => ({ notification, body, keyVersion: 'sha256:1' });

/** @returns what it came to, and what was queued */
async function caughtUp(listUndelivered?: Gateway['listUndelivered'], fails = false, now = () => noon) {
  const queued: CallbackMessage[] = [];
  const gateway = { ...(listUndelivered && { listUndelivered }) } as Gateway;
  const dependencies = {
    channel: () => Promise.resolve({ code, gateway } as ConnectedChannel),
    send: (message: CallbackMessage) =>
      fails ? Promise.reject(new Error('no queue')) : Promise.resolve(void queued.push(message)),
    ports: { now, randomBytes },
  };
  return { result: await catchUp(dependencies, code, noon + 5_000), queued };
}
const outcome = (value: Outcome<Undelivered>) => () => Promise.resolve(value);

test('a provider that keeps no list is not asked', async () => {
  expect(await caughtUp()).toEqual({ result: { kind: 'no_list' }, queued: [] });
});

test('three days are asked for, and what was told is queued with its bytes, the oldest first', async () => {
  let asked = '';
  const { result, queued } = await caughtUp((since) => {
    asked = since;
    const ignored: Notification = { kind: 'ignored', reason: 'the money is on its way' };
    const news = [
      told(hint, 'newer'),
      told(unrecognised, 'strange'),
      told(ignored, 'quiet'),
      told(closed, 'older'),
    ];
    return Promise.resolve({ kind: 'ok', value: { news } });
  });
  expect(asked).toBe(new Date(noon - 3 * 86_400_000).toISOString());
  // Each hour would queue it again, and nobody could do anything about it.
  expect(result).toEqual({ kind: 'caught_up', queued: 2, unrecognised: 1, isComplete: true });
  expect(queued.map(({ bodyBase64 }) => Buffer.from(bodyBase64, 'base64').toString())).toEqual([
    'older',
    'newer',
  ]);
  // As its callback would have it: whichever comes second changes nothing.
  expect(queued[0]).toMatchObject({ channelCode: code, digest: factsDigest(code, closed), headers: {} });
});

test('what is not known is no empty list', async () => {
  const unknown: Outcome<Undelivered> = { kind: 'unknown', reason: 'timeout' };
  expect((await caughtUp(outcome(unknown))).result).toEqual({
    kind: 'not_told',
    queued: 0,
    outcome: unknown,
  });
});

test('what the queue does not take is told', async () => {
  const value = { news: [told(closed, 'older')] };
  await expect(caughtUp(outcome({ kind: 'ok', value }), true)).rejects.toThrow('no queue');
});

describe('page by page', () => {
  /** @param pages what each answers, the last for ever; ms that each takes */
  function paged(pages: readonly Outcome<Undelivered>[], takes = 0) {
    const asked: (string | undefined)[] = [];
    const list: Gateway['listUndelivered'] = (_since, _call, after) => {
      const page = pages[Math.min(asked.length, pages.length - 1)];
      asked.push(after);
      return Promise.resolve(page ?? { kind: 'unknown', reason: 'unreadable' });
    };
    return { asked, caughtUp: caughtUp(list, false, () => noon + asked.length * takes) };
  }
  const page = (body: string, next?: string): Outcome<Undelivered> => ({
    kind: 'ok',
    value: { news: [told(closed, body)], ...(next !== undefined && { next }) },
  });

  test('to the oldest', async () => {
    const { asked, caughtUp } = paged([page('newest', 'evt_1'), page('older', 'evt_2'), page('oldest')]);
    const { result, queued } = await caughtUp;
    expect(result).toEqual({ kind: 'caught_up', queued: 3, unrecognised: 0, isComplete: true });
    expect([asked, queued.length]).toEqual([[undefined, 'evt_1', 'evt_2'], 3]);
  });

  test('until the time is over: cut short, and what was told so far is queued', async () => {
    const { asked, caughtUp } = paged([page('again', 'evt_1')], 1_000);
    const { result, queued } = await caughtUp;
    expect(result).toEqual({ kind: 'caught_up', queued: 5, unrecognised: 0, isComplete: false });
    expect([asked.length, queued.length]).toEqual([5, 5]);
  });

  test('a page on which the time ran out: cut short', async () => {
    const late: Outcome<Undelivered> = { kind: 'unknown', reason: 'timeout' };
    const { result } = await paged([page('newest', 'evt_1'), late], 2_500).caughtUp;
    expect(result).toMatchObject({ kind: 'caught_up', queued: 1, isComplete: false });
  });

  test('a later page that is not had takes nothing away from the earlier ones', async () => {
    const down: Outcome<Undelivered> = { kind: 'unknown', reason: 'http_status' };
    const { result, queued } = await paged([page('newest', 'evt_1'), down]).caughtUp;
    expect(result).toEqual({ kind: 'not_told', queued: 1, outcome: down });
    expect(queued).toHaveLength(1);
  });
});
