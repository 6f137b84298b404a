// Webhooks that are proved by their headers: each input is the headers, an empty line, and the body.
import fc from 'fast-check';
import { CallbackRefused, type Callback, type NotificationReader } from '../../lib/gateways/gateway.ts';
import { noon, readerFor } from '../contract/bench.ts';
import { payPalBench } from '../contract/paypal.ts';
import * as payPal from '../contract/paypal-side.ts';
import { stripeBench } from '../contract/stripe.ts';
import * as stripe from '../contract/stripe-side.ts';
import type { Reader } from './measure.ts';
import { harm, harmed, jsonBytes } from './texts.ts';

type Bytes = fc.Arbitrary<Buffer>;
type Node = Readonly<Record<string, unknown>>;

const order = 'pay_01jd0000000000000000000000';
const border = '\n\n';

function written({ headers, body }: Callback): Buffer {
  const lines = Object.entries(headers).flatMap(([name, values]) =>
    values.map((value) => `${name}: ${value}`),
  );
  return Buffer.concat([Buffer.from(lines.join('\n') + border, 'latin1'), body]);
}

/** What stands twice is two values. */
function readBack(input: Uint8Array): Callback {
  const bytes = Buffer.from(input);
  const end = bytes.indexOf(border);
  const head = bytes.subarray(0, end < 0 ? bytes.length : end).toString('latin1');
  const headers: Record<string, string[]> = {};
  for (const line of head.split('\n')) {
    const [, name = '', value = ''] = /^([^:]*): ?(.*)$/.exec(line) ?? [];
    headers[name] = [...(Object.hasOwn(headers, name) ? (headers[name] ?? []) : []), value];
  }
  return { headers, body: end < 0 ? Buffer.alloc(0) : bytes.subarray(end + border.length) };
}

const oddValues = [
  ...['', 'a', order, `${order} `, 'PAY_', '5O190127TN364715T', 'COMPLETED', 'succeeded', 'usd', 'USD'],
  ...['8.80', '8.8.0', '1e2', '-1', '\ud83d\ude00', '\ud800', '__proto__', '2026-02-30T00:00:00Z'],
  ...[
    0,
    -0,
    -1,
    1.5,
    880,
    2 ** 53,
    1e308,
    true,
    null,
    [],
    {},
    [[]],
    { transaction_id: order },
    'x'.repeat(300),
  ],
];
const odd = fc.oneof(fc.constantFrom<unknown>(...oddValues), fc.jsonValue({ maxDepth: 2 }));

/** Members replaced, put beside the others, or taken away. */
const changed = (node: Node): fc.Arbitrary<Node> =>
  fc
    .tuple(
      fc.dictionary(fc.constantFrom(...Object.keys(node), '__proto__', 'constructor', 'x'), odd, {
        maxKeys: 3,
      }),
      fc.constantFrom(undefined, undefined, undefined, ...Object.keys(node)),
    )
    .map(([change, less]) => ({ ...node, ...change, ...(less !== undefined && { [less]: undefined }) }));

const harmedSome = (whole: readonly Callback[]): Bytes =>
  fc
    .tuple(fc.constantFrom(...whole.map(written)), fc.array(harm, { minLength: 1, maxLength: 3 }))
    .map(([bytes, harms]) => harms.reduce<Buffer>(harmed, bytes));

const bodyOf = (node: Node): Buffer => Buffer.from(JSON.stringify(node));

const stripeTypes = [
  ...['payment_intent.succeeded', 'payment_intent.canceled', 'payment_intent.processing'],
  ...['checkout.session.completed', 'checkout.session.expired', 'charge.dispute.created', 'x.y', ''],
];
const stripeObjects = [
  stripe.paidIntent(order, 880, 'usd'),
  stripe.intent(order, 880, 'jpy', { status: 'canceled' }),
  stripe.paidSession(order, 1230, 'kwd'),
  stripe.session(order, 880, 'usd', { status: 'expired', url: null }),
];
const stripeEvents = fc
  .tuple(fc.constantFrom(...stripeTypes), fc.oneof(...stripeObjects.map(changed), odd))
  .chain(([type, object]) => changed(stripe.event(type, object as Node)));
const stripeGenuine = bodyOf(stripe.event('payment_intent.succeeded', stripeObjects[0] ?? {}));
const at = String(stripe.seconds(noon));
const good = stripe.v1(stripe.webhookSecret, at, stripeGenuine);

/** Headers in right and in wrong spelling, before a genuine body. */
const stripeHeaders: Bytes = fc
  .tuple(
    fc.array(
      fc.constantFrom(
        ...[
          `t=${at}`,
          `t=${at}`,
          `t=${at}`,
          't=0',
          't=-1',
          `t=${at}0`,
          `t= ${at}`,
          't=NaN',
          't=',
          'T=1',
          't',
        ],
        ...[`v1=${good}`, `v1=${good}`, `v1=${good}`, `v1=${good.toUpperCase()}`, `v1=${good}0`, 'v1=', 'v1'],
        ...[
          `v1=${'0'.repeat(64)}`,
          `v0=${good}`,
          `v1=é${good.slice(2)}`,
          'v2=a',
          '',
          '=',
          ' ',
          'x'.repeat(9000),
        ],
        ...[',', ','.repeat(9000), 'v1=a,'.repeat(2000), `\0t=${at}`],
      ),
      { maxLength: 5 },
    ),
    fc.constantFrom(',', ',', ',', ', ', ';', '\nstripe-signature: ', '\nStripe-Signature: '),
    harm,
  )
  .map(([items, between, what]) => {
    const head = Buffer.from(`stripe-signature: ${items.join(between)}`, 'latin1');
    return Buffer.concat([harmed(head, what), Buffer.from(border), stripeGenuine]);
  });

const stripeInputs = fc.oneof(
  { weight: 6, arbitrary: harmedSome([stripe.posted(stripeGenuine)]) },
  { weight: 6, arbitrary: stripeHeaders },
  { weight: 6, arbitrary: stripeEvents.map((event) => written(stripe.posted(bodyOf(event)))) },
  { weight: 2, arbitrary: jsonBytes.map((body) => written(stripe.posted(body))) },
);

const payPalTypes = [
  ...['CHECKOUT.ORDER.APPROVED', 'CHECKOUT.ORDER.COMPLETED', 'CHECKOUT.PAYMENT-APPROVAL.REVERSED'],
  ...['PAYMENT.CAPTURE.COMPLETED', 'PAYMENT.CAPTURE.DENIED', 'CUSTOMER.DISPUTE.CREATED', 'constructor', ''],
];
const facts = { id: '5O190127TN364715T', order, value: '8.80' };
const payPalObjects = [
  payPal.captureOf(facts),
  payPal.orderOf({ ...facts, status: 'APPROVED' }),
  payPal.orderOf({ ...facts, status: 'COMPLETED', captured: 'COMPLETED' }),
];
const payPalEvents = fc
  .tuple(fc.constantFrom(...payPalTypes), fc.oneof(...payPalObjects.map(changed), odd))
  .chain(([type, resource]) => changed(payPal.eventOf(type, resource as Node)));
const payPalGenuine = bodyOf(payPal.eventOf('PAYMENT.CAPTURE.COMPLETED', payPal.captureOf(facts)));
const payPalPosted = (body: Buffer, more: payPal.Transmission = {}): Callback => ({
  body,
  headers: payPal.transmitted(body, more),
});
const payPalWhole = payPalPosted(payPalGenuine);
const oddHeaders = fc.constantFrom<readonly string[]>(
  ...['', ' ', 'a|b', 'é', '\0', 'SHA1withRSA', '2026-11-20T06:07:08Z', '2026-11-20T06:07:08.123Z'].map(
    (text) => [text],
  ),
  ...['2026-02-30T00:00:00Z', '9999-12-31T23:59:59Z', 'A'.repeat(344), `${'A'.repeat(9000)}==`].map(
    (text) => [text],
  ),
  ...[
    'https://api.paypal.com@evil.example/',
    'http://[::1',
    payPal.certificateUrl(payPal.worlds.stranger),
  ].map((text) => [text]),
  ...[[], ['a', 'b'], [noon.toString()]],
);

/** One or two headers replaced, before a genuine body. */
const payPalHeaders: Bytes = fc
  .dictionary(fc.constantFrom(...Object.keys(payPalWhole.headers)), oddHeaders, { minKeys: 1, maxKeys: 2 })
  .map((change) => written({ ...payPalWhole, headers: { ...payPalWhole.headers, ...change } }));

// A signature takes longer than all else together.
const payPalInputs = fc.oneof(
  { weight: 8, arbitrary: harmedSome([payPalWhole]) },
  { weight: 8, arbitrary: payPalHeaders },
  { weight: 3, arbitrary: payPalEvents.map((event) => written(payPalPosted(bodyOf(event)))) },
  { weight: 1, arbitrary: jsonBytes.map((body) => written(payPalPosted(body))) },
);

/** @param kinds what it may make of what it takes: no other news than these */
function readerOf(name: string, inputs: Bytes, kinds: readonly string[], reader: NotificationReader): Reader {
  return {
    name,
    inputs,
    read: (input) => {
      const { notification } = reader.readNotification(readBack(input));
      const named =
        'snapshot' in notification
          ? notification.snapshot
          : 'refund' in notification
            ? notification.refund
            : notification;
      const { transactionId = order } = named;
      if (!kinds.includes(notification.kind) || transactionId !== order)
        throw new Error(`read as ${JSON.stringify(notification)}`);
    },
    isRefusal: (error) => error instanceof CallbackRefused,
  };
}

const silent = ['ignored', 'unrecognised'];

export const stripeWebhook = readerOf(
  'Stripe webhook',
  stripeInputs,
  [...silent, 'payment'],
  await readerFor(stripeBench, stripe.posted(stripeGenuine)),
);

export const payPalWebhook = readerOf(
  'PayPal webhook',
  payPalInputs,
  [...silent, 'hint'],
  await readerFor(payPalBench, payPalWhole),
);
