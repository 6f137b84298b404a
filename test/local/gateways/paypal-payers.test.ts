// Payers at PayPal: the page that they see, by hand and over `_control`, and how they come back.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openWorld, orderNumber, unit, type Created, type Fields, type World } from './paypal-merchant.ts';

let world: World;
/** before a payer's browser, or a webhook, goes to an address */
let whenFetched = (_url: string): Promise<void> => Promise.resolve();
beforeAll(async () => {
  world = await openWorld({
    fetch: async (input, init) => {
      await whenFetched(input instanceof Request ? input.url : String(input));
      return fetch(input, init);
    },
  });
});
afterAll(() => world.stop());

const statusOf = async ({ id }: Created) => (await world.retrieve(id)).body['status'];
const submit = (url: string, form: Record<string, string>) =>
  fetch(url, { method: 'POST', redirect: 'manual', body: new URLSearchParams(form) });
const returns = (id: string) => world.shop.received.filter(({ url }) => url.includes(`token=${id}`));

describe('the page', () => {
  test('names the shop, what it is for and what it costs, and is a form that can be read aloud', async () => {
    const { url } = await world.created();
    const response = await fetch(url);
    const page = await response.text();
    expect(response.status).toBe(200);
    expect(page).toContain('<html lang="en">');
    expect(page).toContain('Tea &#38; 茶');
    expect(page).toContain('10.99 USD');
    expect(page).toMatch(/<fieldset><legend>Pay with<\/legend>\n<label><input type="radio"/);
    expect(page).toMatch(/<button name="action" value="approve">Pay now<\/button>/);
    expect(page).toMatch(/<button name="action" value="cancel">Cancel and return<\/button>/);
    expect(page).not.toContain('<script');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  test('what the shop says is text', async () => {
    const experience_context = { brand_name: '<i>Shop</i>' };
    const { url } = await world.created(orderNumber(), {
      purchase_units: [unit(orderNumber(), { description: '<b>"x"</b>' })],
      payment_source: { paypal: { experience_context } },
    });
    const page = await (await fetch(url)).text();
    expect(page).not.toMatch(/<[bi]>/);
    expect(page).toContain('Continue</button>');
  });

  test('approving leads back to the shop, which then may capture', async () => {
    const created = await world.created();
    const { status, headers } = await submit(created.url, { action: 'approve', instrument: 'paypal' });
    expect(status).toBe(303);
    const payerId = '[0-9A-Z]{13}';
    expect(headers.get('location')).toMatch(
      new RegExp(`^${world.shop.origin}/back\\?shop=a%20b&token=${created.id}&PayerID=${payerId}$`),
    );
    expect(await statusOf(created)).toBe('APPROVED');
    expect((await submit(created.url, { action: 'approve' })).status).toBe(409);
    expect((await fetch(created.url)).status).toBe(409);
  });

  test('cancelling leads elsewhere, and nothing is approved', async () => {
    const created = await world.created();
    const { status, headers } = await submit(created.url, { action: 'cancel' });
    expect(status).toBe(303);
    expect(headers.get('location')).toBe(`${world.shop.origin}/cancelled?token=${created.id}`);
    expect(await statusOf(created)).toBe('PAYER_ACTION_REQUIRED');
    expect(world.heard(created.id)).toEqual([]);
  });

  test('a shop without addresses: it ends here', async () => {
    const source = { payment_source: { paypal: {} } };
    const [one, two] = [
      await world.created(orderNumber(), source),
      await world.created(orderNumber(), source),
    ];
    const approved = await submit(one.url, { action: 'approve' });
    expect([approved.status, await approved.text()]).toEqual([200, expect.stringContaining('<h1>Approved')]);
    const cancelled = await submit(two.url, { action: 'cancel' });
    expect([cancelled.status, await cancelled.text()]).toEqual([
      200,
      expect.stringContaining('<h1>Not approved'),
    ]);
  });

  test('a way to pay that there is not', async () => {
    const created = await world.created();
    expect((await submit(created.url, { action: 'approve', instrument: 'gold' })).status).toBe(400);
    expect(await statusOf(created)).toBe('PAYER_ACTION_REQUIRED');
  });
});

describe('over the control', () => {
  test('success approves, and nothing else; the browser comes back', async () => {
    const created = await world.created();
    const { status, body } = await world.pay(created);
    expect([status, body]).toEqual([
      200,
      {
        transaction_id: 'any',
        ...{ outcome: 'success', scanned: true, trade_status: 'APPROVED', capture_status: null },
        ...{ gateway_transaction_id: null, gateway_order_id: created.id, amount: '10.99' },
        returned: { url: expect.stringContaining(`token=${created.id}&PayerID=`), status: 200 },
      },
    ]);
    expect(returns(created.id)).toHaveLength(1);
    expect(await statusOf(created)).toBe('APPROVED');
  });

  test('or it does not come back', async () => {
    const created = await world.created();
    const { body } = await world.pay(created, { return: false });
    expect(body).not.toHaveProperty('returned');
    expect(returns(created.id)).toEqual([]);
    expect(await statusOf(created)).toBe('APPROVED');
  });

  test('a shop that captures when the browser comes back: the capture is told', async () => {
    const created = await world.created();
    whenFetched = async (url) => {
      if (url.includes(`token=${created.id}&PayerID=`)) await world.capture(created.id);
    };
    const { body } = await world.pay(created);
    const { body: order } = await world.retrieve(created.id);
    const [unit] = order['purchase_units'] as { payments: { captures: { id: string }[] } }[];
    expect(body).toMatchObject({
      ...{ trade_status: 'COMPLETED', capture_status: 'COMPLETED' },
      gateway_transaction_id: unit?.payments.captures[0]?.id,
    });
    expect(await world.pay(created)).toMatchObject({
      status: 409,
      body: { error: expect.stringContaining('This order is completed') },
    });
  });

  test('abandon never opens it', async () => {
    const created = await world.created();
    const { body } = await world.pay(created, { outcome: 'abandon' });
    expect(body).toMatchObject({ scanned: false, trade_status: null, gateway_order_id: null, amount: null });
    expect(await statusOf(created)).toBe('PAYER_ACTION_REQUIRED');
  });

  test.each(['decline', 'pending'])('%s approves by what makes trouble later', async (outcome) => {
    const created = await world.created();
    const { body } = await world.pay(created, { outcome });
    expect(body).toMatchObject({ outcome, trade_status: 'APPROVED', capture_status: null });
  });

  test('twice is refused', async () => {
    const created = await world.created();
    await world.pay(created);
    expect(await world.pay(created)).toMatchObject({
      status: 409,
      body: { error: expect.stringContaining('approved this order already') },
    });
  });

  test.each<[Fields, number, string]>([
    [{ method: 'gold' }, 400, 'method: at PayPal there are'],
    [{ amount: '1.005' }, 400, 'amount: decimal text in USD'],
    [{ amount: '0' }, 400, 'amount: decimal text'],
    [{ amount: 'much' }, 400, 'amount: decimal text'],
  ])('%j: %i', async (conduct, status, words) => {
    const created = await world.created();
    const answer = await world.pay(created, conduct);
    expect(answer).toMatchObject({ status, body: { error: expect.stringContaining(words) } });
    expect(await statusOf(created)).toBe('PAYER_ACTION_REQUIRED');
  });

  test('a wrong sum is told', async () => {
    const created = await world.created();
    expect((await world.pay(created, { amount: '8' })).body).toMatchObject({ amount: '8.00' });
  });

  test('a link of nothing, and one that goes nowhere', async () => {
    const page = `${world.gateways.paypal.gatewayUrl}/checkoutnow?token=NOTHING`;
    expect(await world.pay({ id: '', url: page })).toMatchObject({
      status: 404,
      body: { error: expect.stringContaining('does not know this link') },
    });
    const elsewhere = 'http://127.0.0.1:1/paypal/checkoutnow?token=NOTHING';
    expect(await world.pay({ id: '', url: elsewhere })).toMatchObject({
      status: 422,
      body: { error: expect.stringContaining('does not lead') },
    });
  });
});
