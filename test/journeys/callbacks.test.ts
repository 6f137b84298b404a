// What the provider says, and how: twice, ten times, too early, falsely, about others. Each notice that was spoiled is
// followed by the genuine one, as the provider repeats it.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { expectAgreement } from './agree.ts';
import { bootPatience, startService, until, type Client, type Service } from './service.ts';
import {
  asked,
  create,
  deliveries,
  logged,
  newOrder,
  pay,
  read,
  resend,
  shown,
  untilStatus,
} from './shop.ts';

let service: Service;

beforeAll(async () => {
  service = await startService();
}, bootPatience);

afterAll(() => service.stop());

const plant = (fault: string, transaction_id?: string, more: object = {}) =>
  service.gateway('/faults', { transaction_id, callback: { kind: 'payment', fault, ...more } });

describe('genuine', () => {
  test('twice at once, then ten times at once: applied once', async () => {
    const order = newOrder();
    const id = await shown(service.app, order);
    await plant('duplicated', id);
    await pay(service, id);
    await Promise.all(Array.from({ length: 10 }, () => resend(service, id)));
    const all = await deliveries(service, id, 12);
    expect(all.every(({ status, body }) => status === 200 && body === 'success')).toBe(true);
    await untilStatus(service, id, 'PAID_SUCCESS');
    await until('eleven without effect', () => {
      const count = service.lines.filter(
        (line) => line.name === 'callback.without_effect' && line.transaction_id === id,
      ).length;
      return count === 11 ? count : undefined;
    });
    expect(await read(service, id)).toMatchObject({ version: 3 });
    await expectAgreement(service, [order]);
  });

  test('lost: it waits, until the provider tells it again', async () => {
    const order = newOrder();
    const id = await shown(service.app, order);
    await plant('lost', id, { times: 1 });
    await pay(service, id);
    await deliveries(service, id);
    expect(await read(service, id)).toMatchObject({ status: 'PENDING_PAYMENT', version: 2 });
    await service.control('/clock', { advance: '4m' });
    await untilStatus(service, id, 'PAID_SUCCESS');
    await expectAgreement(service, [order]);
  });

  test('before the answer to the create is there: the callback stands', async () => {
    const order = newOrder();
    await service.gateway('/faults', {
      call: { operation: 'prepay', fault: 'slow', ms: 1500 },
      callback: { kind: 'payment', fault: 'early' },
    });
    const { status, body } = await create(service.app, order);
    expect([status, body]).toMatchObject([201, { status: 'PAID_SUCCESS', amount_paid: '8.80', version: 2 }]);
    expect(body).not.toHaveProperty('prepay_info');
    expect((await create(service.app, order)).body).toMatchObject({ code: 'ORDER_ALREADY_PAID' });
    await expectAgreement(service, [order]);
  });

  test('the answer to the create is lost, the callback is there: the create says what is known', async () => {
    const order = newOrder();
    await service.gateway('/faults', {
      call: { operation: 'prepay', fault: 'timeout_after', ms: 1500 },
      callback: { kind: 'payment', fault: 'early' },
    });
    const { status, body } = await create(service.app, order);
    expect([status, body]).toMatchObject([201, { status: 'PAID_SUCCESS', amount_paid: '8.80', version: 2 }]);
    await expectAgreement(service, [order]);
  });

  test('neither the answer nor the callback is there: the next create asks, and finds it paid', async () => {
    const order = newOrder();
    await service.gateway('/faults', {
      call: { operation: 'prepay', fault: 'reset_after' },
      callback: { kind: 'payment', fault: 'early' },
    });
    await plant('lost', undefined, { times: 1 });
    const first = await create(service.app, order);
    expect([first.status, first.body.status]).toEqual([202, 'PENDING_CREATE']);
    const id = first.body.transaction_id ?? '';
    const second = await until('the lease', async () => {
      const answer = await create(service.app, order);
      return answer.body.code === 'CREATE_IN_PROGRESS' ? undefined : answer;
    });
    expect(second).toMatchObject({ status: 409, body: { code: 'ORDER_ALREADY_PAID', transaction_id: id } });
    expect([asked(service, id, 'prepay'), asked(service, id, 'query')]).toMatchObject([[{}], [{}]]);
    await resend(service, id);
    await logged(service, id, 'callback.without_effect');
    await expectAgreement(service, [order]);
  });
});

describe('spoiled', () => {
  test.each([
    ['tampered', 401],
    ['wrong_key', 401],
    ['stale', 401],
    ['wrong_merchant', 403],
  ])('%s: refused with %i, nothing moves', async (fault, answer) => {
    const order = newOrder();
    const id = await shown(service.app, order);
    await plant(fault, id);
    await pay(service, id);
    const [spoiled] = await deliveries(service, id);
    expect(spoiled).toMatchObject({ status: answer, body: 'fail', accepted: false });
    expect(await read(service, id)).toMatchObject({ status: 'PENDING_PAYMENT', version: 2 });
    await resend(service, id);
    await untilStatus(service, id, 'PAID_SUCCESS');
    await expectAgreement(service, [order]);
  });

  test('another amount, genuinely signed: kept as an anomaly, and the true one still counts', async () => {
    const order = newOrder();
    const id = await shown(service.app, order);
    await plant('wrong_amount', id);
    await pay(service, id);
    expect(await deliveries(service, id)).toMatchObject([{ status: 200, body: 'success' }]);
    await logged(service, id, 'payment.anomaly_found');
    const found = { kind: 'OVERPAID', amount: '9.80' };
    expect(await read(service, id)).toMatchObject({ status: 'PENDING_PAYMENT', version: 3, anomaly: found });
    await resend(service, id);
    expect(await untilStatus(service, id, 'PAID_SUCCESS')).toMatchObject({
      amount_paid: '8.80',
      anomaly: found,
    });
    await expectAgreement(service, [order]);
  });

  test('of an unknown type: acknowledged, kept, nothing is guessed', async () => {
    const order = newOrder();
    const id = await shown(service.app, order);
    await plant('unknown_type', id);
    await pay(service, id);
    expect(await deliveries(service, id)).toMatchObject([{ status: 200, body: 'success' }]);
    await until('callback.unrecognised', () =>
      service.lines.find(
        ({ name, reason }) => name === 'callback.unrecognised' && /trade_weather/.test(String(reason)),
      ),
    );
    expect(await read(service, id)).toMatchObject({ status: 'PENDING_PAYMENT', version: 2 });
    await resend(service, id);
    await untilStatus(service, id, 'PAID_SUCCESS');
    await expectAgreement(service, [order]);
  });

  test('of a number that nobody made: acknowledged, looked for again, kept for a person', async () => {
    const order = newOrder();
    const id = await shown(service.app, order);
    await plant('unknown_number', id);
    await pay(service, id);
    expect(await deliveries(service, id)).toMatchObject([{ status: 200, body: 'success' }]);
    const said = (name: string) => service.lines.filter((line) => line.name === name);
    await until('the first look', () => said('callback.payment_not_there')[0]);
    expect(await read(service, id)).toMatchObject({ status: 'PENDING_PAYMENT', version: 2 });
    await resend(service, id);
    await untilStatus(service, id, 'PAID_SUCCESS');
    await service.control('/clock', { advance: '50m' });
    expect(said('callback.payment_not_there')).toHaveLength(6);
    expect((await quarantined(service.operator)).body).toMatchObject({ items: [] });
    await service.control('/clock', { advance: '2m' });
    const { body } = await until('the quarantine', async () => {
      const answer = await quarantined(service.operator);
      return answer.body.items?.length === 1 ? answer : undefined;
    });
    expect(body).toMatchObject({
      items: [
        {
          channel_code: 'ALIPAY',
          reason: 'no_such_payment',
          what: 'payment',
          facts: { state: 'paid', amount: '8.80', currency: 'CNY' },
        },
      ],
      next_cursor: null,
    });
    expect(said('callback.quarantined')).toMatchObject([{ transaction_id: body.items?.[0]?.transaction_id }]);
    expect(body.items?.[0]?.transaction_id).not.toBe(id);
    expect(said('message.failed')).toEqual([]);
    expect(await quarantined(service.app)).toMatchObject({ status: 403, body: { code: 'SCOPE_MISSING' } });
    await expectAgreement(service, [order]);
  });
});

interface Quarantined {
  readonly items?: readonly { readonly transaction_id?: string }[];
  readonly code?: string;
}

const quarantined = (who: Client) => who<Quarantined>('/quarantine?channel_code=ALIPAY');

describe('from strangers', () => {
  const post = async (path: string, body: string) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await fetch(`${service.api}/payments/callbacks/${path}`, {
      method: 'POST',
      headers,
      body,
    });
    return [answer.status, await answer.text()];
  };

  test.each([
    ['nothing', 'alipay', '', 400],
    ['no signature', 'ALIPAY', 'a=1', 401],
    ['half a signature', 'alipay', 'sign_type=RSA2&sign=AAAA', 400],
    ['a field twice', 'alipay', 'a=1&a=2', 400],
    ['more than a notice can be', 'alipay', `a=${'1'.repeat(70_000)}`, 400],
  ])('%s: refused', async (_what, path, body, status) => {
    expect(await post(path, body)).toEqual([status, 'fail']);
  });

  test.each(['Alipay', 'NOBODY_PAY', 'alipay%00', '__proto__'])('there is no channel %s', async (path) => {
    const [status] = await post(path, 'a=1');
    expect(status).toBe(404);
  });
});
