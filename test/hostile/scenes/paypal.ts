// 3.8 PayPal: genuine webhooks are hints. Whatever one says, the order itself is asked for, and that alone decides.
import { expect } from '@jest/globals';
import { captureOf, orderOf, type OrderFacts } from '../../contract/paypal-side.ts';
import { made, seen, type Seen } from '../play.ts';
import { about, accepted, becomes, ordered, posting, saying, telling, type Order } from '../paypal.ts';
import type { Scene } from '../row.ts';
import { linesOf, quarantinedOf, saidOf } from '../watching.ts';
import type { World } from '../world.ts';

const paid = { status: 'PAID_SUCCESS', amount_paid: '8.80' };
const pending = { status: 'PENDING_PAYMENT', version: 2 };

/** PayPal's order is so, the event says `type`: what the payment is then, and that PayPal was asked. */
const decides = (
  row: number,
  what: string,
  type: string,
  truth: Partial<OrderFacts>,
  expected: object,
): Scene => ({
  rows: [row],
  what,
  play: async (world) => {
    const order = await ordered(world);
    becomes(world, order.orderId, truth);
    const before = world.paypal.asked.length;
    await accepted(world, telling(type, captureOf({ ...facts, ...about(order) })));
    expect(world.paypal.asked.slice(before)).toContain(`GET /v2/checkout/orders/${order.orderId}`);
    expect(await seen(world, order.id)).toMatchObject(expected);
  },
});

const facts = { id: '', order: '', value: '8.80' };
const completed = { status: 'COMPLETED', captured: 'COMPLETED' };
const taken = (captured: string) => ({ status: 'COMPLETED', captured });
const held = (kind: string) => ({ status: 'PENDING_PAYMENT', anomaly: { kind } });

async function tenAtOnce(world: World): Promise<void> {
  const order = await ordered(world);
  becomes(world, order.orderId, completed);
  const text = saying(about(order));
  const sent = await posting(text)(world);
  const answers = await Promise.all(Array.from({ length: 10 }, () => world.send(sent)));
  expect(answers.map(({ status }) => status)).toEqual(Array<number>(10).fill(200));
  await world.settled();
  const after = await seen(world, order.id);
  expect(after).toMatchObject({ ...paid, version: 3 });
  // Repeats are transmissions of their own.
  await accepted(world, text);
  expect(await seen(world, order.id)).toEqual(after);
}

/** A genuine event whose numbers are of two payments: kept for a person, and neither payment is another. */
async function ofTwo(world: World): Promise<void> {
  const [one, other] = [await ordered(world), await ordered(world)];
  for (const { orderId } of [one, other]) becomes(world, orderId, completed);
  const payments = (): Promise<Seen[]> => Promise.all([one, other].map(({ id }) => seen(world, id)));
  const before = await payments();
  const asked = world.paypal.asked.length;
  await accepted(world, saying(about(one, { order: other.id })));
  await accepted(world, saying({ id: 'ORDER0OF0NOBODY', order: other.id }));
  const items = await quarantinedOf(world, 'PAYPAL');
  const reasons = items.slice(0, 2).map((item) => [item['transaction_id'], item['reason']]);
  expect(reasons).toEqual([
    [other.id, 'other_order'],
    [other.id, 'other_order'],
  ]);
  expect(world.paypal.asked.slice(asked)).toEqual([]);
  expect(await payments()).toEqual(before);
}

/** PayPal's own order names another payment of ours. */
async function editedThere(world: World, change: (other: Order) => Partial<OrderFacts>): Promise<void> {
  const [one, other] = [await ordered(world), await ordered(world)];
  becomes(world, one.orderId, { ...completed, ...change(other) });
  const asked = world.paypal.asked.length;
  await accepted(world, saying(about(one)));
  expect(world.paypal.asked.slice(asked)).toEqual([`GET /v2/checkout/orders/${one.orderId}`]);
  for (const { id } of [one, other]) expect(await seen(world, id)).toMatchObject(pending);
}

/** `invoice_id` alone names another payment: it is not what binds. */
async function otherInvoice(world: World): Promise<void> {
  const [one, other] = [await ordered(world), await ordered(world)];
  becomes(world, one.orderId, completed);
  const text = saying(about(one)).replace(/"invoice_id":"[^"]*"/, `"invoice_id":"${other.id}"`);
  await accepted(world, text);
  expect(await seen(world, one.id)).toMatchObject(paid);
  expect(await seen(world, other.id)).toMatchObject(pending);
}

/** Nothing that we follow: kept for a person, and told. */
const setAside = (row: number, type: string): Scene => ({
  rows: [row],
  what: `${type}: kept for a person and told, whatever it names`,
  play: async (world) => {
    const order = await ordered(world);
    becomes(world, order.orderId, completed);
    const asked = world.paypal.asked.length;
    const told = linesOf(world, 'callback.unrecognised').length;
    await accepted(world, telling(type, captureOf({ ...facts, ...about(order) })));
    const [first] = await quarantinedOf(world, 'PAYPAL');
    expect(first).toMatchObject({ reason: 'unrecognised' });
    await saidOf(world, 'callback.unrecognised', told + 1);
    expect(world.paypal.asked.slice(asked)).toEqual([]);
    expect(await seen(world, order.id)).toMatchObject(pending);
  },
});

async function takenOnce(world: World): Promise<void> {
  const order = await ordered(world);
  becomes(world, order.orderId, { status: 'APPROVED' });
  const asked = world.paypal.asked.length;
  const told = orderOf({ ...facts, ...about(order), status: 'APPROVED' });
  for (let time = 0; time < 2; time++) await accepted(world, telling('CHECKOUT.ORDER.APPROVED', told));
  expect(await seen(world, order.id)).toMatchObject(paid);
  const captures = world.paypal.asked.slice(asked).filter((call) => call.endsWith('/capture'));
  expect(captures).toEqual([`POST /v2/checkout/orders/${order.orderId}/capture`]);
}

const captured = 'PAYMENT.CAPTURE.COMPLETED';

export const payPalScenes: readonly Scene[] = [
  decides(139, 'COMPLETED, and so it is', captured, completed, paid),
  decides(139, 'COMPLETED, and nobody has agreed yet', captured, {}, pending),
  decides(139, 'COMPLETED, and the capture is PENDING', captured, taken('PENDING'), pending),
  decides(139, 'COMPLETED, and the capture is DECLINED', captured, taken('DECLINED'), { status: 'CLOSED' }),
  decides(139, 'COMPLETED, and the capture is FAILED', captured, taken('FAILED'), { status: 'CLOSED' }),
  ...['REVERSED', 'DENIED', 'completed', 'WONDERFUL'].map((word) =>
    decides(
      139,
      `COMPLETED, and the capture is ${word}, which is no word of a capture`,
      captured,
      taken(word),
      pending,
    ),
  ),
  ...['PENDING', 'DENIED', 'DECLINED'].map((word) =>
    decides(139, `${word}, and the money is there`, `PAYMENT.CAPTURE.${word}`, completed, paid),
  ),
  decides(139, 'DENIED, and nobody has paid', 'PAYMENT.CAPTURE.DENIED', {}, pending),
  decides(139, 'a part was captured: held', captured, { ...completed, value: '8.79' }, held('UNDERPAID')),
  decides(139, 'more was captured: held', captured, { ...completed, value: '88.00' }, held('OVERPAID')),
  decides(
    139,
    'another currency: held',
    captured,
    { ...completed, currency: 'EUR' },
    held('CURRENCY_MISMATCH'),
  ),
  setAside(139, 'PAYMENT.CAPTURE.REVERSED'),
  setAside(79, 'PAYMENT.CAPTURE.WONDERFUL'),
  setAside(79, 'CUSTOMER.DISPUTE.CREATED'),
  { rows: [140], what: 'custom_id of another order, and an order of nobody’s: quarantined', play: ofTwo },
  { rows: [140], what: 'invoice_id of another order: the order’s own number binds', play: otherInvoice },
  {
    rows: [140],
    what: 'PayPal’s order bears the number of another payment: neither is paid',
    play: (world) => editedThere(world, ({ id }) => ({ order: id })),
  },
  {
    rows: [140],
    what: 'PayPal answers with another order: neither is paid',
    play: (world) => editedThere(world, ({ orderId }) => ({ id: orderId })),
  },
  { rows: [64], what: 'a genuine event, ten times at once and once more: applied once', play: tenAtOnce },
  {
    rows: [72],
    what: 'about a payment of Alipay’s: quarantined, the payment untouched',
    play: async (world) => {
      const { transaction_id: id } = await made(world);
      const before = await seen(world, id);
      await accepted(world, saying({ id: 'ORDER0OF0NOBODY', order: id }));
      expect((await quarantinedOf(world, 'PAYPAL'))[0]).toMatchObject({
        transaction_id: id,
        reason: 'other_channel',
      });
      expect(await seen(world, id)).toEqual(before);
    },
  },
  {
    rows: [139],
    what: 'APPROVED: the money is taken by our own call, once',
    play: takenOnce,
  },
];
