// The notifications API of PayPal: addresses are registered, events are looked through and sent again.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openWorld, type Fields, type World } from './paypal-merchant.ts';
import { doubts } from './paypal-proof.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.stop());

/** An order that is approved and captured, and all is heard of it. */
async function captured(): Promise<string> {
  const created = await world.created();
  await world.pay(created);
  await world.capture(created.id);
  await world.gateways.idle();
  return created.id;
}
const eventOf = (id: string, type: string): Fields =>
  world.heard(id).find(({ event }) => event.event_type === type)?.event ?? {};

const path = '/v1/notifications/webhooks';
const events = (query: string) =>
  world.call('GET', `/v1/notifications/webhooks-events?${query}`).then(({ body }) => body);

test('registers further addresses, for some events', async () => {
  const url = `${world.shop.origin}/hooks/further`;
  const event_types = [{ name: 'PAYMENT.CAPTURE.COMPLETED' }];
  const answer = await world.call('POST', path, { url, event_types });
  expect(answer).toMatchObject({ status: 201, body: { url, event_types } });
  expect(await world.call('POST', path, { url, event_types })).toMatchObject({
    status: 400,
    issue: 'WEBHOOK_URL_ALREADY_EXISTS',
  });
  const id = await captured();
  const further = world.heard(id).filter(({ url: to }) => to === '/hooks/further');
  expect(further.map(({ event }) => event.event_type)).toEqual(['PAYMENT.CAPTURE.COMPLETED']);
  const [heard] = further;
  const judge = {
    authorityPem: world.gateways.paypal.certificateAuthorityPem,
    webhookId: String(answer.body['id']),
  };
  expect(heard && (await doubts(heard, judge))).toEqual([]);
  expect(heard && (await world.doubts(heard))).toEqual(['signature']);
  const { body } = await world.call('GET', path);
  const ids = (body['webhooks'] as Fields[]).map((each) => each['id']);
  expect(ids).toEqual([world.account().webhookId, answer.body['id']]);
});

test.each([
  {},
  { url: 'nowhere', event_types: [{ name: '*' }] },
  { url: 'http://a.example', event_types: [] },
])('%j is refused', async (body) => {
  expect(await world.call('POST', path, body)).toMatchObject({ status: 400 });
});

test('ten addresses are the most; the dashboard knows one that is there', async () => {
  const other = await openWorld();
  const { paypal } = other.gateways;
  const known = paypal.registerWebhook(`${other.shop.origin}/hooks/PAYPAL`);
  expect(known).toEqual({ id: other.account().webhookId });
  for (let count = 2; count <= 10; count += 1) paypal.registerWebhook(`http://127.0.0.1:1/${count}`);
  expect(() => paypal.registerWebhook('http://127.0.0.1:1/11')).toThrow(/NUMBER_LIMIT/);
  const eleventh = { url: 'http://127.0.0.1:1/11', event_types: [{ name: '*' }] };
  expect(await other.call('POST', path, eleventh)).toMatchObject({
    status: 400,
    issue: 'WEBHOOK_NUMBER_LIMIT_EXCEEDED',
  });
  await other.stop();
});

test('lists events, the newest first, heard or not', async () => {
  const id = await captured();
  const event = eventOf(id, 'PAYMENT.CAPTURE.COMPLETED');
  const listed = await events(`transaction_id=${id}`);
  const types = (listed['events'] as Fields[]).map((each) => each['event_type']);
  expect(types).toEqual(['CHECKOUT.ORDER.COMPLETED', 'PAYMENT.CAPTURE.COMPLETED', 'CHECKOUT.ORDER.APPROVED']);
  expect(listed['count']).toBe(3);
  const one = await events(`transaction_id=${id}&event_type=PAYMENT.CAPTURE.COMPLETED`);
  expect(one['events']).toEqual([event]);
  expect((await events(`transaction_id=${id}&page_size=2`))['events']).toHaveLength(2);
  const later = new Date(world.clock.at + 1).toISOString();
  expect((await events(`transaction_id=${id}&start_time=${later}`))['events']).toEqual([]);
  expect((await events(`transaction_id=${id}&end_time=${later}`))['events']).toHaveLength(3);
  expect(await world.call('GET', '/v1/notifications/webhooks-events?start_time=soon')).toMatchObject({
    status: 400,
  });
  const self = `/v1/notifications/webhooks-events/${String(event['id'])}`;
  expect(await world.call('GET', self)).toMatchObject({ status: 200, body: event });
  expect(await world.call('GET', self, undefined, { channel: 'PAYPAL_OTHER' })).toMatchObject({
    status: 404,
  });
  expect(await world.call('POST', `${self}/resend`, {})).toMatchObject({ status: 202 });
  await world.gateways.idle();
  expect(world.heard(id).filter((each) => each.event['id'] === event['id']).length).toBeGreaterThan(1);
});
