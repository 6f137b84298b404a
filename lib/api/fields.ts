// The fields of the API, each once: its form, and the code of the error when it has another.
import * as z from 'zod';
import { holdsCardNumber } from '../domain/card-number.ts';
import { isCurrency, type Currency } from '../domain/money.ts';
import { rule } from './validation.ts';

const orderName = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
const utcInstant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/;

export const businessOrderId = z.string().check(rule((text) => orderName.test(text), 'ORDER_ID_INVALID'));
export const businessOrderType = businessOrderId;
export const userId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'is 1 to 64 of A-Z a-z 0-9 _ -');
export const channelCode = z.string();
export const paymentMethod = z.string();

/** Decimal text; whether it fits the currency is judged where the currency is known. */
export const amount = z.string();

export const currency = z
  .string()
  .check(rule((code) => isCurrency(code), 'CURRENCY_UNSUPPORTED'))
  .transform((code) => code as Currency);

/** Free text: kept as it comes, but never with a card number in it. */
export const freeText = (maximum: number) =>
  z
    .string()
    .min(1, 'is empty')
    .max(maximum, `is longer than ${maximum} characters`)
    .check(rule((text) => !holdsCardNumber(text), 'SENSITIVE_DATA_REFUSED'));

export const metadata = z.record(z.string(), z.string()).check(
  rule((pairs) => fits(pairs), 'METADATA_TOO_LARGE'),
  rule((pairs) => !Object.entries(pairs).flat().some(holdsCardNumber), 'SENSITIVE_DATA_REFUSED'),
);

function fits(pairs: Record<string, string>): boolean {
  const entries = Object.entries(pairs);
  return entries.length <= 20 && entries.every(([key, value]) => key.length <= 40 && value.length <= 200);
}

/** A UTC instant of a day that exists, as UTC ISO-8601 with ms. */
export const utc = z
  .string()
  .check(rule((text) => isInstant(text), 'EXPIRE_INVALID'))
  .transform((text) => new Date(text).toISOString());

function isInstant(text: string): boolean {
  if (!utcInstant.test(text)) return false;
  const time = Date.parse(text);
  return !Number.isNaN(time) && new Date(time).toISOString().slice(0, 19) === text.slice(0, 19);
}

export const limit = z
  .string()
  .regex(/^([1-9]|[1-4][0-9]|50)$/, 'is a number from 1 to 50')
  .transform(Number);
