// What every provider's reader of callbacks must do, whatever its language.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CallbackRefused, type Callback, type Notification } from '../../lib/gateways/gateway.ts';
import { anId, noon, says, setting } from './bench.ts';
import { everyBench } from './benches.ts';

const day = 86_400_000;

describe.each(everyBench)('notifications of %s', (_, bench) => {
  const { provider, config } = bench;
  const reader = (now: number = noon) =>
    provider.reader(
      { ...config, ...setting },
      { now: () => now, fetch: () => Promise.reject(new Error('a reader calls nobody')) },
      bench.proofs,
    );

  const refusal = (callback: Callback, now?: number): string => {
    try {
      return `read as ${JSON.stringify(reader(now).readNotification(callback))}`;
    } catch (error) {
      if (error instanceof CallbackRefused) return error.reason;
      throw error;
    }
  };
  const read = (callback: Callback): Notification => reader().readNotification(callback).notification;

  test('a genuine payment reads right', () => {
    const said = says();
    expect(read(bench.callback(said))).toEqual({
      kind: 'payment',
      snapshot: expect.objectContaining({
        state: 'paid',
        transactionId: said.transactionId,
        amount: said.amount,
        paidAt: new Date(noon).toISOString(),
        payee: provider.payee(config),
        gatewayTransactionId: expect.stringMatching(/^\S{6,64}$/) as unknown,
      }) as unknown,
    });
  });

  test('said in any other form of the provider, it reads the same, and a stranger is no less a stranger', () => {
    const said = says();
    const genuine = read(bench.callback(said));
    for (const variant of bench.variants(said)) expect(read(variant)).toEqual(genuine);
    for (const variant of bench.variants({ ...said, signedBy: 'stranger' }))
      expect(refusal(variant)).toBe('not_authentic');
  });

  test('the key that proved it is named', () => {
    expect(reader().readNotification(bench.callback(says())).keyVersion).toMatch(/^\S{6,64}$/);
  });

  if (!bench.tellsNoClosing)
    test('a closed order reads as closed', () => {
      const said = says({ news: 'closed' });
      const { gatewayOrderId } = bench;
      const snapshot = { state: 'closed', transactionId: said.transactionId, gatewayOrderId };
      expect(read(bench.callback(said))).toEqual({ kind: 'payment', snapshot });
    });

  test('every single-bit flip is refused, or changes no decoded field', () => {
    const { body, headers } = bench.callback(says());
    const genuine = read({ body, headers });
    const once = reader();
    let harmless = 0;
    for (let at = 0; at < body.length * 8; at++) {
      const flipped = Buffer.from(body);
      flipped.writeUInt8(flipped.readUInt8(at >> 3) ^ (1 << (at & 7)), at >> 3);
      try {
        expect(once.readNotification({ body: flipped, headers }).notification).toEqual(genuine);
        harmless++;
      } catch (error) {
        if (!(error instanceof CallbackRefused)) throw error;
      }
    }
    expect(harmless).toBe(bench.harmlessFlips(body));
  });

  test('a cut body is refused at every length', () => {
    const { body, headers } = bench.callback(says());
    const once = reader();
    for (let length = 0; length < body.length; length++)
      expect(() => once.readNotification({ body: body.subarray(0, length), headers })).toThrow(
        CallbackRefused,
      );
  });

  test.each(['nobody', 'stranger'] as const)('signed by %s: not authentic', (signedBy) => {
    expect(refusal(bench.callback(says({ signedBy })))).toBe('not_authentic');
  });

  test('of old or of the future: not authentic', () => {
    const callback = bench.callback(says());
    expect(refusal(callback, noon + 30 * day)).toBe('not_authentic');
    expect(refusal(callback, noon - day)).toBe('not_authentic');
  });

  test('for another merchant: foreign', () => {
    expect(refusal(bench.callback(says({ merchant: 'another' })))).toBe('foreign');
  });

  test.each(['unrelated', 'unlisted_status'] as const)('%s: told, never guessed', (news) => {
    expect(['ignored', 'unrecognised']).toContain(read(bench.callback(says({ news }))).kind);
  });

  test('amounts survive', () => {
    const once = reader();
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000_000_000 }), (minor) => {
        const said = says({ transactionId: anId(), amount: { minor, currency: 'CNY' } });
        const { notification } = once.readNotification(bench.callback(said));
        expect(notification).toMatchObject({ snapshot: { amount: said.amount } });
      }),
    );
  });

  test('whatever comes is refused in words of ours', () => {
    const once = reader();
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 300 }),
          fc.webQueryParameters().map((text) => Buffer.from(text)),
        ),
        (body) => {
          expect(() => once.readNotification({ body, headers: {} })).toThrow(CallbackRefused);
        },
      ),
    );
  });

  test('the acknowledgement is exact', () => {
    expect(reader().acknowledge('accepted')).toEqual(bench.acknowledgements.accepted);
    expect(reader().acknowledge('refused')).toEqual(bench.acknowledgements.refused);
  });
});
