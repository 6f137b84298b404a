import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { published, publishEvents } from '../../functions/publish-events/publish-events.ts';
import { putEvents, type BusEvent } from '../../lib/messaging/events.ts';
import { paymentEvent, type PaymentEvent } from '../../lib/store/events.ts';
import { aPayment, at } from '../domain/samples.ts';

const cause = { actor: 'shop', reason: 'asked to collect' };

function events(count: number): PaymentEvent[] {
  return Array.from({ length: count }, (_, n) =>
    paymentEvent(
      { name: 'payment.created', cause, before: undefined, after: aPayment({ version: n + 1 }) },
      '',
    ),
  );
}

/** A bus that takes all but the events of these places, counted over all batches. */
function bus(...refused: readonly number[]) {
  const batches: number[] = [];
  let seen = 0;
  const put = (batch: readonly BusEvent[]) => {
    batches.push(batch.length);
    return Promise.resolve(batch.map(() => !refused.includes(seen++)));
  };
  return { put, batches };
}

describe('publishing', () => {
  it.each([
    [0, []],
    [1, [1]],
    [10, [10]],
    [25, [10, 10, 5]],
  ])('%i events takes batches of %j', async (count, batches) => {
    const all = bus();
    expect(await publishEvents(all.put, events(count))).toBe(count);
    expect(all.batches).toEqual(batches);
  });

  it.each([
    [0, [10]],
    [7, [10]],
    [13, [10, 10]],
    [24, [10, 10, 5]],
  ])('stops where event %i was not taken: it and what follows come again', async (place, batches) => {
    const some = bus(place);
    expect(await publishEvents(some.put, events(25))).toBe(place);
    expect(some.batches).toEqual(batches);
  });

  it('counts up to the first of several that were not taken', async () => {
    expect(await publishEvents(bus(4, 2, 8).put, events(9))).toBe(2);
  });

  it('fails as a whole when the bus cannot be reached', async () => {
    const down = () => Promise.reject(new Error('no bus'));
    await expect(publishEvents(down, events(3))).rejects.toThrow('no bus');
  });
});

describe('a published event', () => {
  const payment = aPayment({
    version: 3,
    status: 'PENDING_PAYMENT',
    prepayInfo: { kind: 'qr_code', qr_code: 'https://secret-qr' },
    anomaly: {
      kind: 'UNDERPAID',
      foundAt: at,
      paidAt: '2026-11-22T08:00:00.000Z',
      amount: { minor: 1, currency: 'CNY' },
      gatewayTransactionId: 'gw',
    },
  });
  const event = paymentEvent({ name: 'payment.anomaly_found', cause, before: payment, after: payment }, 'h');

  it('has one id for ever, and decimal amounts, and never the means to pay', () => {
    const { name, detail } = published(event);
    expect(name).toBe('payment.anomaly_found');
    expect(detail).toMatchObject({
      id: `${payment.transactionId}/3`,
      version: 3,
      occurred_at: at,
      data: {
        transaction_id: payment.transactionId,
        amount_requested: '8.80',
        currency: 'CNY',
        anomaly: { kind: 'UNDERPAID', amount: '0.01', currency: 'CNY' },
      },
    });
    expect(JSON.stringify(detail)).not.toContain('secret-qr');
    expect(published(event)).toEqual(published(event));
  });

  it('goes to the bus as it is, and each is told apart from its neighbour that failed', async () => {
    const client = mockClient(EventBridgeClient);
    client
      .on(PutEventsCommand)
      .resolves({ FailedEntryCount: 1, Entries: [{ EventId: '1' }, { ErrorCode: 'X' }] });
    const two = [published(event), published(event)];
    expect(await putEvents(new EventBridgeClient({}), 'payments', two)).toEqual([true, false]);
    expect(client.commandCalls(PutEventsCommand)[0]?.args[0].input.Entries?.[0]).toEqual({
      EventBusName: 'payments',
      Source: 'payments',
      DetailType: 'payment.anomaly_found',
      Time: new Date(at),
      Detail: JSON.stringify(two[0]?.detail),
    });
    client.restore();
  });
});
