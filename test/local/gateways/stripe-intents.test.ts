// The life of an intent: who may confirm it, what becomes of it, and what it is told as.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openWorld, orderNumber, type Answered, type Fields, type World } from './stripe-merchant.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.stop());

const path = (body: Fields, act = '') => `/v1/payment_intents/${String(body['id'])}${act}`;
const made = async (change?: Record<string, string>) => (await world.intent(orderNumber(), change)).body;
const confirm = (body: Fields, form: string, headers?: Record<string, string>): Promise<Answered> =>
  world.call('POST', path(body, '/confirm'), form, headers ? { headers } : {});
const types = async (about: Fields) => {
  const { body } = await world.call('GET', '/v1/events?limit=100');
  const all = body['data'] as { type: string; data: { object: Fields } }[];
  const its = all.filter(({ data: { object } }) =>
    [object['id'], object['payment_intent']].includes(about['id']),
  );
  return its.map(({ type }) => type).reverse();
};

test('is told in full', async () => {
  const body = await made({ receipt_email: 'payer@example.com', statement_descriptor_suffix: 'ORDER 1' });
  expect(body).toMatchObject({
    ...{ id: expect.stringMatching(/^pi_3\w{23}$/), object: 'payment_intent', amount: 880, currency: 'usd' },
    ...{ amount_received: 0, created: Math.floor(world.clock.at / 1000), description: 'Test goods A+B 100%' },
    ...{ latest_charge: null, next_action: null, status: 'requires_payment_method', livemode: false },
    ...{ receipt_email: 'payer@example.com', statement_descriptor_suffix: 'ORDER 1', payment_method: null },
    automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
    payment_method_types: ['card', 'us_bank_account'],
    metadata: { transaction_id: expect.any(String) },
  });
  expect(body['client_secret']).toMatch(new RegExp(`^${String(body['id'])}_secret_\\w{25}$`));
});

test('never expires by itself', async () => {
  const other = await openWorld();
  const { body } = await other.intent(orderNumber());
  await other.clock.advance(400 * 86_400_000);
  expect((await other.read(body['id'])).body).toMatchObject({ status: 'requires_payment_method' });
  await other.stop();
});

test('the kinds of payment that are allowed are told apart from those that fit', async () => {
  const allowed = {
    ...{ 'automatic_payment_methods[enabled]': '', 'automatic_payment_methods[allow_redirects]': '' },
    ...{ 'allowed_payment_method_types[0]': 'alipay', 'allowed_payment_method_types[1]': 'card' },
  };
  const body = await made(allowed);
  expect(body).toMatchObject({
    allowed_payment_method_types: ['alipay', 'card'],
    payment_method_types: ['card'],
  });
  expect(body['automatic_payment_methods']).toBeNull();
  const answer = await confirm(body, 'payment_method=pm_usBankAccount');
  expect(answer).toMatchObject({ status: 400, body: { error: { param: 'payment_method' } } });
});

describe('confirmed', () => {
  test.each(['pm_card_visa', 'pm_card_mastercard'])('%s pays', async (card) => {
    const body = await made();
    const paid = await confirm(body, `payment_method=${card}&expand[]=latest_charge`);
    expect(paid).toMatchObject({
      status: 200,
      body: { status: 'succeeded', amount_received: 880, latest_charge: { object: 'charge', paid: true } },
    });
    expect(await types(body)).toEqual([
      'payment_intent.created',
      'charge.succeeded',
      'payment_intent.succeeded',
    ]);
  });

  test.each([
    ['pm_card_chargeDeclined', 'generic_decline'],
    ['pm_card_chargeDeclinedInsufficientFunds', 'insufficient_funds'],
  ])('%s is declined, and it can be tried again', async (card, code) => {
    const body = await made();
    const declined = await confirm(body, `payment_method=${card}`);
    const why = { code: 'card_declined', decline_code: code, type: 'card_error' };
    expect(declined).toMatchObject({ status: 402, body: { error: why } });
    const { body: after } = await world.read(body['id']);
    expect(after).toMatchObject({
      ...{ status: 'requires_payment_method', last_payment_error: why, payment_method: null },
      latest_charge: expect.stringMatching(/^ch_3/),
    });
    const charge = await world.call('GET', `/v1/charges/${String(after['latest_charge'])}`);
    expect(charge.body).toMatchObject({ status: 'failed', paid: false, failure_code: 'card_declined' });
    expect(await types(body)).toEqual([
      'payment_intent.created',
      'charge.failed',
      'payment_intent.payment_failed',
    ]);
    expect((await confirm(body, 'payment_method=pm_card_visa')).body).toMatchObject({
      ...{ status: 'succeeded', last_payment_error: null },
    });
  });

  test('at once, when it is made so', async () => {
    expect(await made({ confirm: 'true', payment_method: 'pm_card_visa' })).toMatchObject({
      status: 'succeeded',
    });
    const waiting = await made({ payment_method: 'pm_card_visa' });
    expect(waiting).toMatchObject({ status: 'requires_confirmation' });
    expect((await confirm(waiting, '')).body).toMatchObject({ status: 'succeeded' });
  });

  test('a bank account takes days', async () => {
    const body = await made();
    const { body: after } = await confirm(body, 'payment_method=pm_usBankAccount');
    expect(after).toMatchObject({ status: 'processing', amount_received: 0 });
    const cancel = await world.call('POST', path(body, '/cancel'));
    expect(cancel).toMatchObject({
      status: 400,
      body: { error: { code: 'payment_intent_unexpected_state' } },
    });
    const charge = await world.call('GET', `/v1/charges/${String(after['latest_charge'])}`);
    expect(charge.body).toMatchObject({ status: 'pending', paid: false, balance_transaction: null });
  });

  test.each([
    ['nothing', '', 'payment_intent_unexpected_state'],
    ['a card that there is not', 'payment_method=pm_card_gold', 'resource_missing'],
  ])('not by %s', async (_name, form, code) => {
    expect(await confirm(await made(), form)).toMatchObject({ status: 400, body: { error: { code } } });
  });

  test('only with somewhere to return to, where methods may redirect', async () => {
    const body = await made({ 'automatic_payment_methods[allow_redirects]': '' });
    const answer = await confirm(body, 'payment_method=pm_card_visa');
    expect(answer).toMatchObject({ status: 400, body: { error: { param: 'return_url' } } });
    const url = encodeURIComponent('https://shop.example/back');
    expect(await confirm(body, `payment_method=pm_card_visa&return_url=${url}`)).toMatchObject({
      status: 200,
    });
  });

  test.each(['confirm', 'cancel'])('no %s once it is paid', async (act) => {
    const body = await made({ confirm: 'true', payment_method: 'pm_card_visa' });
    const answer = await world.call(
      'POST',
      path(body, `/${act}`),
      act === 'confirm' ? 'payment_method=pm_card_visa' : '',
    );
    const why = { code: 'payment_intent_unexpected_state', payment_intent: { status: 'succeeded' } };
    expect(answer).toMatchObject({ status: 400, body: { error: why } });
  });

  test('nor after it was cancelled', async () => {
    const body = await made();
    const cancelled = await world.call('POST', path(body, '/cancel'), 'cancellation_reason=duplicate');
    expect(cancelled.body).toMatchObject({ status: 'canceled', cancellation_reason: 'duplicate' });
    expect(await types(body)).toEqual(['payment_intent.created', 'payment_intent.canceled']);
    expect(await confirm(body, 'payment_method=pm_card_visa')).toMatchObject({ status: 400 });
    expect(await world.call('POST', path(body, '/cancel'))).toMatchObject({ status: 400 });
  });
});

describe('a browser', () => {
  const browser = () => ({ authorization: `Bearer ${world.account().publishableKey}` });

  test('confirms by the client_secret, and sees less', async () => {
    const body = await made();
    const secret = `client_secret=${String(body['client_secret'])}`;
    const paid = await confirm(body, `payment_method=pm_card_visa&${secret}`, browser());
    expect(paid.body).toMatchObject({ status: 'succeeded', amount: 880 });
    expect(Object.keys(paid.body)).not.toEqual(expect.arrayContaining(['metadata']));
    expect(Object.keys(paid.body)).not.toEqual(expect.arrayContaining(['latest_charge']));
    const told = await world.call('GET', `${path(body)}?${secret}`, undefined, { headers: browser() });
    expect(told.body).toMatchObject({ status: 'succeeded' });
  });

  test('without it, or with another’s, it does not', async () => {
    const [body, other] = [await made(), await made()];
    const headers = browser();
    expect(await confirm(body, 'payment_method=pm_card_visa', headers)).toMatchObject({ status: 403 });
    const wrong = `payment_method=pm_card_visa&client_secret=${String(other['client_secret'])}`;
    expect(await confirm(body, wrong, headers)).toMatchObject({ status: 400 });
    expect(await world.call('POST', path(body, '/cancel'), '', { headers })).toMatchObject({ status: 403 });
    expect(await world.call('GET', '/v1/events', undefined, { headers })).toMatchObject({ status: 403 });
  });
});

describe('3-D Secure', () => {
  const asked = async () => {
    const body = await made();
    const url = encodeURIComponent('https://shop.example/back?a=1');
    const { body: after } = await confirm(
      body,
      `payment_method=pm_card_authenticationRequired&return_url=${url}`,
    );
    expect(after).toMatchObject({ status: 'requires_action', next_action: { type: 'redirect_to_url' } });
    const { redirect_to_url: to } = after['next_action'] as { redirect_to_url: { url: string } };
    return { body, page: to.url };
  };
  const answer = (page: string, action: string) =>
    fetch(page, { method: 'POST', body: new URLSearchParams({ action }), redirect: 'manual' });

  test('completed', async () => {
    const { body, page } = await asked();
    const shown = await fetch(page);
    expect(await shown.text()).toMatch(/8\.80 USD[^]*<form method="post"[^]*Complete[^]*Fail/);
    const response = await answer(page, 'complete');
    const back = `https://shop.example/back?a=1&payment_intent=${String(body['id'])}`;
    expect(response.headers.get('location')).toContain(back);
    expect(response.headers.get('location')).toContain('redirect_status=succeeded');
    expect((await world.read(body['id'])).body).toMatchObject({ status: 'succeeded' });
    expect(await answer(page, 'complete')).toMatchObject({ status: 404 });
  });

  test('failed, and tried again', async () => {
    const { body, page } = await asked();
    expect((await answer(page, 'fail')).headers.get('location')).toContain('redirect_status=failed');
    const { body: after } = await world.read(body['id']);
    expect(after).toMatchObject({
      ...{ status: 'requires_payment_method', latest_charge: null, next_action: null },
      last_payment_error: { code: 'payment_intent_authentication_failure' },
    });
    expect((await confirm(body, 'payment_method=pm_card_visa')).body).toMatchObject({ status: 'succeeded' });
  });

  test('without somewhere to return to', async () => {
    const body = await made();
    const { body: after } = await confirm(body, 'payment_method=pm_card_authenticationRequired');
    expect(after).toMatchObject({ next_action: { type: 'use_stripe_sdk' } });
    const { use_stripe_sdk: sdk } = after['next_action'] as { use_stripe_sdk: { stripe_js: string } };
    expect(await answer(sdk.stripe_js, 'complete')).toMatchObject({ status: 200 });
    expect((await world.read(body['id'])).body).toMatchObject({ status: 'succeeded' });
  });

  test('cancelled while it was asked', async () => {
    const { body, page } = await asked();
    expect(await world.call('POST', path(body, '/cancel'))).toMatchObject({ status: 200 });
    expect(await fetch(page)).toMatchObject({ status: 404 });
  });
});
