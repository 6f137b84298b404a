// Webhooks of PayPal: what they say, how they are proved, who hears them, and when they come again.
import { X509Certificate } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { openWorld, orderNumber, zulu, type World } from './paypal-merchant.ts';
import { doubts } from './paypal-proof.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterEach(() => {
  world.shop.reply = 200;
});
afterAll(() => world.stop());

const minute = 60_000;
const hour = 60 * minute;

async function approved(number = orderNumber()) {
  const created = await world.created(number);
  await world.pay(created);
  return { ...created, number };
}
async function captured(number = orderNumber()) {
  const created = await approved(number);
  await world.capture(created.id);
  await world.gateways.idle();
  return created;
}
const deliveries = async (number: string) =>
  (await world.control('GET', `/callbacks?transaction_id=${number}`)).body['callbacks'] as {
    at: string;
    notify_id: string;
    status: number;
    accepted: boolean;
  }[];
const eventOf = (id: string, type: string) =>
  world.heard(id).find(({ event }) => event.event_type === type) as ReturnType<World['heard']>[number];

describe('an event', () => {
  test('of an approval is the order', async () => {
    const { id, number } = await approved();
    const { event, headers } = eventOf(id, 'CHECKOUT.ORDER.APPROVED');
    const base = world.gateways.paypal.gatewayUrl;
    expect(event).toEqual({
      id: expect.stringMatching(/^WH-[0-9A-Z]{17}-[0-9A-Z]{17}$/),
      ...{ event_version: '1.0', create_time: new Date(world.clock.at).toISOString() },
      ...{ resource_type: 'checkout-order', resource_version: '2.0' },
      ...{ event_type: 'CHECKOUT.ORDER.APPROVED', summary: expect.any(String) },
      resource: (await world.retrieve(id)).body,
      links: [
        {
          href: `${base}/v1/notifications/webhooks-events/${String(event['id'])}`,
          rel: 'self',
          method: 'GET',
        },
        expect.objectContaining({ rel: 'resend', method: 'POST' }),
      ],
    });
    expect(event.resource).toMatchObject({ status: 'APPROVED', purchase_units: [{ custom_id: number }] });
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'paypal-auth-algo': 'SHA256withRSA',
      'paypal-auth-version': 'v2',
      'paypal-transmission-id': expect.stringMatching(/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/),
      'paypal-transmission-time': zulu(world.clock.at),
      'paypal-cert-url': expect.stringMatching(/\/v1\/notifications\/certs\/CERT-[0-9a-f-]{26}$/),
    });
  });

  test('of a capture is the capture, with its order', async () => {
    const { id } = await captured();
    const { event } = eventOf(id, 'PAYMENT.CAPTURE.COMPLETED');
    expect(event).toMatchObject({
      ...{ resource_type: 'capture', summary: 'Payment completed for $ 10.99 USD' },
      resource: { status: 'COMPLETED', supplementary_data: { related_ids: { order_id: id } } },
    });
    const capture = await world.call('GET', `/v2/payments/captures/${String(event.resource['id'])}`);
    expect(event.resource).toEqual(capture.body);
    const completed = eventOf(id, 'CHECKOUT.ORDER.COMPLETED').event;
    expect(completed.resource).toEqual((await world.retrieve(id)).body);
  });

  test('of a reversal says little, and has no type of resource', async () => {
    const { id, number } = await approved();
    await world.advance(3 * hour);
    const { event } = eventOf(id, 'CHECKOUT.PAYMENT-APPROVAL.REVERSED');
    const unit = { reference_id: 'default', custom_id: number, invoice_id: number };
    expect(event.resource).toEqual({
      order_id: id,
      purchase_units: [unit],
      payment_source: { paypal: {} },
    });
    expect(event).not.toHaveProperty('resource_type');
  });
});

describe('the proof', () => {
  test('holds for its merchant alone', async () => {
    const { id } = await captured();
    for (const each of world.heard(id)) {
      expect(await world.doubts(each)).toEqual([]);
      expect(await world.doubts(each, 'PAYPAL_OTHER')).toEqual(['signature']);
    }
    const other = await world.created(orderNumber(), {}, { channel: 'PAYPAL_OTHER' });
    await world.pay(other);
    const [first] = world.heard(other.id);
    expect(first?.url).toBe('/hooks/PAYPAL_OTHER');
    expect(first && (await world.doubts(first, 'PAYPAL_OTHER'))).toEqual([]);
  });

  test('covers the body, its id, its time and whom it is for', async () => {
    const { id } = await approved();
    const genuine = eventOf(id, 'CHECKOUT.ORDER.APPROVED');
    expect(await world.doubts({ ...genuine, raw: `${genuine.raw} ` })).toEqual(['signature']);
    for (const name of ['paypal-transmission-id', 'paypal-transmission-time']) {
      const headers = { ...genuine.headers, [name]: String(genuine.headers[name]).replace(/\d/, '7#') };
      expect(await world.doubts({ ...genuine, headers })).toContain('signature');
    }
  });

  test('does not cover more than the CRC-32 of the body: a forger writes what he likes', async () => {
    const { id } = await captured();
    const genuine = eventOf(id, 'PAYMENT.CAPTURE.COMPLETED');
    const { forgedTwin } = world.gateways.paypal;
    const larger = { ...genuine, raw: forgedTwin(genuine.raw) };
    expect(JSON.parse(larger.raw)).toMatchObject({ resource: { amount: { value: '910.99' } } });
    const renamed = {
      ...genuine,
      raw: forgedTwin(genuine.raw, (body) => body.replaceAll(id, 'ANOTHER0ORDER0000')),
    };
    expect(renamed.raw).not.toContain(id);
    for (const each of [larger, renamed]) expect(await world.doubts(each)).toEqual([]);
  });

  test('hangs from the authority: RSA-2048, sandbox’s name, served to everybody', async () => {
    const { id } = await approved();
    const url = String(eventOf(id, 'CHECKOUT.ORDER.APPROVED').headers['paypal-cert-url']);
    expect(new URL(url).host).toBe(world.gateways.paypal.certificateHost);
    const response = await fetch(url);
    expect(response.status).toBe(200);
    const pems = (await response.text()).match(/-----BEGIN[^]*?END CERTIFICATE-----\n/g) ?? [];
    expect(pems).toHaveLength(2);
    const [leaf, root] = pems.map((pem) => new X509Certificate(pem)) as [X509Certificate, X509Certificate];
    expect(pems[1]).toBe(world.gateways.paypal.certificateAuthorityPem);
    expect(leaf.subject).toMatch(/^CN=messageverificationcerts\.sandbox\.paypal\.com$/m);
    expect([leaf.ca, root.ca]).toEqual([false, true]);
    expect(leaf.checkIssued(root) && leaf.verify(root.publicKey)).toBe(true);
    expect(leaf.publicKey.asymmetricKeyDetails?.modulusLength).toBe(2048);
    expect(leaf.publicKey.asymmetricKeyType).toBe('rsa');
    expect((await fetch(`${url}0`)).status).toBe(404);
  });

  test('by another authority is none', async () => {
    const { id } = await approved();
    const other = await openWorld();
    const { certificateAuthorityPem: authorityPem } = other.gateways.paypal;
    await other.stop();
    const judge = { authorityPem, webhookId: world.account().webhookId };
    expect(await doubts(eventOf(id, 'CHECKOUT.ORDER.APPROVED'), judge)).toEqual(['authority']);
  });
});

describe('delivery', () => {
  test.each([200, 201, 202, 204])('is taken with %i', async (reply) => {
    world.shop.reply = reply;
    const { number } = await approved();
    expect(await deliveries(number)).toMatchObject([{ status: reply, accepted: true }]);
  });

  test('comes again 25 times within three days: one body, one event, a new transmission each time', async () => {
    world.shop.reply = 500;
    const began = world.clock.at;
    const { id, number } = await captured();
    await world.advance(5 * 24 * hour);
    const { event } = eventOf(id, 'PAYMENT.CAPTURE.COMPLETED');
    const made = (await deliveries(number)).filter(({ notify_id: each }) => each === event['id']);
    expect(made).toHaveLength(26);
    expect(Date.parse(made.at(-1)?.at ?? '') - began).toBe(72 * hour);
    const told = world.heard(id).filter((each) => each.event['id'] === event['id']);
    expect(new Set(told.map(({ raw }) => raw)).size).toBe(1);
    for (const name of ['paypal-transmission-id', 'paypal-transmission-time', 'paypal-transmission-sig'])
      expect(new Set(told.map(({ headers }) => headers[name])).size).toBe(26);
    for (const each of told) expect(await world.doubts(each)).toEqual([]);
  });

  test('can be asked for again: the money’s own news', async () => {
    const { id, number } = await captured();
    const answer = await world.control('POST', '/callbacks/resend', { transaction_id: number });
    expect(answer.status).toBe(200);
    const told = world.heard(id).filter(({ event }) => event.event_type === 'PAYMENT.CAPTURE.COMPLETED');
    expect(told).toHaveLength(2);
    expect(told[0]?.event).toEqual(told[1]?.event);
    const quiet = orderNumber();
    await world.created(quiet);
    expect(await world.control('POST', '/callbacks/resend', { transaction_id: quiet })).toMatchObject({
      status: 404,
    });
  });
});
