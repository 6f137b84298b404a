// Checkout Sessions and their page, as a browser sees it.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openWorld, orderNumber, type Fields, type World } from './stripe-merchant.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.stop());

const [minute, hour] = [60, 3600];
const now = () => Math.floor(world.clock.at / 1000);
const made = async (change?: Record<string, string>) => (await world.session(orderNumber(), change)).body;
const session = async (body: Fields) => (await world.read(body['id'])).body;
const press = (body: Fields, action: string, card = '') =>
  fetch(String(body['url']), {
    ...{ method: 'POST', redirect: 'manual' },
    body: new URLSearchParams({ action, card }),
  });
const types = async (about: unknown) => {
  const { body } = await world.call('GET', '/v1/events?types[]=checkout.session.*&limit=100');
  const all = body['data'] as { type: string; data: { object: Fields } }[];
  return all.filter(({ data: { object } }) => object['id'] === about).map(({ type }) => type);
};

test('is told in full', async () => {
  const number = orderNumber();
  const { status, body } = await world.session(number, { 'metadata[a]': '1', locale: 'en' });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    ...{ id: expect.stringMatching(/^cs_test_a1\w{58}$/), object: 'checkout.session', mode: 'payment' },
    ...{ amount_subtotal: 880, amount_total: 880, currency: 'usd', status: 'open', payment_status: 'unpaid' },
    ...{ client_reference_id: number, created: now(), expires_at: now() + 24 * hour, payment_intent: null },
    ...{ metadata: { a: '1' }, locale: 'en', livemode: false, ui_mode: 'hosted_page' },
    success_url: 'https://shop.example/paid?session={CHECKOUT_SESSION_ID}',
    url: `${world.gateways.url}/stripe/c/pay/${String(body['id'])}`,
  });
});

test.each<[string, Record<string, string>, object]>([
  ['no mode', { mode: '' }, { code: 'parameter_missing', param: 'mode' }],
  ['another mode', { mode: 'subscription' }, { param: 'mode' }],
  ['nowhere to go', { success_url: '' }, { code: 'parameter_missing', param: 'success_url' }],
  ['nowhere real to go', { success_url: '/paid' }, { code: 'url_invalid', param: 'success_url' }],
  ['too little', { 'line_items[0][price_data][unit_amount]': '10' }, { code: 'amount_too_small' }],
  [
    'a price of no number',
    { 'line_items[0][price_data][unit_amount]': '4.4' },
    { code: 'parameter_invalid_integer' },
  ],
  [
    'the kinds that were taken away',
    { 'payment_method_types[]': 'card' },
    { code: 'payment_method_types_no_longer_supported' },
  ],
  ['an unknown one inside', { 'line_items[0][colour]': 'red' }, { param: 'line_items[0][colour]' }],
  ['a long reference', { client_reference_id: 'a'.repeat(201) }, { param: 'client_reference_id' }],
])('400: %s', async (_name, change, facts) => {
  const answer = await world.session(orderNumber(), change);
  expect(answer).toMatchObject({ status: 400, body: { error: { type: 'invalid_request_error', ...facts } } });
});

test.each([
  [30 * minute - 1, 400],
  [30 * minute, 200],
  [24 * hour, 200],
  [24 * hour + 1, 400],
])('ends in %i seconds: %i', async (seconds, status) => {
  const answer = await world.session(orderNumber(), { expires_at: String(now() + seconds) });
  expect(answer.status).toBe(status);
});

describe('the page', () => {
  test('says what for, how much and by which card', async () => {
    const body = await made();
    const response = await fetch(String(body['url']));
    const page = await response.text();
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page).toContain('Test goods &#60;A&#62; &#38; B × 2');
    expect(page).toContain('<strong>8.80 USD</strong>');
    expect(page).toMatch(
      /<fieldset><legend>Card<\/legend>[^]*value="pm_card_visa" checked[^]*>Pay<[^]*>Back</,
    );
    expect(page).toContain('pm_usBankAccount');
    const inEuro = await made({ 'line_items[0][price_data][currency]': 'eur' });
    expect(await (await fetch(String(inEuro['url']))).text()).not.toContain('pm_usBankAccount');
  });

  test('Pay pays, and leads to the shop', async () => {
    const number = orderNumber();
    const { body } = await world.session(number);
    const response = await press(body, 'pay', 'pm_card_visa');
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe(`https://shop.example/paid?session=${String(body['id'])}`);
    const after = await session(body);
    expect(after).toMatchObject({ status: 'complete', payment_status: 'paid', url: null });
    const { body: intent } = await world.read(after['payment_intent']);
    expect(intent).toMatchObject({ status: 'succeeded', metadata: { transaction_id: number }, amount: 880 });
    expect(await types(body['id'])).toEqual(['checkout.session.completed']);
    const again = await press(body, 'pay', 'pm_card_visa');
    expect(again.status).toBe(409);
    expect(await again.text()).toContain('already paid. No money moved this time');
  });

  test('a declined card leaves it open, with words', async () => {
    const body = await made();
    const response = await press(body, 'pay', 'pm_card_chargeDeclined');
    expect(response.status).toBe(402);
    expect(await response.text()).toContain('<p role="alert">Your card was declined. No money moved.</p>');
    const after = await session(body);
    expect(after).toMatchObject({ status: 'open', payment_intent: expect.stringMatching(/^pi_3/) });
    expect((await press(body, 'pay', 'pm_card_mastercard')).status).toBe(303);
    expect(await session(body)).toMatchObject({
      status: 'complete',
      payment_intent: after['payment_intent'],
    });
  });

  test('a card that there is not is none', async () => {
    const response = await press(await made(), 'pay', 'pm_card_gold');
    expect(await response.text()).toContain('Choose a card.');
  });

  test('Back leads back, and moves nothing', async () => {
    const body = await made();
    expect((await press(body, 'back')).headers.get('location')).toBe('https://shop.example/back');
    expect(await session(body)).toMatchObject({ status: 'open', payment_intent: null });
    expect(await (await press(await made({ cancel_url: '' }), 'back')).text()).toContain('This is not paid.');
  });

  test.each([
    ['complete', 'https://shop.example/paid?session=', 'complete'],
    ['fail', '/stripe/c/pay/', 'open'],
  ])('3-D Secure: %s', async (action, leads, status) => {
    const body = await made();
    const asked = await press(body, 'pay', 'pm_card_authenticationRequired');
    const page = String(asked.headers.get('location'));
    expect(page).toContain('/stripe/3d-secure/src_');
    const answered = await fetch(page, {
      ...{ method: 'POST', redirect: 'manual' },
      body: new URLSearchParams({ action }),
    });
    expect(answered.headers.get('location')).toBe(leads + String(body['id']));
    expect(await session(body)).toMatchObject({ status });
  });

  test('a bank account: complete, and not paid yet', async () => {
    const body = await made();
    expect((await press(body, 'pay', 'pm_usBankAccount')).status).toBe(303);
    expect(await session(body)).toMatchObject({ status: 'complete', payment_status: 'unpaid' });
    const again = await press(body, 'pay', 'pm_card_visa');
    expect(await again.text()).toContain('No money moved this time');
  });

  test('nobody knows another', async () => {
    expect((await fetch(`${world.gateways.url}/stripe/c/pay/cs_test_nobody`)).status).toBe(404);
  });
});

describe('the end', () => {
  test('comes by itself, to the second', async () => {
    const body = await made({ expires_at: String(now() + 30 * minute) });
    await world.clock.advance(30 * minute * 1000 - 1000);
    expect(await session(body)).toMatchObject({ status: 'open' });
    await world.clock.advance(1000);
    expect(await types(body['id'])).toEqual(['checkout.session.expired']);
    expect(await session(body)).toMatchObject({ status: 'expired', url: null, payment_intent: null });
    const late = await press(body, 'pay', 'pm_card_visa');
    expect(late.status).toBe(409);
    expect(await late.text()).toContain('The time to pay at this page is over. No money moved.');
    expect(await session(body)).toMatchObject({ status: 'expired', payment_status: 'unpaid' });
  });

  test('takes an attempt with it', async () => {
    const body = await made();
    await press(body, 'pay', 'pm_card_chargeDeclined');
    const { payment_intent: id } = await session(body);
    const refused = await world.call('POST', `/v1/payment_intents/${String(id)}/cancel`);
    expect(refused).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringContaining('Expire') } },
    });
    expect(await world.call('POST', `/v1/checkout/sessions/${String(body['id'])}/expire`)).toMatchObject({
      ...{ status: 200, body: { status: 'expired' } },
    });
    expect((await world.read(id)).body).toMatchObject({ status: 'canceled' });
  });

  test('does not come to what is paid', async () => {
    const body = await made({ expires_at: String(now() + 30 * minute) });
    await press(body, 'pay', 'pm_card_visa');
    await world.clock.advance(hour * 1000);
    expect(await session(body)).toMatchObject({ status: 'complete', payment_status: 'paid' });
    const refused = await world.call('POST', `/v1/checkout/sessions/${String(body['id'])}/expire`);
    expect(refused).toMatchObject({ status: 400, body: { error: { type: 'invalid_request_error' } } });
  });
});

test('the intent and its charge are shown inside, when it is asked', async () => {
  const body = await made();
  await press(body, 'pay', 'pm_card_visa');
  const path = `/v1/checkout/sessions/${String(body['id'])}?expand[]=payment_intent.latest_charge`;
  expect((await world.call('GET', path)).body).toMatchObject({
    payment_intent: { object: 'payment_intent', latest_charge: { object: 'charge', paid: true } },
  });
});
