// What every provider's gateway must make of refunds, whatever its language.
import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseAmount } from '../../lib/domain/money.ts';
import type { RefundOrder, RefundReference } from '../../lib/domain/refund.ts';
import { CallbackRefused, type Notification, type Outcome } from '../../lib/gateways/gateway.ts';
import { faults, noon, readerFor, type Fault } from './bench.ts';
import { everyBench } from './benches.ts';
import { refundOrder, refundSays, type RefundMood, type RefundSays } from './refund-bench.ts';

const refunding = everyBench.flatMap(([name, bench]) =>
  bench.refunds ? [[name, bench, bench.refunds] as const] : [],
);

describe.each(refunding)('refunds by %s', (_, bench, refunds) => {
  const order = refundOrder(bench, refunds);
  const deadlineOf = (mood: RefundMood) => ({ deadline: noon + (mood === 'timeout' ? 30 : 5_000) });
  const refund = (mood: RefundMood, change: Partial<RefundOrder> = {}) => {
    const { gateway, sent } = refunds.connect(mood, noon, { ...order, ...change });
    return { sent, outcome: gateway.refund?.({ ...order, ...change }, deadlineOf(mood)) };
  };
  const query = async (mood: RefundMood, change: Partial<RefundOrder> = {}) =>
    refunds
      .connect(mood, noon, { ...order, ...change })
      .gateway.queryRefund?.({ ...order, ...change }, deadlineOf(mood));
  const plays = (mood: RefundMood) => !(mood in refunds.never);
  const faultNames = (Object.keys(faults) as Fault[]).filter(
    (name) => plays(name) && (!bench.signsNoAnswers || faults[name] !== 'bad_signature'),
  );
  const told = { refundId: order.refundId, amount: order.amount };

  test('the provider says what it allows', () => {
    expect(bench.provider.refunds?.window).toBeGreaterThan(0);
  });

  test.each((['succeeded', 'processing'] as const).filter(plays))('a refund that is %s', async (state) => {
    expect(await refund(state).outcome).toMatchObject({ kind: 'ok', value: { state, ...told } });
  });

  test.each(
    (['succeeded', 'processing', 'failed', 'needs_action'] as const).filter(
      (mood) => plays(mood) && !(mood in refunds.neverQueried),
    ),
  )('a query tells %s', async (state) => {
    expect(await query(state)).toMatchObject({ kind: 'ok', value: { state, ...told } });
  });

  if (!('not_found' in refunds.neverQueried))
    test('that there is none is proved, or it is unknown', async () => {
      expect(await query('not_found')).toMatchObject({
        kind: 'ok',
        value: { state: 'not_found', refundId: order.refundId },
      });
    });

  test.each(faultNames)('%s: unknown, whether it is sent or asked', async (fault) => {
    const unknown = { kind: 'unknown', reason: faults[fault] };
    expect(await refund(fault).outcome).toMatchObject(unknown);
    expect(await query(fault)).toMatchObject(unknown);
  });

  // The first is for good; the others a person can mend.
  const refusals = [
    ['refused', /^(?!insufficient_balance$|misconfigured$)/],
    ['insufficient_balance', /^insufficient_balance$/],
    ['misconfigured', /^misconfigured$/],
  ] as const;
  test.each(refusals.filter(([mood]) => plays(mood)))(
    '%s is declined with a name of ours and the word of theirs',
    async (mood, code) => {
      expect(await refund(mood).outcome).toMatchObject({
        kind: 'declined',
        code: expect.stringMatching(code) as unknown,
        channelCode: expect.stringMatching(/\S/) as unknown,
      });
    },
  );

  test('too many calls: later', async () => {
    expect(await refund('rate_limited').outcome).toMatchObject({ kind: 'retry_later' });
    expect(await query('rate_limited')).toMatchObject({ kind: 'retry_later' });
  });

  test('after the deadline nothing is sent', async () => {
    const { gateway, sent } = refunds.connect('succeeded', noon, order);
    expect(await gateway.refund?.(order, { deadline: noon })).toMatchObject({
      kind: 'unknown',
      reason: 'timeout',
    });
    expect(sent).toHaveLength(0);
  });

  test('a repeat is the same refund with the same facts, under our number', async () => {
    const first = refund('reset');
    await first.outcome;
    const second = refund('succeeded');
    await second.outcome;
    expect(second.sent.at(-1)).toEqual(first.sent.at(-1));
    expect(first.sent.at(-1)?.order).toBe(order.refundId);
  });

  test('amounts survive, out and back', async () => {
    const { currency } = order;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1_000_000_000 }), async (minor) => {
        const amount = { minor, currency };
        const { sent, outcome } = refund('succeeded', { amount });
        expect(await outcome).toMatchObject({ value: { amount } });
        expect(parseAmount(String(sent.at(-1)?.amount), currency)).toEqual(amount);
        expect(await query('succeeded', { amount })).toMatchObject({ value: { amount } });
      }),
      { numRuns: 30 },
    );
  });

  test('no secret stands in an outcome', async () => {
    const moods: RefundMood[] = [...faultNames, 'succeeded', 'refused', 'rate_limited'];
    const outcomes: (Outcome<unknown> | undefined)[] = [];
    for (const mood of moods) outcomes.push(await refund(mood).outcome, await query(mood));
    const seen = inspect(outcomes, { depth: 12, showHidden: true, maxStringLength: null });
    for (const hidden of bench.hidden) expect(seen).not.toContain(hidden);
  });

  describe('its callbacks', () => {
    const said = refundSays({ amount: { minor: 300, currency: order.currency } });
    const read = async (change: Partial<RefundSays> = {}): Promise<Notification | string> => {
      const callback = refunds.callback({ ...said, ...change });
      const reader = await readerFor(bench, callback);
      try {
        return reader.readNotification(callback).notification;
      } catch (error) {
        if (error instanceof CallbackRefused) return error.reason;
        throw error;
      }
    };
    /** How the refund is called, and what is told of it, if it is believed by itself. */
    const named = async (change?: Partial<RefundSays>): Promise<RefundReference> => {
      const notification = await read(change);
      if (typeof notification === 'string') throw new Error(notification);
      if (notification.kind === 'refund') return notification.snapshot;
      if (notification.kind === 'refund_hint') return notification.refund;
      throw new Error(`read as ${notification.kind}`);
    };

    test('name the refund, and what is believed of it', async () => {
      const { refundId, amount } = said;
      const reference = await named();
      const facts = 'state' in reference ? { state: 'succeeded', amount } : {};
      expect(reference).toMatchObject({ refundId, ...facts });
    });

    test('of the console name the provider’s refund, and whose money it was', async () => {
      const reference = await named({ refundId: undefined });
      expect(reference).toMatchObject({ gatewayRefundId: expect.stringMatching(/^\S{6,64}$/) as unknown });
      expect(reference.refundId).toBeUndefined();
      expect(reference.transactionId ?? reference.gatewayTransactionId).toBeDefined();
    });

    test('of strangers, and of others, are refused', async () => {
      expect(await read({ signedBy: 'stranger' })).toBe('not_authentic');
      expect(await read({ signedBy: 'nobody' })).toBe('not_authentic');
      expect(await read({ merchant: 'another' })).toBe('foreign');
    });

    test('every single-bit flip is refused, or changes no decoded field', async () => {
      const { body, headers } = refunds.callback(said);
      const reader = await readerFor(bench, { body, headers });
      const genuine = reader.readNotification({ body, headers }).notification;
      for (let at = 0; at < body.length * 8; at++) {
        const flipped = Buffer.from(body);
        flipped.writeUInt8(flipped.readUInt8(at >> 3) ^ (1 << (at & 7)), at >> 3);
        try {
          expect(reader.readNotification({ body: flipped, headers }).notification).toEqual(genuine);
        } catch (error) {
          if (!(error instanceof CallbackRefused)) throw error;
        }
      }
    });
  });
});

test('there are benches of refunds for every provider that gives money back', () => {
  const giving = everyBench.filter(([, { provider }]) => provider.refunds !== undefined);
  expect(refunding.map(([name]) => name)).toEqual(giving.map(([name]) => name));
});
