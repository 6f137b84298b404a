// What a payer has agreed to, and nobody has taken: it is taken before the agreement ends, or never. And money that is
// taken and does not arrive at once: the payment is paid when it arrives, and not before. @see SPEC R4.7
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { expectAgreement } from './agree.ts';
import { answers, charges, expectFree, gone } from './capturing.ts';
import { oneOfEach, orderOf } from './products.ts';
import { bootPatience, startService, type Service } from './service.ts';
import { close, pay, read, shown, untilStatus } from './shop.ts';

let service: Service;

beforeAll(async () => {
  service = await startService();
}, bootPatience);

afterAll(() => service.stop());

afterEach(() => service.gateway('/faults', undefined, 'DELETE'));

const captured = oneOfEach.filter(({ isCaptured }) => isCaptured);
const advance = (span: string) => service.control('/clock', { advance: span });

const loseCallbacks = (transaction_id: string) =>
  service.gateway('/faults', { transaction_id, callback: { kind: 'payment', fault: 'lost' } });
const failCalls = (transaction_id: string, operation: 'query' | 'capture', fault: string, times = 1000) =>
  service.gateway('/faults', { transaction_id, call: { operation, fault, times } });

async function now(): Promise<number> {
  return Date.parse((await service.control<{ now: string }>('/clock')).now);
}

const hour = 3_600_000;

describe.each(captured)('$channel: agreed to, and nobody tells', (product) => {
  test('status sync takes the money, long before the agreement ends', async () => {
    const order = orderOf(product);
    const id = await shown(service.app, order);
    await loseCallbacks(id);
    const agreed = await now();
    expect(await pay(service, id, 'success', gone)).toMatchObject({ trade_status: 'APPROVED' });
    await advance('3h');
    expect(await read(service, id)).toMatchObject({ status: 'PAID_SUCCESS', amount_paid: '8.80' });
    const [charge, ...more] = await charges(service, id);
    expect(more).toEqual([]);
    expect(Date.parse(charge?.paid_at ?? '') - agreed).toBeLessThan(hour / 4);
    expect(answers(service, id)).toEqual(['201']);
    await expectAgreement(service, [order]);
  });

  test('the provider does not answer for a while, and is asked seldom then: still in time', async () => {
    const expires_at = new Date((await now()) + 2.9 * hour).toISOString();
    const order = orderOf(product, { expires_at });
    const id = await shown(service.app, order);
    await loseCallbacks(id);
    const agreed = await now();
    await pay(service, id, 'success', gone);
    await failCalls(id, 'query', 'http_500_before', 4);
    await advance('1h');
    expect(await read(service, id)).toMatchObject({ status: 'PENDING_PAYMENT', version: 2 });
    await advance('1h');
    expect(await read(service, id)).toMatchObject({ status: 'PAID_SUCCESS', version: 4 });
    const [charge] = await charges(service, id);
    expect(Date.parse(charge?.paid_at ?? '') - agreed).toBeGreaterThan(hour);
    await expectAgreement(service, [order]);
  });

  test('heard of after its time: nothing is taken any more, and it is closed', async () => {
    const order = orderOf(product);
    const id = await shown(service.app, order);
    await loseCallbacks(id);
    await failCalls(id, 'query', 'http_500_before', 4);
    await advance('20m');
    await pay(service, id, 'success', gone);
    await advance('15m');
    expect(await read(service, id)).toMatchObject({ status: 'CLOSED', version: 3 });
    await expectFree(service, order);
    await advance('190m');
    expect([await charges(service, id), answers(service, id)]).toEqual([[], []]);
    await expectAgreement(service, [order]);
  });
});

describe.each(captured)('$channel: agreed to, and it cannot be taken', (product) => {
  const reversed = 'CHECKOUT.PAYMENT-APPROVAL.REVERSED';

  test.each([
    ['no call arrives, and the reversal is told', 'reset_before', true],
    ['every call breaks down, and the reversal is told', 'http_500_before', true],
    ['every call breaks down, and nobody tells', 'http_500_before', false],
  ])('%s: open while it may be taken, closed without money then', async (_, fault, isTold) => {
    const order = orderOf(product);
    const id = await shown(service.app, order);
    await failCalls(id, 'capture', fault);
    if (!isTold) await loseCallbacks(id);
    await pay(service, id, 'success', gone);
    await advance('20m');
    const begun = { status: 'PENDING_PAYMENT', version: 3 };
    expect(await read(service, id)).toMatchObject(begun);
    expect(answers(service, id).length).toBeGreaterThan(1);
    // Its own time is over; whether the money was taken, nobody knows yet.
    await advance('140m');
    expect(await read(service, id)).toMatchObject(begun);
    await advance(isTold ? '25m' : '85m');
    expect(await read(service, id)).toMatchObject({ status: 'CLOSED', version: 4 });
    const followed = service.lines.filter(
      ({ name, transaction_id, reason }) =>
        name === 'callback.followed' && transaction_id === id && reason === reversed,
    );
    expect(followed).toHaveLength(isTold ? 1 : 0);
    expect(answers(service, id).every((answer) => answer === null)).toBe(true);
    expect(await charges(service, id)).toEqual([]);
    await service.gateway('/faults', undefined, 'DELETE');
    await expectFree(service, order);
    await expectAgreement(service, [order]);
  });

  test('the shop wants it closed meanwhile: not before the provider has said', async () => {
    const order = orderOf(product);
    const id = await shown(service.app, order);
    await failCalls(id, 'capture', 'http_500_before');
    await pay(service, id, 'success', gone);
    await advance('5m');
    expect(await close(service.app, id)).toMatchObject({ status: 202, body: { status: 'PENDING_PAYMENT' } });
    await service.gateway('/faults', undefined, 'DELETE');
    const before = answers(service, id).length;
    await advance('1h');
    expect([(await read(service, id)).status, answers(service, id).length]).toEqual([
      'PENDING_PAYMENT',
      before,
    ]);
    await advance('130m');
    expect(await read(service, id)).toMatchObject({ status: 'CLOSED' });
    expect(await charges(service, id)).toEqual([]);
    await expectAgreement(service, [order]);
  });
});

const slow = [
  ['under_review', 'its webhook', true],
  ['under_review', 'sync alone', false],
  ['echeck', 'its webhook', true],
] as const;

describe.each(captured)('$channel: taken, and not there yet', (product) => {
  async function pending(method: string, isTold: boolean) {
    const order = orderOf(product);
    const id = await shown(service.app, order);
    if (!isTold) await loseCallbacks(id);
    await pay(service, id, 'success', { method, ...gone });
    await advance('6m');
    expect(await read(service, id)).toMatchObject({ status: 'PENDING_PAYMENT', version: 3 });
    // Beyond the payment's own time.
    await advance('40m');
    const payment = await read(service, id);
    expect(payment).toMatchObject({ status: 'PENDING_PAYMENT', version: 3 });
    expect([await charges(service, id), answers(service, id)]).toEqual([[], ['201']]);
    expect(payment).not.toHaveProperty('amount_paid');
    return { order, id, means: { prepay_info: payment.prepay_info } };
  }

  /** By its webhook at once, or whenever sync asks next. */
  const decided = async (id: string, outcome: 'success' | 'decline', isTold: boolean, more = {}) => {
    const played = await pay(service, id, outcome, more);
    if (!isTold) await advance('20m');
    return {
      played,
      payment: await untilStatus(service, id, outcome === 'success' ? 'PAID_SUCCESS' : 'CLOSED'),
    };
  };

  test.each(slow)('%s, completed, heard by %s: paid then, and not before', async (method, _, isTold) => {
    const { order, id } = await pending(method, isTold);
    const { played, payment } = await decided(id, 'success', isTold);
    expect(payment).toMatchObject({
      ...{ version: 4, amount_paid: '8.80', gateway_transaction_id: played.gateway_transaction_id },
    });
    expect(await charges(service, id)).toHaveLength(1);
    await expectAgreement(service, [order]);
  });

  test.each(slow)('%s, denied, heard by %s: never paid, and the order is free', async (method, _, isTold) => {
    const { order, id } = await pending(method, isTold);
    const { payment } = await decided(id, 'decline', isTold);
    expect(payment).toMatchObject({ version: 4 });
    expect(payment).not.toHaveProperty('amount_paid');
    await expectFree(service, order);
    expect(await charges(service, id)).toEqual([]);
    await expectAgreement(service, [order]);
  });

  test('the shop wants it closed meanwhile, and it completes: it was taken before, and counts', async () => {
    const { order, id, means } = await pending('under_review', true);
    expect(await close(service.app, id)).toMatchObject({ status: 202, body: { status: 'PENDING_PAYMENT' } });
    const { payment } = await decided(id, 'success', true, means);
    expect(payment).toMatchObject({ version: 5, amount_paid: '8.80' });
    expect(payment).not.toHaveProperty('anomaly');
    await expectAgreement(service, [order]);
  });

  test('declined in the same moment: never paid, and the order is free', async () => {
    const order = orderOf(product);
    const id = await shown(service.app, order);
    await pay(service, id, 'success', { method: 'declined_capture', ...gone });
    await untilStatus(service, id, 'CLOSED');
    await expectFree(service, order);
    expect(await charges(service, id)).toEqual([]);
    await expectAgreement(service, [order]);
  });
});
