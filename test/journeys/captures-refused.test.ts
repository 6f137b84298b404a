// What a payer has agreed to, and we do not get: its means is refused, once or always, or another program of the shop takes
// it. @see SPEC R4.7, R5.6
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { expectAgreement } from './agree.ts';
import { answers, charges, expectFree, gone } from './capturing.ts';
import { oneOfEach, orderOf } from './products.ts';
import { bootPatience, startService, until, type Service } from './service.ts';
import { close, logged, pay, read, shown, untilStatus } from './shop.ts';

let service: Service;

beforeAll(async () => {
  service = await startService();
}, bootPatience);

afterAll(() => service.stop());

afterEach(() => service.gateway('/faults', undefined, 'DELETE'));

const captured = oneOfEach.filter(({ isCaptured }) => isCaptured);
const advance = (span: string) => service.control('/clock', { advance: span });

const failCalls = (transaction_id: string, operation: 'capture', fault: string, times: number) =>
  service.gateway('/faults', { transaction_id, call: { operation, fault, times } });

describe.each(captured)('$channel: agreed to, and refused', (product) => {
  test('the refusal is lost, and its payer goes away: open, and somebody is called in the end', async () => {
    const order = orderOf(product);
    const id = await shown(service.app, order);
    await failCalls(id, 'capture', 'reset_after', 1);
    await pay(service, id, 'decline', gone);
    // Whether the money was taken, nobody knows; the payer may choose another means.
    await advance('1h');
    expect(await read(service, id)).toMatchObject({ status: 'PENDING_PAYMENT', version: 3 });
    // That the provider shows the order no more does not say that nobody paid it.
    await advance('6h');
    expect(await read(service, id)).toMatchObject({ status: 'PENDING_PAYMENT', version: 3 });
    await advance('24h');
    expect(await logged(service, id, 'payment.overdue')).toMatchObject({ level: 'ERROR' });
    expect([await charges(service, id), answers(service, id)]).toEqual([[], ['INSTRUMENT_DECLINED']]);
    await expectAgreement(service, [order]);
  });
});

describe.each(captured)('$channel: refused, and still agreed to', (product) => {
  test('is not taken again and again: open for another means until its time is over', async () => {
    const order = orderOf(product);
    const id = await shown(service.app, order);
    await pay(service, id, 'success', { method: 'declined_always', ...gone });
    await advance('20m');
    expect(await read(service, id)).toMatchObject({ status: 'PENDING_PAYMENT', version: 4 });
    expect(answers(service, id)).toEqual(['INSTRUMENT_DECLINED']);
    await advance('20m');
    expect(await read(service, id)).toMatchObject({ status: 'CLOSED', version: 5 });
    expect([await charges(service, id), answers(service, id)]).toEqual([[], ['INSTRUMENT_DECLINED']]);
    await expectFree(service, order);
    await expectAgreement(service, [order]);
  });
});

describe.each(captured)('$channel: taken by another program of the shop', (product) => {
  const elsewhere = { method: 'taken_elsewhere', ...gone };

  test('after our payment was closed: its webhook tells, and the money is known to be late', async () => {
    const order = orderOf(product);
    const id = await shown(service.app, order);
    const { prepay_info } = await read(service, id);
    expect(await close(service.app, id)).toMatchObject({ status: 200, body: { status: 'CLOSED' } });
    const { gateway_transaction_id } = await pay(service, id, 'success', { prepay_info, ...elsewhere });
    const look = async () => (await read(service, id)).anomaly;
    const late = await until('late money', look, 30_000);
    expect(late).toMatchObject({ kind: 'PAID_AFTER_CLOSE', amount: '8.80', gateway_transaction_id });
    expect(await charges(service, id)).toHaveLength(1);
    expect(answers(service, id)).toEqual([]);
    await expectAgreement(service, [order]);
  });

  test('while our payment is open: it is paid, once', async () => {
    const order = orderOf(product);
    const id = await shown(service.app, order);
    await pay(service, id, 'success', elsewhere);
    await untilStatus(service, id, 'PAID_SUCCESS');
    expect(await charges(service, id)).toHaveLength(1);
    await expectAgreement(service, [order]);
    expect(await read(service, id)).not.toHaveProperty('anomaly');
  });
});
