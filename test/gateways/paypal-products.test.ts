// What PayPal is asked for, and what it must answer before a payer is sent there.
import { describe, expect, test } from '@jest/globals';
import type { PrepayRequest } from '../../lib/gateways/gateway.ts';
import { cleanSubject } from '../../lib/gateways/paypal/products.ts';
import { account } from '../contract/paypal-side.ts';
import {
  connected,
  gatewayOrderId,
  options,
  order,
  prepaid,
  request,
  said,
  transactionId,
} from './paypal-answering.ts';

const unknown = (reason: string) => ({ kind: 'unknown', reason });
const links = (href: unknown, rel = 'payer-action') => ({ links: [{ href, rel, method: 'GET' }] });
const page = `https://www.sandbox.paypal.com/checkoutnow?token=${gatewayOrderId}`;
const ok = (url: string) => ({
  kind: 'ok',
  value: { prepayInfo: { kind: 'redirect_url', url }, gatewayOrderId },
});
const changed = (change: object) => {
  const { purchase_units: units } = order();
  const [unit] = units as [object];
  return { ...order(), purchase_units: [{ ...unit, ...change }] };
};

describe('the order', () => {
  test('is asked for with all that will be compared', async () => {
    const { gateway, sent } = connected([said(201, order())]);
    expect(await gateway.prepay(request, options)).toEqual(ok(page));
    const back = `${request.returnUrl}?transaction_id=${transactionId}`;
    const [{ method, url, headers, body } = { method: '', url: '', headers: {}, body: '' }] = sent;
    expect([method, url]).toEqual(['POST', 'https://api-m.sandbox.paypal.com/v2/checkout/orders']);
    expect(headers).toEqual({
      accept: 'application/json',
      'user-agent': 'payment-service',
      authorization: 'Bearer A21AAToken',
      'paypal-request-id': `${transactionId}-create`,
      'content-type': 'application/json',
      prefer: 'return=representation',
    });
    expect(JSON.parse(body)).toEqual({
      intent: 'CAPTURE',
      purchase_units: [
        {
          custom_id: transactionId,
          invoice_id: transactionId,
          description: 'Tea & 茶',
          amount: { currency_code: 'USD', value: '10.99' },
          payee: { merchant_id: account.merchant_id },
        },
      ],
      payment_source: {
        paypal: {
          experience_context: {
            return_url: back,
            cancel_url: back,
            user_action: 'PAY_NOW',
            shipping_preference: 'NO_SHIPPING',
          },
        },
      },
    });
  });

  test('of another generation has another request id, and nothing else', async () => {
    const { gateway, sent } = connected([said(201, order())]);
    await gateway.prepay(request, options);
    await gateway.prepay({ ...request, generation: 2 }, options);
    expect(sent.map(({ headers }) => headers['paypal-request-id'])).toEqual([
      `${transactionId}-create`,
      `${transactionId}-create-2`,
    ]);
    expect(sent[1]?.body).toBe(sent[0]?.body);
    for (const { headers } of sent) expect(headers['paypal-request-id']?.length).toBeLessThanOrEqual(108);
  });

  test.each(['HUF', 'TWD'] as const)(
    'a fraction of %s is declined, and nothing is sent',
    async (currency) => {
      const { gateway, sent, tokens } = connected([]);
      const declined = await gateway.prepay({ ...request, amount: { minor: 88_050, currency } }, options);
      expect(declined).toMatchObject({
        kind: 'declined',
        code: 'amount_refused',
        channelCode: 'DECIMALS_NOT_SUPPORTED',
      });
      expect([...sent, ...tokens]).toEqual([]);
    },
  );

  test('whole forints are sent without decimals', async () => {
    const { gateway, sent } = connected([said(201, order({ currency: 'HUF', value: '880' }))]);
    const forints: PrepayRequest = { ...request, amount: { minor: 88_000, currency: 'HUF' } };
    expect(await gateway.prepay(forints, options)).toEqual(ok(page));
    expect(sent[0]?.body).toContain('"value":"880"');
  });

  test.each([
    { ...request, method: 'paypal_card' },
    { ...request, method: 'constructor' },
    { ...request, amount: { minor: 880, currency: 'CNY' } } as const,
  ])('what the rules exclude is our own mistake', async (wrong) => {
    const { gateway, sent } = connected([]);
    await expect(gateway.prepay(wrong, options)).rejects.toThrow(/Nothing was sent/);
    expect(sent).toEqual([]);
  });
});

describe('the answer', () => {
  test('a repeat’s, of an order that waits', async () => {
    expect(await prepaid(said(200, { ...order({ status: 'CREATED' }), ...links(page, 'approve') }))).toEqual(
      ok(page),
    );
  });

  test.each(['APPROVED', 'COMPLETED'])('a repeat’s, of an order that is %s by then', async (status) => {
    expect(await prepaid(said(200, { ...order({ status }), links: [] }))).toEqual(ok(page));
  });

  test('PayPal’s page is where the channel is', async () => {
    const approved = said(200, { ...order({ status: 'APPROVED' }), links: [] });
    const live = connected([approved], { environment: 'production', endpoint: 'https://api-m.paypal.com' });
    const there = `https://www.paypal.com/checkoutnow?token=${gatewayOrderId}`;
    expect(await live.gateway.prepay(request, options)).toEqual(ok(there));
    const local = connected([approved], { environment: 'local', endpoint: 'http://127.0.0.1:4000/paypal/' });
    const here = `http://127.0.0.1:4000/paypal/checkoutnow?token=${gatewayOrderId}`;
    expect(await local.gateway.prepay(request, options)).toEqual(ok(here));
  });

  test.each([
    ['amount', changed({ amount: { currency_code: 'USD', value: '10.98' } })],
    ['currency', changed({ amount: { currency_code: 'EUR', value: '10.99' } })],
    ['number', changed({ custom_id: 'pay_01jd0000000000000000000000' })],
    ['payee', changed({ payee: { merchant_id: 'ZZZZZZZZZZZZ9' } })],
    ['payee, which is missing', changed({ payee: undefined })],
    [
      'units: two',
      { ...order(), purchase_units: [order()['purchase_units'], order()['purchase_units']].flat() },
    ],
    ['units: none', { ...order(), purchase_units: [] }],
  ])('of another %s: another order', async (_, body) => {
    expect(await prepaid(said(201, body))).toMatchObject(unknown('other_order'));
  });

  test.each([
    ['a link over http', links('http://www.paypal.com/checkoutnow')],
    ['a link that runs', links('javascript:alert(1)')],
    ['a link that is none', links('checkoutnow')],
    ['a link with a line feed', links('https://www.paypal.com/\n')],
    ['a link that is a number', links(1)],
    ['no link', { links: [] }],
    ['no number', { id: undefined }],
    ['a number of another form', { id: '../../v1' }],
  ])('%s: unreadable', async (_, change) => {
    expect(await prepaid(said(201, { ...order(), ...change }))).toMatchObject(unknown('unreadable'));
  });

  test('http is for the machine at home', async () => {
    const url = 'http://127.0.0.1:4000/paypal/checkoutnow?token=X';
    const side = { environment: 'local', endpoint: 'http://127.0.0.1:4000/paypal' } as const;
    const { gateway, sent } = connected([said(201, { ...order(), ...links(url) })], side);
    expect(await gateway.prepay(request, options)).toEqual(ok(url));
    expect(sent[0]?.url).toBe('http://127.0.0.1:4000/paypal/v2/checkout/orders');
  });
});

test.each([
  ['a cup\nof tea\u202e', 'a cup of tea'],
  ['🍵', transactionId],
  ['', transactionId],
  ['茶'.repeat(200), '茶'.repeat(127)],
])('the subject %j is sent as %j', (subject, sent) => {
  expect(cleanSubject(subject, transactionId)).toBe(sent);
});
