import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PaymentError } from '../../lib/domain/errors.ts';
import { refundIdOf } from '../../lib/domain/ids.ts';
import type { RefundSnapshot } from '../../lib/domain/refund.ts';
import { createPayment } from '../../lib/store/payments.ts';
import { aPayment } from '../domain/samples.ts';
import { cause, failed, paymentNow, paidOne, refundNow, say, succeeded } from '../flows/refunding.ts';
import { startDatabase, type Database } from '../store/database.ts';
import { refundOne, says, type Refunding } from './refunding.ts';

let database: Database;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

const hint = ({ refund }: Refunding) => ({ refundId: refund.refundId, hinted: true }) as const;

describe('a refund that is due', () => {
  it('has its next workflow begun, and is found again if that does not wake', async () => {
    const one = await refundOne(database, {});
    expect(await one.sync()).toMatchObject({ kind: 'begun', run: 2 });
    expect(one.begun).toEqual([`${one.refund.refundId}-2`]);
    const { refund } = await one.now();
    expect(refund).toMatchObject({ run: 2, dueAt: new Date(one.clock.now() + 600_000).toISOString() });
    expect(await one.step('submit', 1)).toEqual({ next: 'end', waitSeconds: 0 });
  });

  it('is one workflow’s, however many messages come at once', async () => {
    const one = await refundOne(database, { refund: [says.state('succeeded')] });
    await Promise.all(Array.from({ length: 5 }, () => one.sync()));
    const { run } = (await one.now()).refund;
    for (let each = 1; each < run; each++)
      expect(await one.step('submit', each)).toEqual({ next: 'end', waitSeconds: 0 });
    expect(one.begun).toContain(`${one.refund.refundId}-${run}`);
    expect(new Set(one.begun).size).toBe(one.begun.length);
  });

  it('whose workflow could not be begun is found due again', async () => {
    const one = await refundOne(database, {}, { start: new Error('throttled') });
    await expect(one.sync()).rejects.toThrow('throttled');
    expect((await one.now()).refund).toMatchObject({ status: 'PENDING', run: 2, dueAt: expect.any(String) });
  });

  it('and is over by now is left alone; so is one that is not there', async () => {
    const one = await refundOne(database, {});
    await say(database, succeeded(one.refund));
    expect(await one.sync()).toEqual({ kind: 'nothing_due' });
    const refundId = refundIdOf(one.payment.transactionId, 7);
    expect(await one.sync({ refundId })).toEqual({ kind: 'nothing_due' });
    expect(one.begun).toEqual([]);
  });

  it.each(['BALANCE', 'OFFLINE'] as const)(
    'by %s has no workflow: its owner is reminded every day',
    async (refundMethod) => {
      const one = await refundOne(database, {}, { refundMethod });
      expect(await one.sync()).toMatchObject({ kind: 'unconfirmed' });
      const { refund } = await one.now();
      expect(refund).toMatchObject({ status: 'PENDING', run: 0 });
      expect(Date.parse(refund.dueAt ?? '')).toBeGreaterThan(one.clock.now() + 86_000_000);
      expect(one.begun).toEqual([]);
    },
  );
});

describe('a refund that its channel hints at', () => {
  it('is asked for at once, whoever has it in hand', async () => {
    const one = await refundOne(database, { query: [says.state('succeeded')] });
    expect(await one.sync(hint(one))).toMatchObject({ kind: 'asked', told: { kind: 'settled' } });
    expect((await one.now()).refund).toMatchObject({ status: 'SUCCESS', run: 1 });
  });

  it('after its success is asked for too: it may have come back', async () => {
    const one = await refundOne(database, { query: [says.failed] });
    await say(database, succeeded(one.refund));
    await one.sync(hint(one));
    expect((await one.now()).refund.status).toBe('FAILED');
    expect((await one.now()).payment.status).toBe('PAID_SUCCESS');
  });

  it('after its success is not forgotten where the channel does not show it: it may have come back', async () => {
    const one = await refundOne(database, { query: [says.none] });
    await say(database, succeeded(one.refund));
    await expect(one.sync(hint(one))).rejects.toThrow('does not say');
    expect((await one.now()).refund.status).toBe('SUCCESS');
  });

  it('after its success, or open, is heard where the channel shows it and not what became of it', async () => {
    for (const word of [succeeded, undefined]) {
      const one = await refundOne(database, { query: [says.inconclusive] });
      if (word) await say(database, word(one.refund));
      expect(await one.sync(hint(one))).toMatchObject({ kind: 'asked', told: { kind: 'settled' } });
    }
  });

  it('after its failure is not forgotten until the channel says what became of it: it may have gone', async () => {
    const one = await refundOne(database, { query: [says.inconclusive, says.state('succeeded')] });
    await say(database, failed(one.refund));
    await expect(one.sync(hint(one))).rejects.toThrow('does not say');
    expect((await one.now()).refund.status).toBe('FAILED');
    await one.sync(hint(one));
    expect((await one.now()).refund.status).toBe('SUCCESS');
  });

  it('changes nothing while the channel does not say, or cannot be asked', async () => {
    const silent = await refundOne(database, { query: [says.timeout] });
    expect(await silent.sync(hint(silent))).toMatchObject({ told: { kind: 'unknown', reason: 'timeout' } });
    const connect = new PaymentError('CHANNEL_MISCONFIGURED');
    const none = await refundOne(database, { connect });
    expect(await none.sync(hint(none))).toMatchObject({ told: { reason: 'CHANNEL_MISCONFIGURED' } });
    for (const one of [silent, none]) expect((await one.now()).refund).toEqual(one.refund);
  });
});

describe('a refund of the console that its channel hints at', () => {
  const told = (gatewayTransactionId = '', state = 'succeeded') =>
    ({
      kind: 'ok',
      value: {
        state,
        gatewayRefundId: 'console-1',
        gatewayTransactionId,
        amount: { minor: 200, currency: 'CNY' },
      },
    }) as {
      kind: 'ok';
      value: RefundSnapshot;
    };
  const about = ({ payment }: Refunding, gatewayRefundId: string) => ({
    ...{ transactionId: payment.transactionId, gatewayRefundId },
  });

  it('is looked up by the provider’s number, and written down once', async () => {
    const one = await refundOne(database, { query: [() => told(one.payment.gatewayTransactionId)] });
    for (let i = 0; i < 2; i++) await one.sync(about(one, 'console-1'));
    expect(one.queries[0]).toMatchObject({ gatewayRefundId: 'console-1' });
    expect((await one.now()).payment).toMatchObject({
      ...{
        refunds: 2,
        amountRefunded: { minor: 200 },
        amountReserved: { minor: 300 },
        status: 'REFUND_PARTIAL',
      },
    });
  });

  it('is not forgotten while the channel does not say', async () => {
    const one = await refundOne(database, { query: [says.timeout] });
    await expect(one.sync(about(one, 'console-2'))).rejects.toThrow('does not say');
  });

  it('is not forgotten where the channel does not show it yet, or its payment is not there', async () => {
    const one = await refundOne(database, { query: [says.none] });
    await expect(one.sync(about(one, 'console-3'))).rejects.toThrow('does not show');
    const strange = { ...about(one, 'console-4'), transactionId: 'pay_01h455vb4pex5vsknk084sn02q' } as const;
    await expect(one.sync(strange)).rejects.toThrow('is not there');
  });

  it('before its payment is known as paid is not forgotten', async () => {
    const one = await refundOne(database, { query: [() => told('gw-unpaid')] });
    const unpaid = aPayment({ payee: one.payment.payee });
    await createPayment(database.tables(), unpaid, cause, undefined, 0);
    const { transactionId } = unpaid;
    const message = { transactionId, gatewayRefundId: 'console-1', gatewayTransactionId: 'gw-unpaid' };
    await expect(one.sync(message)).rejects.toThrow('no_such_payment');
  });

  it('and is under way for more than 30 days calls somebody, and is asked for on', async () => {
    const payment = await paidOne(database);
    const word = { ...told(payment.gatewayTransactionId, 'processing').value, gatewayRefundId: 'console-6' };
    await say(database, word);
    const refundId = refundIdOf(payment.transactionId, 0);
    const one = await refundOne(database, {
      query: [() => ({ kind: 'ok', value: word })],
      payee: payment.payee,
    });
    expect(await one.sync({ refundId })).not.toHaveProperty('overdue');
    one.clock.time += 31 * 86_400_000;
    expect(await one.sync({ refundId })).toMatchObject({ kind: 'asked', overdue: true });
    expect(await refundNow(database, { refundId })).toMatchObject({ status: 'PROCESSING' });
  });

  it('and was under way is asked for every day, and never sent', async () => {
    const payment = await paidOne(database);
    const word = told(payment.gatewayTransactionId, 'processing').value;
    await say(database, { ...word, gatewayRefundId: 'console-5' });
    const made = await refundNow(database, { refundId: refundIdOf(payment.transactionId, 0) });
    const one = await refundOne(database, {
      query: [() => ({ kind: 'ok', value: { ...word, state: 'succeeded', gatewayRefundId: 'console-5' } })],
      payee: payment.payee,
    });
    await one.sync({ refundId: made.refundId });
    expect(one.begun).toEqual([]);
    const [query] = one.queries;
    expect(query).toMatchObject({ gatewayRefundId: 'console-5' });
    expect(query?.refundId).toBeUndefined();
    expect(await paymentNow(database, payment)).toMatchObject({ amountRefunded: { minor: 200 } });
  });
});
