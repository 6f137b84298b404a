// 3.7 Stripe: genuine words about payments of ours, and what they may not do.
import { expect } from '@jest/globals';
import {
  charge,
  chargeId,
  intent,
  paidIntent,
  sharedSecret,
  strangerSecret,
  webhookSecret,
  type Fields,
} from '../../contract/stripe-side.ts';
import { later, made, now, seen, type Seen } from '../play.ts';
import type { Scene } from '../row.ts';
import { accepted, both, ordered, posting, saying, signedBy, stripeChannel, telling } from '../stripe.ts';
import { put, type World } from '../world.ts';
import { keptOf, linesOf, quarantinedOf, rowsAbout, saidOf } from '../watching.ts';

const paid = { status: 'PAID_SUCCESS', amount_paid: '8.80' };
const pending = { status: 'PENDING_PAYMENT', version: 2 };

/** What becomes of a fresh payment of 8.80 USD by this. */
const becomes = (
  rows: readonly number[],
  what: string,
  text: (id: string, intentId: string) => ReturnType<typeof saying>,
  expected: object,
  header?: Parameters<typeof posting>[1],
): Scene => ({
  rows,
  what,
  play: async (world) => {
    const { id, intentId } = await ordered(world);
    await accepted(world, text(id, intentId), header);
    expect(await seen(world, id)).toMatchObject(expected);
  },
});

const success =
  (change: Fields = {}, event: Fields = {}) =>
  (id: string, intentId: string) =>
    saying({ id: intentId, ...change }, event, id);

/** Kept with its payment, told as unknown, and nothing of the payment is another. */
const kept = (
  rows: readonly number[],
  what: string,
  text: (id: string, intentId: string) => ReturnType<typeof saying>,
): Scene => ({
  rows,
  what: `${what}: kept with its payment and told, nothing is guessed`,
  play: async (world) => {
    const { id, intentId } = await ordered(world);
    const before = await seen(world, id);
    await accepted(world, text(id, intentId));
    expect(await seen(world, id)).toEqual(before);
    expect(await keptOf(world, id)).toHaveLength(1);
    await saidOf(world, 'callback.unrecognised', 1, id);
  },
});

/** Kept for a person under this reason, and told. */
async function setAside(world: World, text: ReturnType<typeof saying>, reason: string): Promise<void> {
  const before = await quarantinedOf(world, 'STRIPE');
  const told = linesOf(world, 'callback.quarantined').length;
  await accepted(world, text);
  const items = await quarantinedOf(world, 'STRIPE');
  expect(items).toHaveLength(before.length + 1);
  expect(items[0]).toMatchObject({ reason });
  await saidOf(world, 'callback.quarantined', told + 1);
}

async function rolled(world: World): Promise<void> {
  const channel = stripeChannel(world.machine, world.stripe);
  const { webhook_secret_previous: previous, ...after } = channel;
  const { id, intentId } = await ordered(world);
  const isOver = await world.send(put('STRIPE', { ...after, webhook_secret_previous: null }));
  expect([isOver.status, isOver.json['code'] ?? '']).toEqual([400, 'INVALID_REQUEST']);
  expect((await world.send(put('STRIPE', after))).status).toBe(200);
  await later(world, '6m');
  const state = await rowsAbout(world, id);
  const late = await posting(success()(id, intentId), signedBy(previous))(world);
  expect((await world.send(late)).status).toBe(401);
  expect(await rowsAbout(world, id)).toBe(state);
  await accepted(world, success()(id, intentId), both(previous, webhookSecret));
  expect(await seen(world, id)).toMatchObject(paid);
  expect((await world.send(put('STRIPE', channel))).status).toBe(200);
  await later(world, '6m');
}

async function edited(world: World): Promise<void> {
  const [one, other] = [await ordered(world), await ordered(world)];
  const payments = (): Promise<Seen[]> => Promise.all([one, other].map(({ id }) => seen(world, id)));
  const before = await payments();
  await setAside(world, success()(other.id, one.intentId), 'other_order');
  await setAside(world, success()(one.id, 'pi_3AnIntentThatWeNeverMade'), 'other_order');
  expect(await payments()).toEqual(before);
  // The next word of the same intent, with our own number back in its place.
  await accepted(world, success()(one.id, one.intentId));
  expect(await payments()).toMatchObject([paid, pending]);
}

/** Stripe's own answer names another payment than the one whose intent it is asked about. */
async function editedThere(world: World): Promise<void> {
  const [one, other] = [await ordered(world), await ordered(world)];
  const { asked, intents } = world.stripe;
  const before = asked.length;
  const latest_charge = charge(await now(world));
  intents.set(one.intentId, paidIntent(other.id, 880, 'usd', { id: one.intentId, latest_charge }));
  await later(world, '3m');
  await world.settled();
  for (const { intentId } of [one, other])
    expect(asked.slice(before)).toContainEqual(expect.stringMatching(`^GET /v1/payment_intents/${intentId}`));
  expect(await seen(world, one.id)).toMatchObject(paid);
  expect(await seen(world, other.id)).toMatchObject(pending);
  intents.set(other.intentId, intent(other.id, 880, 'usd', { id: other.intentId, status: 'canceled' }));
}

async function tenAtOnce(world: World): Promise<void> {
  const { id, intentId } = await ordered(world);
  const text = success({}, { id: 'evt_3TheSameTenTimes' })(id, intentId);
  const sent = await posting(text)(world);
  const answers = await Promise.all(Array.from({ length: 10 }, () => world.send(sent)));
  expect(answers.map(({ status }) => status)).toEqual(Array<number>(10).fill(200));
  await world.settled();
  const after = await seen(world, id);
  expect(after).toMatchObject({ ...paid, version: 3 });
  const state = await rowsAbout(world, id);
  // Repeats are signed anew.
  await accepted(world, String(sent.body), signedBy(webhookSecret, 60_000));
  expect(await rowsAbout(world, id)).toBe(state);
}

async function tooMany(world: World): Promise<void> {
  const { id, intentId } = await ordered(world);
  const state = await rowsAbout(world, id);
  const many = Array.from({ length: 10_000 }, () => webhookSecret);
  const sent = await posting(success()(id, intentId), both(...many))(world);
  const status = await world.send(sent).then(
    (answer) => answer.status,
    // The door closes while its 700 kB are still being sent.
    (error: unknown) => (error as NodeJS.ErrnoException).code,
  );
  expect([431, 'ECONNRESET', 'EPIPE']).toContain(status);
  await world.settled();
  expect(await rowsAbout(world, id)).toBe(state);
}

const thin: Fields = {
  object: 'v2.core.event',
  data: undefined,
  related_object: { id: 'pi_3DemoIntentOfTests00001a', type: 'payment_intent' },
};
const refunded = { id: chargeId, object: 'charge', amount: 880, amount_refunded: 880, refunded: true };
const dispute = {
  id: 'dp_1HostileDispute',
  object: 'dispute',
  amount: 880,
  charge: chargeId,
  status: 'needs_response',
};

export const stripeScenes: readonly Scene[] = [
  { rows: [125], what: 'ten thousand right signatures: the door closes', play: tooMany },
  becomes([125], 'at the edges of the window', success(), paid, signedBy(webhookSecret, -290_000)),
  becomes([127], 'while the secret is rolled: by both', success(), paid, both(webhookSecret, sharedSecret)),
  becomes([127], 'while it is rolled: by the previous one alone', success(), paid, signedBy(sharedSecret)),
  becomes(
    [127],
    'by a stranger and by the previous one',
    success(),
    paid,
    both(strangerSecret, sharedSecret),
  ),
  { rows: [127], what: 'once the roll is over, the previous one proves nothing', play: rolled },
  kept([129], 'another api_version', success({}, { api_version: '2020-08-27' })),
  kept([129], 'no api_version', success({}, { api_version: null })),
  kept([79], 'a type that we do not know', (id, intentId) =>
    telling('payment_intent.wonderful', paidIntent(id, 880, 'usd', { id: intentId })),
  ),
  {
    rows: [129],
    what: 'a thin event: kept for a person and told',
    play: (world) => setAside(world, saying({}, thin), 'unrecognised'),
  },
  becomes([130], 'less was received than was asked for: held', success({ amount_received: 879 }), {
    ...pending,
    version: 3,
    anomaly: { kind: 'UNDERPAID', amount: '8.79' },
  }),
  becomes([130], 'more was received: held', success({ amount_received: 88_000 }), {
    status: 'PENDING_PAYMENT',
    anomaly: { kind: 'OVERPAID' },
  }),
  becomes([70], 'another currency: held', success({ currency: 'eur' }), {
    status: 'PENDING_PAYMENT',
    anomaly: { kind: 'CURRENCY_MISMATCH' },
  }),
  ...['8.8e2', '880.0', '"880"', '-880', '0', '9007199254740993', 'null'].map((text) =>
    kept([130], `amount_received ${text}`, (id, intentId) => (at) => {
      const body = success()(id, intentId)(at);
      return body.replace('"amount_received":880', `"amount_received":${text}`);
    }),
  ),
  {
    rows: [131],
    what: 'metadata edited to another order, and another intent: neither is paid',
    play: edited,
  },
  {
    rows: [131],
    what: 'metadata edited at Stripe, found by a question: the intent’s own payment is paid',
    play: editedThere,
  },
  {
    rows: [132],
    what: 'charge.refunded, before we refund anything: its refund tells of itself, so nothing is changed and it is told',
    play: async (world) => {
      const { id } = await ordered(world);
      const before = await seen(world, id);
      await accepted(world, telling('charge.refunded', { ...refunded, metadata: { transaction_id: id } }));
      expect(await seen(world, id)).toEqual(before);
      expect(await keptOf(world, id)).toEqual([]);
      await saidOf(world, 'callback.ignored', 1, id);
    },
  },
  ...['created', 'updated', 'closed', 'funds_withdrawn', 'funds_reinstated'].map((word): Scene => ({
    rows: [132],
    what: `charge.dispute.${word}: kept for a person and told`,
    play: (world) =>
      setAside(world, telling(`charge.dispute.${word}`, { ...dispute, metadata: {} }), 'unrecognised'),
  })),
  kept([132], 'a dispute that names its payment', (id) =>
    telling('charge.dispute.created', { ...dispute, metadata: { transaction_id: id } }),
  ),
  { rows: [64], what: 'a genuine event, ten times at once and once more: applied once', play: tenAtOnce },
  {
    rows: [72],
    what: 'about a payment of Alipay’s: quarantined, the payment untouched',
    play: async (world) => {
      const { transaction_id: id } = await made(world);
      const before = await seen(world, id);
      await setAside(world, saying({}, {}, id), 'other_channel');
      expect(await seen(world, id)).toEqual(before);
    },
  },
];
