// Whatever is not proved, in whatever order and however a refund stands: no row becomes FAILED by it, and what is reserved
// does not shrink. @see QUALITY I14
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { PaymentError } from '../../lib/domain/errors.ts';
import type { NoSuchRefund, Refund, RefundSnapshot } from '../../lib/domain/refund.ts';
import type { Outcome } from '../../lib/gateways/gateway.ts';
import { toldOf } from '../domain/refund-samples.ts';
import { failed, say, succeeded } from '../flows/refunding.ts';
import { startDatabase, type Database } from '../store/database.ts';
import { refundOne, says, type Refunding } from './refunding.ts';
import { refusal, refusals, unproved } from './unproved.ts';

jest.setTimeout(120_000);

let database: Database;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

type Told<T> = (refund: Refund) => Outcome<T>;

const ok = (changes: Partial<RefundSnapshot>) => (refund: Refund) =>
  ({ kind: 'ok', value: toldOf(refund, changes) }) as const;
const thrown = () => {
  throw new Error('the adapter has a bug');
};
const ofOther = { state: 'failed', channelCode: 'CLOSED' } as const;

/** What proves no failure, whatever was asked. */
const anyhow: readonly Told<RefundSnapshot>[] = [
  ...unproved.map(
    ([, answer]) =>
      () =>
        answer,
  ),
  thrown,
  ok({ state: 'processing' }),
  ok({ state: 'needs_action', reason: 'abnormal', channelCode: 'ABNORMAL' }),
  ok({ ...ofOther, amount: { minor: 299, currency: 'CNY' } }),
  ok({ ...ofOther, amount: { minor: 300, currency: 'USD' } }),
  ok({ ...ofOther, gatewayTransactionId: 'gw-of-other-money' }),
];
/** A question that is refused, or that finds nothing, proves nothing of the refund. */
const toQuestion: readonly Told<RefundSnapshot | NoSuchRefund>[] = [
  ...anyhow,
  says.none,
  ...Object.keys(refusals).map((code) => () => refusal(code as keyof typeof refusals)),
];

const acts = ['submit', 'query', 'hint', 'due', 'unconnected', 'next run'] as const;
const act = fc.record({
  act: fc.constantFrom(...acts),
  sent: fc.nat(anyhow.length - 1),
  asked: fc.nat(toQuestion.length - 1),
  /** hours */
  pause: fc.constantFrom(0, 1, 24, 40 * 24),
});
type Act = typeof act extends fc.Arbitrary<infer Value> ? Value : never;

const states: Readonly<Record<string, (one: Refunding) => Promise<unknown>>> = {
  PENDING: () => Promise.resolve(),
  PROCESSING: ({ refund }) => say(database, toldOf(refund, { state: 'processing' })),
  'PROCESSING, and waiting for a person': ({ refund }) =>
    say(database, toldOf(refund, { state: 'needs_action', reason: 'abnormal', channelCode: 'X' })),
  SUCCESS: ({ refund }) => say(database, succeeded(refund)),
  FAILED: ({ refund }) => say(database, failed(refund)),
};

/** One refund whose channel says what the current act says. */
async function played(bring: (one: Refunding) => Promise<unknown>) {
  const now: { act?: Act; connect: boolean } = { connect: true };
  const script = {
    refund: [(refund: Refund) => (anyhow[now.act?.sent ?? 0] ?? thrown)(refund)],
    query: [(refund: Refund) => (toQuestion[now.act?.asked ?? 0] ?? thrown)(refund)],
    get connect() {
      return now.act?.act === 'unconnected' ? new PaymentError('CHANNEL_MISCONFIGURED') : undefined;
    },
  };
  const one = await refundOne(database, script);
  await bring(one);
  return { one, now };
}

async function carryOut(one: Refunding, { act: what, pause }: Act): Promise<void> {
  one.clock.time += pause * 3_600_000;
  const { run, refundId } = (await one.now()).refund;
  switch (what) {
    case 'submit':
    case 'query':
      await one.step(what, run);
      return;
    case 'unconnected':
      await one.step('submit', run);
      return;
    case 'hint':
      await one.sync({ refundId, hinted: true });
      return;
    case 'due':
      await one.sync();
      return;
    case 'next run':
      await one.sync();
      await one.step('submit', run + 1);
  }
}

describe('a refund that is', () => {
  it.each(Object.entries(states))(
    '%s does not become FAILED, and gives back nothing that it holds',
    async (_, bring) => {
      let met = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(act, { minLength: 1, maxLength: 8 }), async (sequence) => {
          const { one, now } = await played(bring);
          const before = await one.now();
          for (const each of sequence) {
            now.act = each;
            // What is thrown is to be tried again: that is all that it means.
            await carryOut(one, each).catch(() => undefined);
            const { refund, payment } = await one.now();
            met += 1;
            expect(refund.status === 'FAILED').toBe(before.refund.status === 'FAILED');
            expect(payment.amountReserved).toEqual(before.payment.amountReserved);
            expect(payment.amountRefunded).toEqual(before.payment.amountRefunded);
            expect(payment.status).toBe(before.payment.status);
          }
        }),
        { numRuns: 12 },
      );
      expect(met).toBeGreaterThan(12);
    },
  );

  it('PENDING does become FAILED by what is proved: the same acts can show it', async () => {
    const one = await refundOne(database, { query: [says.failed] });
    await carryOut(one, { act: 'query', sent: 0, asked: 0, pause: 0 });
    expect((await one.now()).refund.status).toBe('FAILED');
  });
});

describe('each answer by itself', () => {
  it.each([...toQuestion.keys()])('number %i to a question: nothing ends', async (asked) => {
    const { one, now } = await played(() => Promise.resolve());
    for (const what of ['query', 'hint'] as const) {
      now.act = { act: what, sent: 0, asked, pause: 0 };
      await carryOut(one, now.act).catch(() => undefined);
      expect((await one.now()).payment.amountReserved).toEqual({ minor: 300, currency: 'CNY' });
      expect(['PENDING', 'PROCESSING']).toContain((await one.now()).refund.status);
    }
  });

  it.each([...anyhow.keys()])('number %i to the sending: nothing ends', async (sent) => {
    const { one, now } = await played(() => Promise.resolve());
    now.act = { act: 'submit', sent, asked: 0, pause: 0 };
    await carryOut(one, now.act).catch(() => undefined);
    expect((await one.now()).refund.status).toBe('PROCESSING');
    expect((await one.now()).payment.amountReserved).toEqual({ minor: 300, currency: 'CNY' });
  });
});
