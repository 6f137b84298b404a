// What answers are made of: each form once.
import * as z from 'zod';
import { errors, type ErrorCode } from '../domain/errors.ts';
import { currencyCodes } from '../domain/money.ts';
import { transitions, type PaymentStatus } from '../domain/payment.ts';

export const names = <Name extends string>(table: Readonly<Record<Name, unknown>>) =>
  z.enum(Object.keys(table) as [Name, ...Name[]]);

export const errorCode = names<ErrorCode>(errors).meta({ id: 'ErrorCode' });
export const status = names<PaymentStatus>(transitions).meta({ id: 'PaymentStatus' });

export const transactionId = z.string().regex(/^pay_[0-7][0-9a-hjkmnp-tv-z]{25}$/);
export const amount = z.string().regex(/^(0|[1-9][0-9]*)(\.[0-9]+)?$/);
export const currency = z.enum(currencyCodes as [string, ...string[]]).meta({ id: 'Currency' });
export const instant = z.iso.datetime({ precision: 3 });
export const version = z.int().min(1);
export const digest = z.string().regex(/^[0-9a-f]{64}$/);
export const refundId = z.string().regex(/^rfd_[0-7][0-9a-hjkmnp-tv-z]{27}$/);

/** Some facts, as they were before or are since; `null` = was not there. */
export function someOf(facts: z.ZodObject): z.ZodObject {
  return z.strictObject(
    Object.fromEntries(
      Object.entries(facts.shape).map(([name, field]) => [
        name,
        (field instanceof z.ZodOptional ? (field.unwrap() as z.ZodType) : (field as z.ZodType))
          .nullable()
          .optional(),
      ]),
    ),
  );
}
