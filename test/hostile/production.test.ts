// Row 128 where money is real: a channel of production hears nothing of the test world. Nobody at Stripe is called: there is
// no payment to ask for.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { publishableKey, secretKey, type Fields } from '../contract/stripe-side.ts';
import { posting, saying, stripeChannel } from './stripe.ts';
import { because } from './watching.ts';
import { put, startWorld, type Answer, type World } from './world.ts';

const live = (key: string) => key.replace('_test_', '_live_');

let world: World;
beforeAll(async () => {
  world = await startWorld();
  const keys = { publishable_key: live(publishableKey), secret_key: live(secretKey) };
  const change = { ...keys, environment: 'production', gateway_url: undefined };
  const channel = { ...stripeChannel(world.machine, world.stripe), ...change };
  const answer = await world.send(put('STRIPE', channel));
  if (answer.json['environment'] !== 'production') throw new Error(answer.text);
}, 90_000);
afterAll(() => world.stop());

const post = async (change: Fields): Promise<Answer> =>
  world.send(await posting(saying({ livemode: change['livemode'] }, change))(world));

test.each([{ livemode: false }, { livemode: true, account: 'acct_1OtherShopOfTests' }])(
  'a genuine event with %j is refused, and leaves nothing behind',
  async (change) => {
    const state = await world.stateHash();
    const answer = await post(change);
    expect([answer.status, answer.text]).toEqual([403, '{"received":false}']);
    because('STRIPE', 'foreign')(answer, world);
    expect(await world.stateHash()).toBe(state);
  },
);

test('one of the live world is taken', async () => {
  const answer = await post({ livemode: true });
  expect([answer.status, answer.text]).toEqual([200, '{"received":true}']);
});
