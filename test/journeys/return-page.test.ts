// A payer who pays in the browser and comes back: what the browser carries proves who came, and settles nothing by itself.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { bootPatience, startService, type Service } from './service.ts';
import { asked, create, newOrder, pay, read, shown } from './shop.ts';

let service: Service;

beforeAll(async () => {
  service = await startService();
}, bootPatience);
afterAll(() => service.stop());
// Nobody but the browser brings news.
beforeEach(async () => {
  await service.gateway('/faults', undefined, 'DELETE');
  await service.gateway('/faults', { callback: { kind: 'payment', fault: 'lost' } });
});

const page = (more: object = {}) => ({ ...newOrder({ payment_method: 'alipay_page' }), ...more });
const shop = { return_url: 'https://shop.example/done?cart=7&status=mine' };
/** He comes back a while later: the channel is not asked for one payer again and again. */
const aWhile = () => service.control('/clock', { advance: '6s' });
const open = (url: string, sent: RequestInit = {}) => fetch(url, { redirect: 'manual', ...sent });

/** Pays on the page. @returns the payment, and the address that Alipay sends the browser to */
async function paidInBrowser(more: object = {}, comesBack = true) {
  const id = await shown(service.app, page(more));
  const { returned } = await pay(service, id, 'success', { return: comesBack });
  return { id, returned, url: new URL(returned?.url ?? 'http://none.example') };
}

describe('a payer who comes back', () => {
  test('is sent on to the shop once the channel was asked, though its callback is lost', async () => {
    const { id, returned } = await paidInBrowser(shop);
    expect(returned).toMatchObject({
      status: 303,
      location: `https://shop.example/done?cart=7&transaction_id=${id}&status=PAID_SUCCESS`,
    });
    expect(await read(service, id)).toMatchObject({ status: 'PAID_SUCCESS', amount_paid: '8.80' });
    const { body } = await service.app<{ events: object[] }>(`/payments/transactions/${id}/timeline`);
    expect(body.events.at(-1)).toMatchObject({ name: 'payment.paid', reason: 'the payer came back' });
  });

  test('reads a page where there is no shop to go to', async () => {
    const { id, returned, url } = await paidInBrowser();
    expect(returned).toMatchObject({ status: 200 });
    const shownAgain = await open(url.href, { headers: { 'accept-language': 'zh-CN,zh;q=0.9' } });
    expect(shownAgain.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(shownAgain.headers.get('content-security-policy')).toMatch(/^default-src 'none'; /);
    const text = await shownAgain.text();
    expect(text).toContain('支付成功');
    expect(text).toContain(id);
  });

  test('settles nothing while the channel does not answer, and does when it answers again', async () => {
    await service.gateway('/faults', { call: { operation: 'query', fault: 'html_200' } });
    const { id, returned, url } = await paidInBrowser(shop);
    expect(returned?.location).toBe(
      `https://shop.example/done?cart=7&transaction_id=${id}&status=PENDING_PAYMENT`,
    );
    expect(await read(service, id)).toMatchObject({ status: 'PENDING_PAYMENT', version: 2 });
    await service.gateway('/faults', undefined, 'DELETE');
    await aWhile();
    expect((await open(url.href)).headers.get('location')).toMatch(/&status=PAID_SUCCESS$/);
  });

  test('is asked for once, however many browsers come back at once', async () => {
    await service.gateway('/faults', { call: { operation: 'query', fault: 'html_200' } });
    const { id, url } = await paidInBrowser(shop);
    const questions = () => asked(service, id, 'query').length;
    const before = questions();
    await aWhile();
    const answers = await Promise.all(Array.from({ length: 6 }, () => open(url.href)));
    expect(answers.map(({ headers }) => headers.get('location'))).toEqual(
      Array(6).fill(`https://shop.example/done?cart=7&transaction_id=${id}&status=PAID_SUCCESS`),
    );
    expect([before, questions()]).toEqual([1, 2]);
    expect(await read(service, id)).toMatchObject({ version: 3 });
  });

  test('is believed nothing that was changed on the way, and changes nothing', async () => {
    await service.gateway('/faults', { call: { operation: 'query', fault: 'html_200' } });
    const { id, url } = await paidInBrowser(shop);
    const other = await shown(service.app, page(shop));
    const both = () => Promise.all([id, other].map((each) => read(service, each)));
    const before = await both();
    for (const [name, value] of [
      ['out_trade_no', other],
      ['total_amount', '0.01'],
      ['trade_status', 'TRADE_SUCCESS'],
      ['sign', 'AAAA'],
    ] as const) {
      const changed = new URL(url);
      changed.searchParams.set(name, value);
      const answer = await open(changed.href);
      expect([name, Math.floor(answer.status / 100), answer.headers.get('location')]).toEqual([
        name,
        4,
        null,
      ]);
      expect(await answer.text()).not.toContain(id);
    }
    expect(await both()).toEqual(before);
  });

  test('brings nothing that could be posted as a callback', async () => {
    await service.gateway('/faults', { call: { operation: 'query', fault: 'html_200' } });
    const { id, url } = await paidInBrowser(shop);
    const before = await read(service, id);
    const posted = await open(`${service.api}/payments/callbacks/ALIPAY`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: url.search.slice(1),
    });
    expect(posted.status).toBe(400);
    expect(await read(service, id)).toEqual(before);
    expect(before.status).toBe('PENDING_PAYMENT');
  });
});

test.each(['http://shop.example/', 'https://shop.example@evil.example/', 'javascript:alert(1)'])(
  'nobody can be sent to %s',
  async (return_url) => {
    expect(await create(service.app, page({ return_url }))).toMatchObject({
      status: 422,
      body: { code: 'RETURN_URL_NOT_ALLOWED', param: 'return_url' },
    });
  },
);
