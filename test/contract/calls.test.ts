// What every provider's gateway must make of an answer, whatever its language.
import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseAmount, type Money } from '../../lib/domain/money.ts';
import type { Outcome, PaymentQuery, PrepayRequest, Signer } from '../../lib/gateways/gateway.ts';
import { anId, currencyOf, faults, noon, numberOf, type Fault, type Mood } from './bench.ts';
import { everyBench } from './benches.ts';

const allFaults = Object.keys(faults) as Fault[];

describe.each(everyBench)('calls to %s', (_, bench) => {
  const transactionId = anId();
  const currency = currencyOf(bench);
  const number = numberOf(bench, transactionId);
  const faultNames = allFaults.filter((name) => !bench.signsNoAnswers || faults[name] !== 'bad_signature');
  const request: PrepayRequest = {
    transactionId,
    method: bench.method,
    amount: { minor: 880, currency },
    subject: '一杯咖啡',
    expiresAt: new Date(noon + 900_000).toISOString(),
    callbackUrl: 'https://pay.example.com/payments/callbacks/X',
    returnUrl: 'https://pay.example.com/payments/returns/X',
    payer: { openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o', clientIp: '203.0.113.9' },
  };
  const ofOrder = { transactionId, currency, ...number };
  const deadlineOf = (mood: Mood) => ({ deadline: noon + (mood === 'timeout' ? 30 : 5_000) });
  const prepay = (mood: Mood) => bench.connect(mood, noon).gateway.prepay(request, deadlineOf(mood));
  const query = (mood: Mood, of: PaymentQuery = ofOrder) =>
    bench.connect(mood, noon).gateway.queryPayment(of, deadlineOf(mood));
  const close = (mood: Mood, of: PaymentQuery = ofOrder) =>
    bench.connect(mood, noon).gateway.closePayment(of, deadlineOf(mood));
  /** What the provider may truly not know: one that it numbered is asked for without that number. */
  const unheardOf: PaymentQuery = bench.forgetsNothing ? { transactionId, currency } : ofOrder;

  test('a prepay brings the means to pay', async () => {
    expect(await prepay('well')).toMatchObject({
      kind: 'ok',
      value: { prepayInfo: { kind: expect.any(String) }, ...number },
    });
  });

  test.each(['pending', 'closed'] as const)('a query tells %s', async (state) => {
    expect(await query(state)).toEqual({ kind: 'ok', value: { state, transactionId, ...number } });
  });

  test('a query tells not_found', async () => {
    const named = bench.forgetsNothing ? {} : number;
    const value = { state: 'not_found', transactionId, ...named };
    expect(await query('not_found', unheardOf)).toEqual({ kind: 'ok', value });
  });

  if (bench.forgetsNothing)
    test('a number that it gave and does not know: unknown, and nothing was closed', async () => {
      const unknown = { kind: 'unknown', reason: 'unlisted_code' };
      expect(await query('not_found')).toMatchObject(unknown);
      expect(await close('not_found')).toMatchObject(unknown);
    });

  test('a query tells paid, with amount and time', async () => {
    expect(await query('paid')).toMatchObject({
      kind: 'ok',
      value: {
        state: 'paid',
        transactionId,
        amount: request.amount,
        paidAt: new Date(noon).toISOString(),
        ...number,
      },
    });
  });

  test('a closing is the channel’s word, or there was nothing to close', async () => {
    expect(await close('well')).toEqual({ kind: 'ok', value: 'closed' });
    expect(await close('not_found', unheardOf)).toEqual({ kind: 'ok', value: 'not_found' });
  });

  test.each(faultNames)('%s: unknown, and sent once', async (fault) => {
    const unknown = { kind: 'unknown', reason: faults[fault] };
    expect(await query(fault)).toMatchObject(unknown);
    expect(await close(fault)).toMatchObject(unknown);
    const { gateway, sent } = bench.connect(fault, noon);
    expect(await gateway.prepay(request, deadlineOf(fault))).toMatchObject(unknown);
    expect(sent).toHaveLength(1);
  });

  test('a documented refusal is declined with a name of ours and the word of theirs', async () => {
    for (const declined of [await prepay('declined'), await close('declined')]) {
      expect(declined).toMatchObject({ kind: 'declined', code: 'misconfigured' });
      expect(declined).toHaveProperty('channelCode', expect.stringMatching(/\S/));
    }
  });

  test('too many calls: later', async () => {
    expect(await prepay('rate_limited')).toMatchObject({ kind: 'retry_later' });
    expect(await query('rate_limited')).toMatchObject({ kind: 'retry_later' });
    expect(await close('rate_limited')).toMatchObject({ kind: 'retry_later' });
  });

  test('after the deadline nothing is sent', async () => {
    const { gateway, sent } = bench.connect('well', noon);
    const outcome = await gateway.prepay(request, { deadline: noon });
    expect(outcome).toMatchObject({ kind: 'unknown', reason: 'timeout' });
    expect(sent).toHaveLength(0);
  });

  const { signer } = bench;
  if (signer)
    describe.each(Object.keys(bench.provider.methods))('the key is out of the house: %s', (method) => {
      const connected = (mine: Signer) => bench.connect('well', noon, undefined, mine);
      const deadline = deadlineOf('well');

      test('without a secret in memory it is as with one', async () => {
        const away = connected({ keyId: 'away', sign: (text) => signer.sign(text) });
        const asked = await away.gateway.prepay({ ...request, method }, deadline);
        expect(asked).toMatchObject({ kind: 'ok' });
        const { gateway } = bench.connect('well', noon);
        expect(asked).toEqual(await gateway.prepay({ ...request, method }, deadline));
      });

      test('it cannot be reached: later, and nothing was sent', async () => {
        const cause = new Error('KMSInternalException');
        const { gateway, sent } = connected({ keyId: 'away', sign: () => Promise.reject(cause) });
        const later = {
          kind: 'retry_later',
          channelCode: 'signer',
          message: expect.any(String) as unknown,
          cause,
        };
        expect(await gateway.prepay({ ...request, method }, deadline)).toEqual(later);
        expect(await gateway.queryPayment(ofOrder, deadline)).toEqual(later);
        expect(await gateway.closePayment(ofOrder, deadline)).toEqual(later);
        expect(sent).toEqual([]);
      });
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
        const amount: Money = { minor, currency };
        const { gateway, sent } = bench.connect('paid', noon, amount);
        await gateway.prepay({ ...request, amount }, deadlineOf('paid'));
        expect(parseAmount(String(sent[0]?.amount), currency)).toEqual(amount);
        const told = await gateway.queryPayment(ofOrder, deadlineOf('paid'));
        expect(told).toMatchObject({ value: { amount } });
      }),
      { numRuns: 50 },
    );
  });

  test('no secret stands in an outcome', async () => {
    const moods: Mood[] = [...faultNames, 'well', 'paid', 'declined', 'rate_limited'];
    const outcomes: Outcome<unknown>[] = [];
    for (const mood of moods) outcomes.push(await prepay(mood), await query(mood), await close(mood));
    const seen = inspect(outcomes, { depth: 12, showHidden: true, maxStringLength: null });
    for (const hidden of bench.hidden) expect(seen).not.toContain(hidden);
  });
});
