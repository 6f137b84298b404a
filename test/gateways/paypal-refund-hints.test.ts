// What PayPal posts of refunds: which one to ask for, by our number or by its own, and nothing that is believed.
import { describe, expect, test } from '@jest/globals';
import { refundIdOf } from '../../lib/domain/ids.ts';
import { CallbackRefused, type Notification } from '../../lib/gateways/gateway.ts';
import { readerFor } from '../contract/bench.ts';
import { payPalBench } from '../contract/paypal.ts';
import { captureId, eventOf, refundOf, transmitted } from '../contract/paypal-side.ts';
import { transactionId } from './paypal-answering.ts';
import { forged } from './paypal-twin.ts';

const noticeId = 'WH-2WR32451HC0233532-67976317FL4543714';
const gatewayRefundId = '1JU08902781691411';
const refundId = refundIdOf(transactionId, 7);
const ours = refundOf({ capture: captureId, refund: refundId, value: '3.00' });
const consoles = refundOf({ capture: captureId, refund: undefined, value: '3.00' });

async function read(text: string, proved = text): Promise<Notification | string> {
  const callback = { body: Buffer.from(text), headers: transmitted(proved) };
  const reader = await readerFor(payPalBench, callback);
  try {
    return reader.readNotification(callback).notification;
  } catch (error) {
    if (error instanceof CallbackRefused) return error.reason;
    throw error;
  }
}
const told = (resource: object, type = 'PAYMENT.CAPTURE.REFUNDED') =>
  read(JSON.stringify(eventOf(type, resource)));
const hint = (refund: object, what = 'PAYMENT.CAPTURE.REFUNDED') => ({
  kind: 'refund_hint',
  what,
  noticeId,
  refund,
});
const own = { refundId, transactionId };

describe.each(['PAYMENT.CAPTURE.REFUNDED', 'PAYMENT.REFUND.PENDING', 'PAYMENT.REFUND.FAILED'])(
  '%s',
  (type) => {
    test('of a refund of ours is a hint by our number', async () => {
      expect(await told(ours, type)).toEqual(hint(own, type));
    });

    test('of one of the console is a hint by PayPal’s numbers', async () => {
      expect(await told(consoles, type)).toEqual(
        hint({ gatewayRefundId, gatewayTransactionId: captureId }, type),
      );
    });

    test('for another payee is foreign', async () => {
      for (const name of ['payer', 'payee'])
        expect(await told({ ...ours, [name]: { merchant_id: 'ZZZZZZZZZZZZ9' } }, type)).toBe('foreign');
    });
  },
);

describe('our number', () => {
  test.each(['custom_id', 'invoice_id'])('is enough in %s', async (name) => {
    expect(await told({ ...consoles, [name]: refundId })).toEqual(hint(own));
  });

  test('needs no link to the capture', async () => {
    expect(await told({ ...ours, links: [] })).toEqual(hint(own));
  });

  test('of the payment, inherited at the console, is the payment’s', async () => {
    const inherited = { ...consoles, custom_id: transactionId, invoice_id: transactionId };
    expect(await told(inherited)).toEqual(
      hint({ gatewayRefundId, transactionId, gatewayTransactionId: captureId }),
    );
  });

  test.each(['4711', '', null, `${refundId}0`, refundId.toUpperCase()])(
    '%j is none of ours: whose money it was is told by the capture',
    async (custom) => {
      expect(await told({ ...consoles, custom_id: custom })).toEqual(
        hint({ gatewayRefundId, gatewayTransactionId: captureId }),
      );
    },
  );
});

describe('without our number', () => {
  const up = (href: unknown) => ({ links: [{ href, rel: 'up', method: 'GET' }] });
  test.each([
    ['a number of PayPal’s', { id: 'x' }],
    ['a link', { links: undefined }],
    ['a link upwards', { links: [{ ...up('x').links[0], rel: 'self' }] }],
    [
      'a link to a capture',
      up('https://api.sandbox.paypal.com/v2/payments/authorizations/3C679366HH908993F'),
    ],
    ['a link that is a text', up(4711)],
    ['one link', { links: [...(consoles['links'] as object[]), ...(consoles['links'] as object[])] }],
  ])('and without %s it is told, never guessed', async (_, change) => {
    expect(await told({ ...consoles, ...change })).toEqual({
      kind: 'unrecognised',
      what: 'PAYMENT.CAPTURE.REFUNDED without the numbers of refund and capture',
      noticeId,
    });
  });
});

test('a reversal is none: PayPal took the money itself', async () => {
  expect(await told(ours, 'PAYMENT.CAPTURE.REVERSED')).toMatchObject({ kind: 'unrecognised' });
});

test('another body with the same checksum is a hint, too, and no more', async () => {
  const text = JSON.stringify(eventOf('PAYMENT.CAPTURE.REFUNDED', ours));
  const twin = forged(text, text.replace('"3.00"', '"9.99"'));
  expect(twin).not.toBe(text);
  expect(await read(twin, text)).toEqual(hint(own));
});
