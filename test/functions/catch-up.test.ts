// What a provider told in vain goes the way of callbacks, the oldest first.
import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
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
async function caughtUp(listUndelivered?: Gateway['listUndelivered'], fails = false) {
  const queued: CallbackMessage[] = [];
  const gateway = { ...(listUndelivered && { listUndelivered }) } as Gateway;
  const dependencies = {
    channel: () => Promise.resolve({ code, gateway } as ConnectedChannel),
    send: (message: CallbackMessage) =>
      fails ? Promise.reject(new Error('no queue')) : Promise.resolve(void queued.push(message)),
    ports: { now: () => noon, randomBytes },
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
    return Promise.resolve({ kind: 'ok', value: { news, isComplete: false } });
  });
  expect(asked).toBe(new Date(noon - 3 * 86_400_000).toISOString());
  // Each hour would queue it again, and nobody could do anything about it.
  expect(result).toEqual({ kind: 'caught_up', queued: 2, unrecognised: 1, isComplete: false });
  expect(queued.map(({ bodyBase64 }) => Buffer.from(bodyBase64, 'base64').toString())).toEqual([
    'older',
    'newer',
  ]);
  // As its callback would have it: whichever comes second changes nothing.
  expect(queued[0]).toMatchObject({ channelCode: code, digest: factsDigest(code, closed), headers: {} });
});

test('what is not known is no empty list', async () => {
  const unknown: Outcome<Undelivered> = { kind: 'unknown', reason: 'timeout' };
  expect((await caughtUp(outcome(unknown))).result).toEqual({ kind: 'not_told', outcome: unknown });
});

test('what the queue does not take is told', async () => {
  const value = { news: [told(closed, 'older')], isComplete: true };
  await expect(caughtUp(outcome({ kind: 'ok', value }), true)).rejects.toThrow('no queue');
});
