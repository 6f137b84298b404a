// 3.8 PayPal: a signature that covers a checksum covers other bodies, too. They come in, and do nothing.
import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import { forged } from '../../gateways/paypal-twin.ts';
import { about, accepted, becomes, ordered, saying } from '../paypal.ts';
import { seen } from '../play.ts';
import type { Scene } from '../row.ts';
import { linesOf, rowsAbout, saidOf } from '../watching.ts';
import type { World } from '../world.ts';

const paid = { status: 'PAID_SUCCESS', amount_paid: '8.80' };
const pending = { status: 'PENDING_PAYMENT', version: 2 };
const collision = 'callback.checksum_collision';
const completed = { status: 'COMPLETED', captured: 'COMPLETED' };

/** A genuine event, and under its signature another body that its checksum fits as well. */
async function twin(world: World, change: (text: string) => string): Promise<void> {
  const [mine, other] = [await ordered(world), await ordered(world)];
  const text = saying(about(mine));
  const said = change(text).replaceAll('<id>', other.id).replaceAll('<order>', other.orderId);
  expect(said).not.toBe(text);
  const id = randomUUID();
  await accepted(world, text, { id });
  const rows = () => rowsAbout(world, id, mine.id, other.id);
  const before = await rows();
  const asked = world.paypal.asked.length;
  const told = linesOf(world, collision).length;
  await accepted(world, text, { id, instead: (signed) => forged(signed, said) });
  expect(world.paypal.asked.slice(asked)).toHaveLength(1);
  expect(await rows()).toBe(before);
  expect(before).toContain(id);
  await saidOf(world, collision, told + 1);
  for (const { id } of [mine, other]) expect(await seen(world, id)).toMatchObject(pending);
}

/** The genuine event never came: nobody can tell, and it does not matter. */
async function alone(world: World): Promise<void> {
  const [mine, other] = [await ordered(world), await ordered(world)];
  const before = [await seen(world, mine.id), await seen(world, other.id)];
  const text = saying(about(mine));
  const told = linesOf(world, collision).length;
  await accepted(world, text, {
    instead: (signed) =>
      forged(signed, signed.replace(mine.id, other.id).replace(mine.orderId, other.orderId)),
  });
  expect([await seen(world, mine.id), await seen(world, other.id)]).toEqual(before);
  await saidOf(world, collision, told);
}

const forgeries: readonly (readonly [string, (text: string) => string])[] = [
  ['says that it was paid', (text) => text.replace('"8.80"', '"0.01"')],
  ['says that it was denied', (text) => text.replace('CAPTURE.COMPLETED', 'CAPTURE.DENIED')],
  ['has another number', (text) => text.replace(/"id":"WH-[^"]*"/, '"id":"WH-AnotherEvent"')],
  [
    'is about another order of ours',
    (text) =>
      text
        .replace(/"(custom|invoice)_id":"[^"]*"/g, '"$1_id":"<id>"')
        .replace(/"order_id":"[^"]*"/, '"order_id":"<order>"'),
  ],
];

/** One transmission, twice: as it was signed, and with another body of the same checksum. */
async function sentAgain(world: World): Promise<void> {
  const order = await ordered(world);
  becomes(world, order.orderId, completed);
  const id = 'c0ffee00-d67a-11e5-baa3-778b53f4ae55';
  const text = saying(about(order));
  await accepted(world, text, { id });
  const after = await seen(world, order.id);
  expect(after).toMatchObject(paid);
  const told = linesOf(world, collision).length;
  const rows = () => rowsAbout(world, id, order.id);
  const before = await rows();
  const denied = text.replace('CAPTURE.COMPLETED', 'CAPTURE.DENIED');
  await accepted(world, text, { id, instead: (signed) => forged(signed, denied) });
  await saidOf(world, collision, told + 1);
  // The provider may repeat itself: that is nobody's forgery.
  await accepted(world, text, { id });
  await saidOf(world, collision, told + 1);
  expect(await rows()).toBe(before);
  expect(await seen(world, order.id)).toEqual(after);
}

export const payPalForgeries: readonly Scene[] = [
  {
    rows: [136],
    what: 'a forgery in place of the genuine event: PayPal is asked, and nothing changes',
    play: alone,
  },
  ...forgeries.map(([what, change]): Scene => ({
    rows: [136],
    what: `a forgery under a genuine signature ${what}: PayPal is asked, nothing changes, and somebody is called`,
    play: (world) => twin(world, change),
  })),
  {
    rows: [136, 138],
    what: 'a paid payment’s transmission again, with a body that says DENIED: paid it stays',
    play: sentAgain,
  },
];
