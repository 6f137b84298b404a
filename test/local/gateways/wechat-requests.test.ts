// The door of WeChat Pay: who may come in, and that every answer is signed.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openWorld, orderNumber, type Call, type World } from './wechat-merchant.ts';
import { signed } from './wechat-proof.ts';

let world: World;
const lines: Record<string, unknown>[] = [];
beforeAll(async () => {
  world = await openWorld({ onEvent: (line) => lines.push(line) });
});
afterAll(() => world.stop());

const seconds = (offset: number) => String(Math.floor(world.clock.at / 1000) + offset);

describe('who comes in', () => {
  test.each([
    ['an Accept of pages alone', { headers: { accept: 'text/html' } }, 400, 'PARAM_ERROR'],
    ['an Accept of anything', { headers: { accept: '*/*' } }, 400, 'PARAM_ERROR'],
    ['no Content-Type', { headers: { 'content-type': 'text/plain' } }, 400, 'PARAM_ERROR'],
    ['another scheme', { headers: { authorization: 'Bearer x' } }, 401, 'SIGN_ERROR'],
    ['no authorization', { headers: { authorization: '' } }, 401, 'SIGN_ERROR'],
    ['an unknown merchant', { authorization: { mchid: '1900000000' } }, 404, 'MCH_NOT_EXISTS'],
    ['an unknown serial', { authorization: { serial_no: 'AB12' } }, 401, 'SIGN_ERROR'],
    ['no nonce', { authorization: { nonce_str: '' } }, 401, 'SIGN_ERROR'],
    ['a nonce of 33', { authorization: { nonce_str: 'n'.repeat(33) } }, 401, 'SIGN_ERROR'],
    ['a field too many', { authorization: { colour: 'red' } }, 401, 'SIGN_ERROR'],
    ['milliseconds', { authorization: { timestamp: '1763690000000' } }, 401, 'SIGN_ERROR'],
    ['a signature of nobody', { authorization: { signature: 'AAAA' } }, 401, 'SIGN_ERROR'],
    ['an unknown key asked for', { headers: { 'wechatpay-serial': 'PUB_KEY_ID_0' } }, 400, 'PARAM_ERROR'],
  ] as [string, Call, number, string][])('%s: refused, and signed', async (_what, call, status, code) => {
    const number = orderNumber();
    expect(await world.place('native', number, {}, call)).toMatchObject({
      status,
      genuine: true,
      body: { code, message: expect.any(String) },
    });
    expect(await world.query(number)).toMatchObject({ status: 404, body: { code: 'ORDER_NOT_EXIST' } });
  });

  test('a browser without a name', async () => {
    const answer = await world.query(orderNumber(), { headers: { 'user-agent': '\t' } });
    expect(answer).toMatchObject({ status: 400, body: { code: 'PARAM_ERROR' } });
  });

  test.each([
    [-301, 401],
    [-300, 404],
    [300, 404],
    [301, 401],
  ])('a clock %i s off: %i', async (offset, status) => {
    const call = { authorization: { timestamp: seconds(offset) } };
    expect(await world.query(orderNumber(), call)).toMatchObject({ status });
  });

  test('the signature covers method, path, query and body', async () => {
    const { mchid, merchantPrivateKeyPem: key } = world.account();
    const path = `/v3/pay/transactions/out-trade-no/number_1?mchid=${mchid}`;
    const by = (message: string[]) =>
      world.call('GET', path, undefined, {
        authorization: { nonce_str: 'n', timestamp: seconds(0), signature: signed(message.join('\n'), key) },
      });
    const right = ['GET', `/wechat-pay${path}`, seconds(0), 'n', '', ''];
    expect(await by(right)).toMatchObject({ status: 404, body: { code: 'ORDER_NOT_EXIST' } });
    const wrong = [
      ['POST', ...right.slice(1)],
      ['GET', path, ...right.slice(2)],
      ['GET', `/wechat-pay${path}&a=1`, ...right.slice(2)],
      [...right.slice(0, 2), seconds(1), ...right.slice(3)],
      [...right.slice(0, 3), 'm', '', ''],
      [...right.slice(0, 4), '{}', ''],
      right.slice(0, 5),
    ];
    for (const message of wrong) {
      expect(await by(message)).toMatchObject({
        status: 401,
        body: { code: 'SIGN_ERROR', detail: { location: 'authorization', field: 'signature' } },
      });
    }
  });

  test('the other merchant’s key does not open this merchant’s door', async () => {
    const { merchantCertificateSerial: serial_no } = world.account('WECHAT_PAY_CERT');
    const call = { authorization: { serial_no } };
    expect(await world.query(orderNumber(), call)).toMatchObject({ status: 401 });
  });

  test('the same signed request twice: no nonces are kept', async () => {
    const call = { authorization: { nonce_str: 'once', timestamp: seconds(0) } };
    const number = orderNumber();
    expect(await world.place('native', number, {}, call)).toMatchObject({ status: 200 });
    expect(await world.place('native', number, {}, call)).toMatchObject({ status: 200 });
  });

  test('a number with signs is signed as it is sent', async () => {
    const number = 'P|1*2@3-4_';
    expect(await world.place('native', number)).toMatchObject({ status: 200 });
    expect(await world.query(number)).toMatchObject({ status: 200, body: { out_trade_no: number } });
    expect(await world.close(number)).toMatchObject({ status: 204 });
  });
});

describe('answers', () => {
  test('are signed: 200, 400, 404, and 204 over nothing', async () => {
    const number = orderNumber();
    const answers = [
      await world.place('native', number),
      await world.place('native', number, { amount: { total: 0 } }),
      await world.query('never_was'),
      await world.close(number),
    ];
    expect(answers.map(({ status, genuine }) => [status, genuine])).toEqual([
      [200, true],
      [400, true],
      [404, true],
      [204, true],
    ]);
    expect(answers[3]?.text).toBe('');
    expect(answers[3]?.headers.get('content-type')).toBeNull();
    const nonces = new Set(answers.map(({ headers }) => headers.get('wechatpay-nonce')));
    expect(nonces.size).toBe(4);
  });

  test('by the public key, or by a certificate, or by the one that is asked for', async () => {
    const [open, certified] = [world.account(), world.account('WECHAT_PAY_CERT')];
    const channel = 'WECHAT_PAY_CERT';
    const serialOf = async (call: Call) =>
      (await world.query(orderNumber(), call)).headers.get('wechatpay-serial');
    expect(await serialOf({})).toBe(open.publicKeyId);
    expect(await serialOf({ channel })).toMatch(/^[4-7][0-9A-F]{39}$/);
    const named = { 'wechatpay-serial': certified.publicKeyId };
    expect(await serialOf({ channel, headers: named })).toBe(certified.publicKeyId);
    const answer = await world.query(orderNumber(), { channel, headers: named });
    expect(answer.genuine).toBe(true);
  });

  test.each([
    ['GET', '/v3/pay/transactions/native'],
    ['POST', '/v3/pay/transactions/micropay'],
    ['GET', '/v3/pay/transactions/out-trade-no/a/close'],
    ['GET', '/v3/pay/transactions/out-trade-no/%E0%A4?mchid=1'],
    ['PUT', '/v3/certificates'],
  ])('%s %s: there is no such address', async (method, path) => {
    expect(await world.call(method, path)).toMatchObject({ status: 404, body: { code: 'INVALID_REQUEST' } });
  });

  test('a body that is not JSON', async () => {
    const answer = await world.call('POST', '/v3/pay/transactions/native', '{');
    expect(answer).toMatchObject({ status: 400, genuine: true, body: { code: 'PARAM_ERROR' } });
  });

  test('each call is an event', async () => {
    const number = orderNumber();
    await world.place('native', number);
    await world.query(number);
    await world.close(number);
    await world.close(number);
    const told = lines.filter((line) => line['transaction_id'] === number);
    const called = { name: 'wechat_pay.called', transaction_id: number };
    expect(told).toEqual([
      { ...called, operation: 'prepay', answer: '200' },
      { ...called, operation: 'query', answer: '200' },
      { ...called, operation: 'close', answer: '204' },
      { ...called, operation: 'close', answer: 'ORDER_CLOSED' },
    ]);
  });
});
