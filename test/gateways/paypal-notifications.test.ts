// What PayPal posts: proved by its headers and a checksum, read as a hint, and never believed.
import { describe, expect, test } from '@jest/globals';
import { forged } from './paypal-twin.ts';
import type { Callback, Notification } from '../../lib/gateways/gateway.ts';
import { CallbackRefused } from '../../lib/gateways/gateway.ts';
import { noon, readerFor } from '../contract/bench.ts';
import { payPalBench } from '../contract/paypal.ts';
import { account, captureOf, eventOf, transmitted, type Transmission } from '../contract/paypal-side.ts';
import { gatewayOrderId, numbers, order, transactionId } from './paypal-answering.ts';

const noticeId = 'WH-2WR32451HC0233532-67976317FL4543714';
const facts = { id: gatewayOrderId, order: transactionId, value: '10.99' };
const minute = 60_000;
const day = 24 * 60 * minute;

const signed = (body: string | object, more?: Transmission): Callback => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { body: Buffer.from(text), headers: transmitted(text, more) };
};

async function read(callback: Callback, now?: number): Promise<Notification | string> {
  const reader = await readerFor(payPalBench, callback, { ...(now !== undefined && { now }) });
  try {
    return reader.readNotification(callback).notification;
  } catch (error) {
    if (error instanceof CallbackRefused) return error.reason;
    throw error;
  }
}

const reversal = {
  order_id: gatewayOrderId,
  purchase_units: [{ reference_id: 'default', custom_id: transactionId, invoice_id: transactionId }],
  payment_source: { paypal: {} },
};
const resources: Readonly<Record<string, object>> = {
  'CHECKOUT.ORDER.APPROVED': order({ status: 'APPROVED' }),
  'CHECKOUT.ORDER.COMPLETED': order({ status: 'COMPLETED', captured: 'COMPLETED' }),
  'CHECKOUT.PAYMENT-APPROVAL.REVERSED': reversal,
  'PAYMENT.CAPTURE.COMPLETED': captureOf(facts),
  'PAYMENT.CAPTURE.PENDING': captureOf({ ...facts, captured: 'PENDING' }),
  'PAYMENT.CAPTURE.DENIED': captureOf({ ...facts, captured: 'DECLINED' }),
  'PAYMENT.CAPTURE.DECLINED': captureOf({ ...facts, captured: 'DECLINED' }),
};
const known = Object.entries(resources);

describe('an event', () => {
  test.each(known)('%s is a hint', async (what, resource) => {
    expect(await read(signed(eventOf(what, resource)))).toEqual({ kind: 'hint', what, noticeId, ...numbers });
  });

  test.each(known)('%s of somebody else’s order is ignored', async (type, resource) => {
    for (const custom of ['4711', '', 'pay_x', null, 4711]) {
      const text = JSON.stringify(resource).replaceAll(
        `"custom_id":"${transactionId}"`,
        `"custom_id":${JSON.stringify(custom)}`,
      );
      expect(await read(signed(eventOf(type, JSON.parse(text) as object)))).toMatchObject({
        kind: 'ignored',
      });
    }
  });

  test.each(known)('%s without the order’s number is told', async (type, resource) => {
    const bare = {
      ...resource,
      order_id: 'x',
      supplementary_data: {},
      ...('intent' in resource && { id: 1 }),
    };
    expect(await read(signed(eventOf(type, bare)))).toEqual({
      kind: 'unrecognised',
      what: `${type} without the order’s number`,
      noticeId,
      transactionId,
    });
  });

  test.each(known)('%s for another payee is foreign', async (type, resource) => {
    const payee = { merchant_id: 'ZZZZZZZZZZZZ9' };
    expect(await read(signed(eventOf(type, { ...resource, payee })))).toBe('foreign');
    const units = { purchase_units: [{ custom_id: transactionId, payee }] };
    expect(await read(signed(eventOf(type, { ...resource, ...units })))).toBe('foreign');
  });

  test.each([
    'PAYMENT.CAPTURE.REVERSED',
    'PAYMENT.REFUND.COMPLETED',
    'CUSTOMER.DISPUTE.CREATED',
    'CHECKOUT.ORDER.APPROVED.X',
  ])('%s is told, never guessed', async (type) => {
    const notification = await read(signed(eventOf(type, captureOf(facts))));
    expect(notification).toEqual({ kind: 'unrecognised', what: `event_type ${type}`, noticeId });
  });

  const good = eventOf('PAYMENT.CAPTURE.COMPLETED', captureOf(facts));
  test.each([
    ['a field that no event has', { ...good, filler: 'x' }],
    ['no id', { ...good, id: undefined }],
    ['an id of another form', { ...good, id: 'WH 1' }],
    ['no type', { ...good, event_type: undefined }],
    ['a type of another form', { ...good, event_type: 'x y' }],
    ['no resource', { ...good, resource: undefined }],
    ['a resource that is a list', { ...good, resource: [] }],
    ['a list', [good]],
    ['a name twice', JSON.stringify(good).replace('{', '{"id":"WH-1",')],
    ['no JSON', 'x'],
    ['nothing', ''],
  ])('with %s is unreadable', async (_, body) => {
    expect(await read(signed(body))).toBe('unreadable');
  });

  test('another body with the same checksum is a hint, too, and no more', async () => {
    const text = JSON.stringify(good);
    const twin = forged(text, text.replace('"10.99"', '"99.99"'));
    expect(twin.length).toBeGreaterThan(text.length);
    expect(await read({ body: Buffer.from(twin), headers: transmitted(text) })).toEqual({
      kind: 'hint',
      what: 'PAYMENT.CAPTURE.COMPLETED',
      noticeId,
      ...numbers,
    });
  });
});

const genuine = () => signed(eventOf('PAYMENT.CAPTURE.COMPLETED', captureOf(facts)));
const withHeader = (name: string, values: readonly string[]): Callback => {
  const { body, headers } = genuine();
  return { body, headers: { ...headers, [name]: values } };
};

describe('the proof', () => {
  test.each([
    [0, 'hint'],
    [-3 * day - 5 * minute, 'hint'],
    [-3 * day - 5 * minute - 1_000, 'not_authentic'],
    [5 * minute, 'hint'],
    [5 * minute + 1_000, 'not_authentic'],
  ])('sent %i ms from now: %s', async (apart, expected) => {
    const notification = await read(
      signed(eventOf('PAYMENT.CAPTURE.COMPLETED', captureOf(facts)), { at: noon + apart }),
    );
    expect(typeof notification === 'string' ? notification : notification.kind).toBe(expected);
  });

  test.each(['0EH40505U7160970Q', 'WEBHOOK_ID', '', account.webhook_id.toLowerCase()])(
    'for the webhook %j: not authentic',
    async (webhookId) => {
      expect(await read(signed(eventOf('X', {}), { webhookId }))).toBe('not_authentic');
    },
  );

  test.each(['SHA1withRSA', 'SHA512withRSA', 'sha256withrsa', 'none', 'HMACSHA256', 'SHA256withRSA '])(
    'by %s: not authentic',
    async (algorithm) => {
      expect(await read(withHeader('paypal-auth-algo', [algorithm]))).toBe('not_authentic');
    },
  );

  const names = ['transmission-id', 'transmission-time', 'transmission-sig', 'cert-url', 'auth-algo'];
  test.each(names.map((name) => `paypal-${name}`))('%s must stand once', async (name) => {
    const { headers } = genuine();
    const [value = ''] = headers[name] ?? [];
    expect(await read(withHeader(name, [value, value]))).toBe('malformed');
    expect(await read(withHeader(name, []))).toBe('not_authentic');
    expect(await read(withHeader(name, ['']))).toBe('not_authentic');
  });

  test.each([
    '2026-11-20T06:07:08',
    '2026-11-20T06:07:08+00:00',
    '2026-11-20 06:07:08Z',
    '2026-11-31T06:07:08Z',
    '1795154828000',
    'Fri, 20 Nov 2026 06:07:08 GMT',
  ])('a time of the form %j: not authentic', async (time) => {
    expect(await read(withHeader('paypal-transmission-time', [time]))).toBe('not_authentic');
  });

  test.each(['a|b', 'a b', 'a\n', 'é', 'x'.repeat(65)])('the transmission %j: malformed', async (id) => {
    expect(await read(withHeader('paypal-transmission-id', [id]))).toBe('malformed');
  });

  test('a signature in another spelling of base64 is none', async () => {
    const [signature = ''] = genuine().headers['paypal-transmission-sig'] ?? [];
    for (const text of [
      ` ${signature}`,
      `${signature}\n`,
      signature.replaceAll('=', ''),
      signature.replace('=', '=='),
    ])
      expect(await read(withHeader('paypal-transmission-sig', [text]))).toBe('not_authentic');
  });

  test('every single-bit flip of a header is refused', async () => {
    const { body, headers } = genuine();
    const reader = await readerFor(payPalBench, { body, headers });
    let flips = 0;
    for (const name of names.map((each) => `paypal-${each}`)) {
      const [value = ''] = headers[name] ?? [];
      for (let at = 0; at < value.length * 8; at++) {
        const flipped = Buffer.from(value, 'latin1');
        flipped.writeUInt8(flipped.readUInt8(at >> 3) ^ (1 << (at & 7)), at >> 3);
        const other = { ...headers, [name]: [flipped.toString('latin1')] };
        expect(() => reader.readNotification({ body, headers: other })).toThrow(CallbackRefused);
        flips++;
      }
    }
    expect(flips).toBeGreaterThan(3_500);
  });
});
