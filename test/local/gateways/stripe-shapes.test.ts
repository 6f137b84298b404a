// Objects as Stripe's own library declares them: nothing is missing that always stands there.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type Stripe from 'stripe';
import { openWorld, orderNumber, type Fields, type World } from './stripe-merchant.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.stop());

/** Fields that the library declares without a question mark. */
type Always<What> = Exclude<
  { [Name in keyof What]-?: object extends Pick<What, Name> ? never : Name }[keyof What],
  symbol
>;

/** Does not compile when a field is missing, or is none. */
function all<What>(names: Record<Always<What>, true>): string[] {
  return Object.keys(names).sort();
}

/** @param names with spaces between */
function fields<Names extends string>(names: Names): Record<Split<Names> & string, true> {
  return Object.fromEntries(names.split(' ').map((name) => [name, true])) as Record<
    Split<Names> & string,
    true
  >;
}
type Split<Names extends string, Found = never> = Names extends `${infer First} ${infer Rest}`
  ? Split<Rest, Found | First>
  : Found | Names;

const intent = all<Stripe.PaymentIntent>(
  fields(
    'id object allowed_payment_method_types amount amount_capturable amount_received application application_fee_amount automatic_payment_methods canceled_at cancellation_reason capture_method client_secret confirmation_method created currency customer customer_account description excluded_payment_method_types last_payment_error latest_charge livemode managed_payments metadata next_action on_behalf_of payment_method payment_method_configuration_details payment_method_options payment_method_types payment_record processing receipt_email review setup_future_usage shipping source statement_descriptor statement_descriptor_suffix status transfer_group',
  ),
);
const charge = all<Stripe.Charge>(
  fields(
    'id object amount amount_captured amount_refunded application application_fee application_fee_amount balance_transaction billing_details calculated_statement_descriptor captured created currency customer description disputed failure_balance_transaction failure_code failure_message fraud_details livemode metadata on_behalf_of outcome paid payment_intent payment_method payment_method_details receipt_email receipt_number receipt_url refunded review shipping source source_transfer statement_descriptor statement_descriptor_suffix status transfer_data transfer_group',
  ),
);
const session = all<Stripe.Checkout.Session>(
  fields(
    'id object adaptive_pricing after_expiration allow_promotion_codes allowed_payment_method_types amount_subtotal amount_total automatic_tax billing_address_collection cancel_url client_reference_id client_secret collected_information consent consent_collection created currency currency_conversion custom_fields custom_text customer customer_account customer_creation customer_details customer_email discounts expires_at integration_identifier invoice invoice_creation livemode locale managed_payments metadata mode origin_context payment_intent payment_link payment_method_collection payment_method_configuration_details payment_method_options payment_method_types payment_status permissions recovered_from saved_payment_method_options setup_intent shipping_address_collection shipping_cost shipping_options status submit_type subscription success_url total_details ui_mode url wallet_options',
  ),
);
const refund = all<Stripe.Refund>(
  fields(
    'id object amount balance_transaction charge created currency customer customer_account metadata payment_intent payment_method reason receipt_number source_transfer_reversal status transfer_reversal',
  ),
);
const event = all<Stripe.Event>(
  fields('id object api_version created data livemode pending_webhooks request type'),
);
const endpoint = all<Stripe.WebhookEndpoint>(
  fields('id object api_version application created description enabled_events livemode metadata status url'),
);
const method = all<Stripe.PaymentMethod>(
  fields('id object billing_details created customer customer_account livemode metadata type'),
);

function expectAll(told: unknown, names: readonly string[]): void {
  expect(Object.keys(told as Fields)).toEqual(expect.arrayContaining([...names]));
}

test('intents and charges', async () => {
  const { body } = await world.intent(orderNumber());
  expectAll(body, intent);
  const path = `/v1/payment_intents/${String(body['id'])}`;
  await world.call('POST', `${path}/confirm`, 'payment_method=pm_card_chargeDeclined');
  const { body: after } = await world.call('GET', `${path}?expand[]=latest_charge`);
  expectAll(after['latest_charge'], charge);
  expectAll((after['last_payment_error'] as Fields)['payment_method'], method);
});

test('refunds', async () => {
  const { body } = await world.intent(orderNumber(), { confirm: 'true', payment_method: 'pm_card_visa' });
  const form = `payment_intent=${String(body['id'])}&amount=300`;
  expectAll((await world.call('POST', '/v1/refunds', form)).body, refund);
});

test('sessions', async () => {
  expectAll((await world.session(orderNumber())).body, session);
});

test('events and endpoints', async () => {
  const { body } = await world.call('GET', '/v1/events?limit=1');
  expectAll((body['data'] as unknown[])[0], event);
  const form = `url=${encodeURIComponent(world.shop.url)}&enabled_events[]=*`;
  expectAll((await world.call('POST', '/v1/webhook_endpoints', form)).body, endpoint);
});

const path = (body: Fields) => `/v1/payment_intents/${String(body['id'])}`;

test('what stands behind the numbers is shown, where it is asked', async () => {
  const body = (await world.intent(orderNumber(), { confirm: 'true', payment_method: 'pm_card_visa' })).body;
  const inside = { latest_charge: { object: 'charge', payment_intent: { object: 'payment_intent' } } };
  const expand = 'expand[]=latest_charge.payment_intent&expand[]=payment_method';
  expect((await world.call('GET', `${path(body)}?${expand}`)).body).toMatchObject({
    ...{ ...inside, payment_method: { object: 'payment_method', card: { last4: '4242' } } },
  });
  const listed = await world.call('GET', '/v1/payment_intents?limit=1&expand[]=data.latest_charge');
  expect(listed.body).toMatchObject({ data: [{ latest_charge: { object: 'charge' } }] });
  const { body: waiting } = await world.intent(orderNumber());
  const told = await world.call('GET', `${path(waiting)}?expand[]=latest_charge`);
  expect(told.body).toMatchObject({ latest_charge: null });
  for (const wrong of ['amount', 'data.latest_charge', 'latest_charge.id', 'latest_charge.'.repeat(5)]) {
    const answer = await world.call('GET', `${path(body)}?expand[]=${wrong}`);
    expect(answer).toMatchObject({ status: 400, body: { error: { param: 'expand' } } });
  }
  expect(await world.call('GET', '/v1/payment_intents?expand[]=latest_charge')).toMatchObject({
    status: 400,
  });
});
