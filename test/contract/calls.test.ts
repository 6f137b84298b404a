// What every provider's gateway must make of an answer, whatever its language.
import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseAmount, type Money } from '../../lib/domain/money.ts';
import type { Outcome, PrepayRequest } from '../../lib/gateways/gateway.ts';
import { anId, faults, noon, type Fault, type Mood } from './bench.ts';
import { benches } from './benches.ts';

const faultNames = Object.keys(faults) as Fault[];

describe.each(Object.entries(benches))('calls to %s', (_, bench) => {
  const transactionId = anId();
  const request: PrepayRequest = {
    transactionId,
    method: bench.method,
    amount: { minor: 880, currency: 'CNY' },
    subject: '一杯咖啡',
    expiresAt: new Date(noon + 900_000).toISOString(),
    callbackUrl: 'https://pay.example.com/payments/callbacks/X',
  };
  const deadlineOf = (mood: Mood) => ({ deadline: noon + (mood === 'timeout' ? 30 : 5_000) });
  const prepay = (mood: Mood) => bench.connect(mood, noon).gateway.prepay(request, deadlineOf(mood));
  const query = (mood: Mood) =>
    bench.connect(mood, noon).gateway.queryPayment({ transactionId, currency: 'CNY' }, deadlineOf(mood));

  test('a prepay brings the means to pay', async () => {
    expect(await prepay('well')).toMatchObject({
      kind: 'ok',
      value: { prepayInfo: { kind: expect.any(String) } },
    });
  });

  test.each(['not_found', 'pending', 'closed'] as const)('a query tells %s', async (state) => {
    expect(await query(state)).toEqual({ kind: 'ok', value: { state, transactionId } });
  });

  test('a query tells paid, with amount and time', async () => {
    expect(await query('paid')).toMatchObject({
      kind: 'ok',
      value: { state: 'paid', transactionId, amount: request.amount, paidAt: new Date(noon).toISOString() },
    });
  });

  test.each(faultNames)('%s: unknown, and sent once', async (fault) => {
    const unknown = { kind: 'unknown', reason: faults[fault] };
    expect(await query(fault)).toMatchObject(unknown);
    const { gateway, sent } = bench.connect(fault, noon);
    expect(await gateway.prepay(request, deadlineOf(fault))).toMatchObject(unknown);
    expect(sent).toHaveLength(1);
  });

  test('a documented refusal is declined with a name of ours and the word of theirs', async () => {
    const declined = await prepay('declined');
    expect(declined).toMatchObject({ kind: 'declined', code: 'misconfigured' });
    expect(declined).toHaveProperty('channelCode', expect.stringMatching(/\S/));
  });

  test('too many calls: later', async () => {
    expect(await prepay('rate_limited')).toMatchObject({ kind: 'retry_later' });
    expect(await query('rate_limited')).toMatchObject({ kind: 'retry_later' });
  });

  test('after the deadline nothing is sent', async () => {
    const { gateway, sent } = bench.connect('well', noon);
    const outcome = await gateway.prepay(request, { deadline: noon });
    expect(outcome).toMatchObject({ kind: 'unknown', reason: 'timeout' });
    expect(sent).toHaveLength(0);
  });

  test('a repeat is the same order with the same facts', async () => {
    const first = bench.connect('reset', noon);
    await first.gateway.prepay(request, deadlineOf('reset'));
    const later = bench.connect('well', noon + 60_000);
    await later.gateway.prepay(request, { deadline: noon + 65_000 });
    expect(later.sent).toEqual(first.sent);
    expect(later.sent[0]?.order).toBe(transactionId);
  });

  test('amounts survive, out and back', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 10_000_000_000 }), async (minor) => {
        const amount: Money = { minor, currency: 'CNY' };
        const { gateway, sent } = bench.connect('paid', noon, amount);
        await gateway.prepay({ ...request, amount }, deadlineOf('paid'));
        expect(parseAmount(String(sent[0]?.amount), 'CNY')).toEqual(amount);
        const told = await gateway.queryPayment({ transactionId, currency: 'CNY' }, deadlineOf('paid'));
        expect(told).toMatchObject({ value: { amount } });
      }),
      { numRuns: 50 },
    );
  });

  test('no secret stands in an outcome', async () => {
    const moods: Mood[] = [...faultNames, 'well', 'paid', 'declined', 'rate_limited'];
    const outcomes: Outcome<unknown>[] = [];
    for (const mood of moods) outcomes.push(await prepay(mood), await query(mood));
    const seen = inspect(outcomes, { depth: 12, showHidden: true, maxStringLength: null });
    for (const hidden of bench.hidden) expect(seen).not.toContain(hidden);
  });
});
