import { PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { compilePattern } from '../../../local/aws/event-pattern.ts';
import { startForTests } from './services.ts';
import { until } from './support.ts';

const queue = 'arn:aws:sqs:us-east-1:000000000000:shop';

describe('EventBridge of this machine', () => {
  let machine: Awaited<ReturnType<typeof startForTests>>;
  const sent: { arn: string; event: Record<string, unknown> }[] = [];
  const errors: string[] = [];
  let broken = false;
  beforeAll(async () => {
    const sendToQueue = (arn: string, body: string) => {
      if (broken) return Promise.reject(new Error('no such queue'));
      sent.push({ arn, event: JSON.parse(body) as Record<string, unknown> });
      return Promise.resolve();
    };
    machine = await startForTests({ sendToQueue, onError: (line) => errors.push(line) });
    machine.services.createBus('payments');
  });
  beforeEach(() => {
    broken = false;
    sent.length = 0;
    machine.events.length = 0;
  });
  afterAll(() => machine.stop());

  const paid: PutEventsRequestEntry = {
    EventBusName: 'payments',
    Source: 'payments',
    DetailType: 'payment.paid',
    Detail: JSON.stringify({ id: 'pay_1', version: 2 }),
    Resources: ['pay_1'],
  };
  const put = (...Entries: PutEventsRequestEntry[]) => machine.bus.send(new PutEventsCommand({ Entries }));

  it('hands on events as subscribers get them, in order', async () => {
    const answer = await put(paid, {
      ...paid,
      DetailType: 'payment.refunded',
      Time: new Date('2026-01-02T03:04:05Z'),
    });
    expect(answer.FailedEntryCount).toBe(0);
    expect(machine.events).toEqual([
      {
        version: '0',
        id: answer.Entries?.[0]?.EventId,
        'detail-type': 'payment.paid',
        source: 'payments',
        account: '000000000000',
        time: '2026-07-01T12:00:00Z',
        region: 'us-east-1',
        resources: ['pay_1'],
        detail: { id: 'pay_1', version: 2 },
        bus: 'payments',
      },
      expect.objectContaining({ 'detail-type': 'payment.refunded', time: '2026-01-02T03:04:05Z' }),
    ]);
  });

  it('refuses single entries and takes the others', async () => {
    const answer = await put(
      paid,
      { ...paid, EventBusName: 'nowhere' },
      { ...paid, Detail: '{' },
      { ...paid, Detail: '[]' },
      { ...paid, DetailType: '' },
      { ...paid, Source: undefined },
    );
    expect(answer.FailedEntryCount).toBe(5);
    expect(answer.Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([
      undefined,
      'ResourceNotFoundException',
      'MalformedDetail',
      'MalformedDetail',
      'InvalidArgument',
      'InvalidArgument',
    ]);
    expect(machine.events).toHaveLength(1);
  });

  it('refuses a request that is too large or has too many entries', async () => {
    const large = { ...paid, Detail: JSON.stringify({ text: 'x'.repeat(262_144) }) };
    await expect(put(large)).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(put(...Array.from({ length: 11 }, () => paid))).rejects.toMatchObject({
      name: 'ValidationException',
    });
    expect(machine.events).toHaveLength(0);
  });

  it('sends what a rule asks for to its queues, in order', async () => {
    machine.services.putRule('to-shop', {
      Name: 'to-shop',
      EventBusName: 'payments',
      EventPattern: {
        source: ['payments'],
        'detail-type': [{ prefix: 'payment.' }],
        detail: { id: ['pay_1'] },
      },
      State: 'ENABLED',
      Targets: [
        { Id: 'queue', Arn: queue, DeadLetterConfig: { Arn: queue } },
        { Id: 'log', Arn: 'arn:aws:logs:us-east-1:000000000000:log-group:/events' },
      ],
    });
    await put(
      paid,
      { ...paid, DetailType: 'refund.created' },
      { ...paid, Detail: '{"id":"pay_2"}' },
      { ...paid, EventBusName: 'default' },
      { ...paid, DetailType: 'payment.closed' },
    );
    await until(() => sent.length === 2);
    expect(sent.map(({ arn, event }) => [arn, event['detail-type'], 'bus' in event])).toEqual([
      [queue, 'payment.paid', false],
      [queue, 'payment.closed', false],
    ]);
  });

  it('tells when a queue could not be reached, and goes on', async () => {
    broken = true;
    await put(paid);
    await until(() => errors.length === 1);
    expect(errors).toEqual([`An event did not reach ${queue}: Error: no such queue`]);
  });

  it('names what it does not carry out', () => {
    const rule = { EventPattern: { source: ['payments'] }, Targets: [{ Id: 'queue', Arn: queue }] };
    const put_ = (changes: object) => () => {
      machine.services.putRule('odd', { ...rule, ...changes });
    };
    expect(put_({ ScheduleExpression: 'rate(1 hour)' })).toThrow(
      'Rule odd has the property ScheduleExpression, which this machine does not carry out.',
    );
    expect(put_({ EventPattern: { source: [{ 'anything-but': 'shop' }] } })).toThrow(
      '{"anything-but":"shop"}',
    );
    expect(put_({ Targets: [{ Id: 'x', Arn: 'arn:aws:sns:us-east-1:000000000000:topic' }] })).toThrow(
      'Rule odd sends to arn:aws:sns:us-east-1:000000000000:topic',
    );
    expect(put_({ Targets: [{ Id: 'x', Arn: queue, InputPath: '$.detail' }] })).toThrow(
      'Targets.0.InputPath',
    );
  });
});

describe('an event pattern', () => {
  it.each([
    [{ a: ['x'] }, { a: 'x' }, true],
    [{ a: ['x', 1, null, true] }, { a: null }, true],
    [{ a: ['1'] }, { a: 1 }, false],
    [{ a: ['x'] }, {}, false],
    [{ a: ['x'], b: ['y'] }, { a: 'x' }, false],
    [{ a: ['x'] }, { a: ['w', 'x'] }, true],
    [{ a: { b: [{ prefix: 'pay' }] } }, { a: { b: 'payment' } }, true],
    [{ a: { b: [{ prefix: 'pay' }] } }, { a: { b: 7 } }, false],
    [{ a: { b: ['x'] } }, { a: 'x' }, false],
    [{ toString: ['x'] }, {}, false],
  ])('%j on %j: %s', (pattern, event, matches) => {
    expect(compilePattern(pattern)(event)).toBe(matches);
  });
});
