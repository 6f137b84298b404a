// The handlers of the internal API, from event to answer.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { channelBody, deploy, qrCode, type Deployed } from './deployed.ts';

let deployed: Deployed;
beforeAll(async () => {
  deployed = await deploy();
});
afterAll(() => deployed.stop());

const one = (name: 'get-payment' | 'get-timeline', id: string, role?: string) =>
  deployed.call(name, { method: 'GET', path: { transaction_id: id }, ...(role && { role }) });

describe('the handlers', () => {
  it('say that a channel without configuration cannot be used yet', async () => {
    const { status, body } = await deployed.create('order-0', 'key-0');
    expect([status, body['code'], body['retryable']]).toEqual([503, 'CHANNEL_MISCONFIGURED', true]);
  });

  it('configure a channel, and show it without its secrets', async () => {
    const put = {
      method: 'PUT',
      path: { channel_code: 'ALIPAY' },
      body: JSON.stringify(channelBody),
      role: 'ops',
    };
    const answer = await deployed.call('put-channel', put);
    expect(answer).toMatchObject({ status: 200, body: { channel_code: 'ALIPAY', version: 1 } });
    const got = await deployed.call('get-channel', { method: 'GET', path: { channel_code: 'ALIPAY' } });
    expect(got).toMatchObject({ status: 200, body: answer.body });
    expect(got.text).not.toContain('PRIVATE');
    for (const code of ['NONE', 'alipay', 'x'.repeat(3000)]) {
      const none = await deployed.call('get-channel', { method: 'GET', path: { channel_code: code } });
      expect(none).toMatchObject({ status: 404, body: { code: 'NOT_FOUND', param: 'channel_code' } });
    }
    for (const [role, code] of [
      ['shop', 403],
      ['ops', 404],
    ] as const)
      expect(
        (await deployed.call('put-channel', { ...put, path: { channel_code: 'NONE' }, role })).status,
      ).toBe(code);
  });

  it('make a payment, give it again, list it and tell its story', async () => {
    deployed.alipay = {};
    const made = await deployed.create('order-1', 'key-1');
    expect(made).toMatchObject({
      status: 201,
      body: {
        status: 'PENDING_PAYMENT',
        amount_requested: '8.80',
        prepay_info: { kind: 'qr_code', qr_code: qrCode },
      },
    });
    expect(await deployed.create('order-1', 'key-1')).toMatchObject({ status: 201, text: made.text });
    expect(await deployed.create('order-1', 'key-2')).toMatchObject({ status: 200, body: made.body });
    const id = made.body['transaction_id'] as string;
    expect(await one('get-payment', id)).toMatchObject({ status: 200, body: made.body });
    expect((await one('get-payment', id, 'other-app')).status).toBe(404);
    expect((await one('get-timeline', id, 'other-app')).status).toBe(404);
    const list = await deployed.call('list-payments', {
      method: 'GET',
      query: { business_order_id: ['order-1'] },
    });
    expect(list.body).toEqual({ items: [made.body], next_cursor: null });
    const { body } = await one('get-timeline', id);
    expect(body['events']).toMatchObject([
      {
        version: 1,
        name: 'payment.created',
        before: {},
        after: { status: 'PENDING_CREATE', currency: 'CNY' },
      },
      {
        version: 2,
        name: 'payment.pending',
        before: { status: 'PENDING_CREATE' },
        after: { status: 'PENDING_PAYMENT' },
      },
    ]);
    expect(JSON.stringify(body)).not.toContain(qrCode);
  });

  it('tell a declined payment apart from an unknown one', async () => {
    deployed.alipay = { code: '40004', msg: 'Business Failed', sub_code: 'ACQ.TOTAL_FEE_EXCEED' };
    const declined = await deployed.create('order-2', 'key-3', { 'Accept-Language': ['zh-CN'] });
    expect(declined).toMatchObject({
      status: 422,
      headers: { 'content-language': 'zh' },
      body: { code: 'CHANNEL_DECLINED', outcome: 'declined', transaction_id: expect.stringMatching(/^pay_/) },
    });
    expect(await deployed.create('order-2', 'key-3')).toMatchObject({ status: 422, text: declined.text });
    deployed.alipay = '<html>busy</html>';
    const unknown = await deployed.create('order-3', 'key-4');
    expect(unknown).toMatchObject({ status: 202, body: { status: 'PENDING_CREATE' } });
    expect(Number(unknown.headers['retry-after'])).toBeGreaterThan(0);
    expect(unknown.body['prepay_info']).toBeUndefined();
    expect(await deployed.create('order-3', 'key-4')).toMatchObject({
      status: 409,
      body: { code: 'CREATE_IN_PROGRESS' },
    });
  });
});
