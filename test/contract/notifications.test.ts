// What every provider's reader of callbacks must do, whatever its language.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CallbackRefused, type Callback, type Notification } from '../../lib/gateways/gateway.ts';
import { anId, noon, numberOf, readerFor, says } from './bench.ts';
import { everyBench } from './benches.ts';

const day = 86_400_000;

describe.each(everyBench)('notifications of %s', (_, bench) => {
  const { provider, config } = bench;

  const refusal = async (callback: Callback, now?: number): Promise<string> => {
    const reader = await readerFor(bench, callback, { ...(now !== undefined && { now }) });
    try {
      return `read as ${JSON.stringify(reader.readNotification(callback))}`;
    } catch (error) {
      if (error instanceof CallbackRefused) return error.reason;
      throw error;
    }
  };
  const read = async (callback: Callback): Promise<Notification> =>
    (await readerFor(bench, callback)).readNotification(callback).notification;

  if (bench.hints)
    test('a genuine hint names the payment, its order and itself, and no money', async () => {
      const { transactionId, ...said } = says();
      const hint: unknown = {
        kind: 'hint',
        what: expect.stringMatching(/^\S{1,64}$/),
        noticeId: expect.stringMatching(/^\S{6,64}$/),
        transactionId,
        ...numberOf(bench, transactionId),
      };
      expect(await read(bench.callback({ transactionId, ...said }))).toEqual(hint);
    });
  else
    test('a genuine payment reads right', async () => {
      const said = says();
      expect(await read(bench.callback(said))).toEqual({
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

  test('said in any other form of the provider, it reads the same, and a stranger is no less a stranger', async () => {
    const said = says();
    const genuine = await read(bench.callback(said));
    for (const variant of bench.variants(said)) expect(await read(variant)).toEqual(genuine);
    for (const variant of bench.variants({ ...said, signedBy: 'stranger' }))
      expect(await refusal(variant)).toBe('not_authentic');
  });

  test('the key that proved it is named', async () => {
    const callback = bench.callback(says());
    const reader = await readerFor(bench, callback);
    expect(reader.readNotification(callback).keyVersion).toMatch(/^\S{6,64}$/);
  });

  if (!bench.tellsNoClosing)
    test('a closed order reads as closed', async () => {
      const said = says({ news: 'closed' });
      const { transactionId } = said;
      const snapshot = { state: 'closed', transactionId, ...numberOf(bench, transactionId) };
      expect(await read(bench.callback(said))).toEqual({ kind: 'payment', snapshot });
    });

  test('every single-bit flip is refused, or changes no decoded field', async () => {
    const { body, headers } = bench.callback(says());
    const genuine = await read({ body, headers });
    const once = await readerFor(bench, { body, headers });
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

  test('what is kept of a callback proves it anew', async () => {
    const { body, headers } = bench.callback(says());
    const once = await readerFor(bench, { body, headers });
    const { proofHeaders = [] } = once;
    const kept = Object.fromEntries(proofHeaders.map((name) => [name, headers[name] ?? []]));
    expect(once.readNotification({ body, headers: kept })).toEqual(once.readNotification({ body, headers }));
  });

  test('a cut body is refused at every length', async () => {
    const { body, headers } = bench.callback(says());
    const once = await readerFor(bench, { body, headers });
    for (let length = 0; length < body.length; length++)
      expect(() => once.readNotification({ body: body.subarray(0, length), headers })).toThrow(
        CallbackRefused,
      );
  });

  test.each(['nobody', 'stranger'] as const)('signed by %s: not authentic', async (signedBy) => {
    expect(await refusal(bench.callback(says({ signedBy })))).toBe('not_authentic');
  });

  test('of old or of the future: not authentic', async () => {
    const callback = bench.callback(says());
    expect(await refusal(callback, noon + 30 * day)).toBe('not_authentic');
    expect(await refusal(callback, noon - day)).toBe('not_authentic');
  });

  test('for another merchant: foreign', async () => {
    expect(await refusal(bench.callback(says({ merchant: 'another' })))).toBe('foreign');
  });

  test.each(['unrelated', 'unlisted_status'] as const)('%s: told, never guessed', async (news) => {
    expect(['ignored', 'unrecognised']).toContain((await read(bench.callback(says({ news })))).kind);
  });

  // A hint holds no money that could be read wrong.
  if (!bench.hints)
    test('amounts survive', async () => {
      const once = await readerFor(bench, bench.callback(says()));
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 10_000_000_000 }), (minor) => {
          const said = says({ transactionId: anId(), amount: { minor, currency: 'CNY' } });
          const { notification } = once.readNotification(bench.callback(said));
          expect(notification).toMatchObject({ snapshot: { amount: said.amount } });
        }),
      );
    });

  test('whatever comes is refused in words of ours', async () => {
    const once = await readerFor(bench, bench.callback(says()));
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

  test('the acknowledgement is exact', async () => {
    const reader = await readerFor(bench, bench.callback(says()));
    expect(reader.acknowledge('accepted')).toEqual(bench.acknowledgements.accepted);
    expect(reader.acknowledge('refused')).toEqual(bench.acknowledgements.refused);
  });
});
