// The readers of what comes from outside, each with what it is fed and what it may say.
import fc from 'fast-check';
import { createPaymentBody } from '../../functions/create-payment/schema.ts';
import { validate } from '../../lib/api/validation.ts';
import { PaymentError } from '../../lib/domain/errors.ts';
import { JsonRefused, readJson } from '../../lib/domain/strict-json.ts';
import { decodeFields, readForm } from '../../lib/gateways/alipay/form.ts';
import { notificationReader } from '../../lib/gateways/alipay/notifications.ts';
import { CallbackRefused } from '../../lib/gateways/gateway.ts';
import {
  account,
  form,
  gbkForm,
  notice,
  paidFields,
  platform,
  returnedFields,
  type Fields,
} from '../contract/alipay-side.ts';
import type { Reader } from './measure.ts';
import { formBytes, harm, harmed, jsonBytes } from './texts.ts';
import { payPalWebhook, stripeWebhook } from './webhooks.ts';

const json: Reader = {
  name: 'strict JSON',
  inputs: jsonBytes,
  read: (bytes) => {
    // What it takes, the platform takes, and says the same of it.
    const ours = JSON.stringify(readJson(bytes));
    if (ours !== JSON.stringify(JSON.parse(Buffer.from(bytes).toString())))
      throw new Error(`read as ${ours}`);
  },
  isRefusal: (error) => error instanceof JsonRefused,
};

const alipayForm: Reader = {
  name: 'Alipay form',
  inputs: formBytes,
  read: (bytes) => decodeFields(readForm(bytes)),
  isRefusal: (error) => error instanceof CallbackRefused,
};

const noon = Date.parse('2026-11-20T06:07:08.000Z');
const order = 'pay_01jd0000000000000000000000';
const genuine = paidFields(order, '8.80', noon);
const bodies = [
  ...[
    genuine,
    { ...genuine, trade_status: 'TRADE_CLOSED', gmt_payment: '' },
    { ...genuine, notify_type: 'x_y' },
  ].map((fields) => form(notice(fields))),
  gbkForm(genuine),
];
const oddValues = [
  '',
  '0',
  '8.80',
  '1e2',
  '-1',
  'TRADE_SUCCESS',
  '2026-02-30 00:00:00',
  '[',
  '&total_amount=1',
  '\ud83d\ude00',
  'x'.repeat(300),
];
const callback = notificationReader(
  { ...account, public_key_platform: platform.publicPem },
  { now: () => noon, fetch: () => Promise.reject(new Error('nobody is called here')) },
);

/** Genuine bytes harmed on the way, and one in twenty that says odd things under a right signature. */
const harmedOrOdd = (whole: readonly Buffer[], fields: Fields): Reader['inputs'] =>
  fc.oneof(
    {
      weight: 19,
      arbitrary: fc
        .tuple(fc.constantFrom(...whole), fc.array(harm, { minLength: 1, maxLength: 3 }))
        .map(([bytes, harms]) => harms.reduce<Buffer>(harmed, bytes)),
    },
    {
      weight: 1,
      arbitrary: fc
        .dictionary(fc.constantFrom(...Object.keys(fields)), fc.constantFrom(...oddValues), { maxKeys: 3 })
        .map((change) => form(notice({ ...fields, ...change }))),
    },
  );

const notification: Reader = {
  name: 'Alipay notification',
  inputs: harmedOrOdd(bodies, genuine),
  read: (body) => callback.readNotification({ body, headers: {} }),
  isRefusal: (error) => error instanceof CallbackRefused,
};

const back = returnedFields(order, noon);
const queries = [back, returnedFields(order, noon, 'wap'), { ...back, passback_params: '茶 +&=' }].map(
  (fields) => form(notice(fields)),
);

const returned: Reader = {
  name: 'Alipay return',
  inputs: harmedOrOdd(queries, back),
  read: (query) => {
    const named = callback.readReturn?.(Buffer.from(query).toString('latin1')).transactionId;
    if (named !== order) throw new Error(`read as ${String(named)}`);
  },
  isRefusal: (error) => error instanceof CallbackRefused,
};

const terms = {
  business_order_id: 'order-1',
  business_order_type: 'shop',
  user_id: 'u1',
  payment_channel: 'ALIPAY',
  payment_method: 'alipay_qr',
  amount: '8.80',
  currency: 'CNY',
  subject: 'Tea',
  expires_at: '2026-11-20T06:17:08Z',
  metadata: { a: 'b' },
};
const oddFields = [...Object.keys(terms), '__proto__', 'constructor', 'status', 'toString', ''];
const oddTerms = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.stringMatching(/^[0-9 -]{0,60}$/),
  fc.constantFrom<unknown>(
    '1'.repeat(2000),
    'x'.repeat(60_000),
    '4 '.repeat(2000),
    '2026-02-30T00:00:00Z',
    {},
    [],
    null,
  ),
);

/** Good terms, some of them replaced; read from JSON, as they are when they come. */
const body: Reader = {
  name: 'create-payment body',
  inputs: fc
    .tuple(fc.array(fc.tuple(fc.constantFrom(...oddFields), oddTerms), { maxLength: 3 }), fc.nat(9))
    .map(([changes, whole]) => {
      const members = new Map<string, unknown>([...Object.entries(terms), ...changes]);
      const text = [...members].map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
      return Buffer.from(whole === 0 ? JSON.stringify(changes[0]?.[1] ?? null) : `{${text.join(',')}}`);
    }),
  read: (bytes) => validate(createPaymentBody, readJson(bytes)),
  isRefusal: (error) => error instanceof PaymentError || error instanceof JsonRefused,
};

export const readers: readonly Reader[] = [
  json,
  alipayForm,
  notification,
  returned,
  stripeWebhook,
  payPalWebhook,
  body,
];
