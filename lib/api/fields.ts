// The fields of the API, each once: its form, and the code of the error when it has another. `meta` says to the documents
// what a rule with a code of its own keeps from them.
import { isIP } from 'node:net';
import * as z from 'zod';
import { holdsCardNumber } from '../domain/card-number.ts';
import { currencyCodes, isCurrency, type Currency } from '../domain/money.ts';
import { rule } from './validation.ts';

const orderName = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
const utcInstant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/;

export const businessOrderId = z
  .string()
  .check(rule((text) => orderName.test(text), 'ORDER_ID_INVALID'))
  .meta({ pattern: orderName.source });
export const businessOrderType = businessOrderId;
export const userId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'is 1 to 64 of A-Z a-z 0-9 _ -');
export const channelCode = z.string();
export const paymentMethod = z.string();

/** Decimal text; whether it fits the currency is judged where the currency is known. */
export const amount = z.string();

export const currency = z
  .string({ error: ({ input }) => (input === null ? 'CURRENCY_UNSUPPORTED' : undefined) })
  .check(rule((code) => isCurrency(code), 'CURRENCY_UNSUPPORTED'))
  .transform((code) => code as Currency)
  .meta({ id: 'Currency', enum: currencyCodes });

/** The payer's id at the channel. */
export const openid = z.string().regex(/^[A-Za-z0-9_-]{1,128}$/, 'is 1 to 128 of A-Z a-z 0-9 _ -');
export const clientIp = z.string().refine((text) => isIP(text) !== 0, 'is not an IP address');

/** Whether the payer may be sent there is judged where the application is known. */
export const returnUrl = z.string();

/** Free text: kept as it comes, but never with a card number in it. */
export const freeText = (maximum: number) =>
  z
    .string()
    .min(1, 'is empty')
    .max(maximum, `is longer than ${maximum} characters`)
    .check(rule((text) => !holdsCardNumber(text), 'SENSITIVE_DATA_REFUSED'));

/** zod's record would drop a key `__proto__` in silence: it is looked for before. */
export const metadata = z
  .unknown()
  .check(rule((value) => !Object.hasOwn(Object(value) as object, '__proto__'), 'UNKNOWN_FIELD'))
  .pipe(
    z.record(z.string(), z.string()).check(
      rule((pairs) => fits(pairs), 'METADATA_TOO_LARGE'),
      rule((pairs) => !Object.entries(pairs).flat().some(holdsCardNumber), 'SENSITIVE_DATA_REFUSED'),
    ),
  )
  .meta({ type: 'object', additionalProperties: { type: 'string' } });

function fits(pairs: Record<string, string>): boolean {
  const entries = Object.entries(pairs);
  return entries.length <= 20 && entries.every(([key, value]) => key.length <= 40 && value.length <= 200);
}

/** A UTC instant of a day that exists, as UTC ISO-8601 with ms. */
export const utc = z
  .string()
  .check(rule((text) => isInstant(text), 'EXPIRE_INVALID'))
  .transform((text) => new Date(text).toISOString())
  .meta({ format: 'date-time', pattern: utcInstant.source });

function isInstant(text: string): boolean {
  if (!utcInstant.test(text)) return false;
  const time = Date.parse(text);
  return !Number.isNaN(time) && new Date(time).toISOString().slice(0, 19) === text.slice(0, 19);
}

export const limit = z
  .string()
  .regex(/^([1-9]|[1-4][0-9]|50)$/, 'is a number from 1 to 50')
  .transform(Number);
