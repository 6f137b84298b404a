// Money that came late or twice, and goes back twice over: by our policy, and by somebody at the provider's console.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { money } from '../../lib/domain/money.ts';
import type { Payment } from '../../lib/domain/payment.ts';
import type { RefundSnapshot } from '../../lib/domain/refund.ts';
import { startDatabase, type Database } from '../store/database.ts';
import { failed, say } from './refunding.ts';
import { held } from './decisions.ts';
import { straying, strayOf, type Straying } from './straying.ts';

let database: Database;
let on: Straying;
beforeAll(async () => {
  database = await startDatabase();
  on = straying(database);
});
afterAll(() => database.stop());

const minor = (amount: number) => ({ minor: amount, currency: 'CNY' });
const late = () => on.closed();
const twice = () => on.paid();

describe.each([
  ['late', late],
  ['double', twice],
])('%s money that somebody gives back at the console', (_, make) => {
  const external = (payment: Payment, changes: object = {}) =>
    ({
      ...{ state: 'succeeded', gatewayRefundId: `console-${payment.transactionId}` },
      ...{ gatewayTransactionId: strayOf(payment), transactionId: payment.transactionId },
      ...{ amount: money(880, 'CNY'), ...changes },
    }) as RefundSnapshot;

  /** The provider makes no refund of what is gone. */
  async function refuseOurs(payment: Payment): Promise<void> {
    for (const each of await on.refunds(payment))
      if (each.origin === 'SYSTEM') await say(database, failed(each));
  }

  async function expectGoneOnce(payment: Payment): Promise<void> {
    const done = (await on.refunds(payment)).filter(({ status }) => status === 'SUCCESS');
    expect(done).toMatchObject([{ origin: 'EXTERNAL', amountRefunded: minor(880) }]);
    const now = await on.now(payment);
    expect(now.anomaly?.resolution).toMatchObject({ action: 'refund', refundId: done[0]?.refundId });
    expect((await on.lock(payment))?.underReview).toBeUndefined();
    expect([now.amountReserved, now.amountRefunded]).toEqual([undefined, undefined]);
  }

  it('before the policy does: the policy does not', async () => {
    const payment = await make();
    await on.stray(payment, {}, held);
    await say(database, external(payment));
    await on.stray(payment);
    expect(await on.refunds(payment)).toMatchObject([{ origin: 'EXTERNAL' }]);
    await expectGoneOnce(payment);
  });

  it('after the policy has: ours is refused, and the money is not looked for', async () => {
    const payment = await make();
    await on.stray(payment);
    await say(database, external(payment, { state: 'processing' }));
    await say(database, external(payment));
    await refuseOurs(payment);
    await expectGoneOnce(payment);
    await on.stray(payment);
    expect(await on.refunds(payment)).toHaveLength(2);
  });

  it('at the same time, whoever is first: it is gone once, and nobody looks for it', async () => {
    for (let round = 1; round <= 6; round++) {
      const payment = await make();
      await on.stray(payment, {}, held);
      const acts = [() => say(database, external(payment)), () => on.stray(payment)];
      await Promise.all((round % 2 ? acts : acts.reverse()).map((act) => act()));
      await refuseOurs(payment);
      await expectGoneOnce(payment);
    }
  });

  it('in part: what is left waits for a person once ours is refused', async () => {
    const payment = await make();
    await on.stray(payment);
    await say(database, external(payment, { amount: money(100, 'CNY') }));
    await refuseOurs(payment);
    expect((await on.now(payment)).anomaly?.resolution).toBeUndefined();
    expect((await on.lock(payment))?.underReview).toEqual(new Set([payment.transactionId]));
    const gone = (await on.refunds(payment)).filter(({ status }) => status === 'SUCCESS');
    expect(gone).toMatchObject([{ amountRefunded: minor(100) }]);
  });
});
