// Parameters as texts of a form, and which one Stripe would not take.
import * as z from 'zod';
import { invalid, type ApiError } from './errors.ts';
import type { Params } from './form.ts';

/** An issue with Stripe's code for it. */
function issue(code: string | undefined, message: string) {
  return { code: 'custom' as const, message, params: { code } };
}

export const whole = z.string().transform((text, context) => {
  if (/^-?\d{1,15}$/.test(text)) return Number(text);
  context.addIssue(issue('parameter_invalid_integer', `Invalid integer: ${text}`));
  return z.NEVER;
});

export const flag = z.string().transform((text, context) => {
  if (text === 'true' || text === 'false') return text === 'true';
  context.addIssue(issue(undefined, `Invalid boolean: ${text}`));
  return z.NEVER;
});

/** At least one character. */
export function text(longest: number) {
  return z.string().superRefine((value, context) => {
    if (value === '')
      context.addIssue(issue('parameter_invalid_empty', 'An empty string was passed; leave it out instead.'));
    const { length } = Array.from(value);
    if (length > longest)
      context.addIssue(
        issue(undefined, `Invalid string: at most ${longest} characters; this has ${length}.`),
      );
  });
}

export const url = text(5000).superRefine((value, context) => {
  if (!/^https?:\/\//.test(value) || !URL.canParse(value))
    context.addIssue(issue('url_invalid', 'Not a valid URL'));
});

export const email = text(512).superRefine((value, context) => {
  if (!/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(value))
    context.addIssue(issue('email_invalid', `Invalid email address: ${value}`));
});

/** Up to 50 names of 40 characters with up to 500 each; an empty value is as good as none. */
export const metadata = z
  .record(z.string(), z.string())
  .superRefine((pairs, context) => {
    const entries = Object.entries(pairs);
    if (entries.length > 50) context.addIssue(issue(undefined, 'Metadata has at most 50 keys.'));
    for (const [name, value] of entries) {
      if (name.length > 40) context.addIssue(issue(undefined, `Metadata key too long (40): ${name}`));
      if (value.length > 500) context.addIssue(issue(undefined, `Metadata value too long (500): ${name}`));
    }
  })
  .transform((pairs) => Object.fromEntries(Object.entries(pairs).filter(([, value]) => value !== '')))
  .default({});

/** `name[]=` or `name[0]=`, in the order of the numbers. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z.preprocess((value) => {
    if (typeof value !== 'object' || value === null) return value;
    const keys = Object.keys(value);
    if (!keys.every((key) => /^\d{1,3}$/.test(key))) return value;
    const places = value as Record<string, unknown>;
    return keys.sort((a, b) => Number(a) - Number(b)).map((key) => places[key]);
  }, z.array(item));
}

/** @throws ApiError (400) that names the parameter; an unknown one comes first */
export function read<Shape extends z.ZodType>(shape: Shape, params: Params): z.output<Shape> {
  const result = shape.safeParse(params);
  if (result.success) return result.data;
  const { issues } = result.error;
  throw objection(issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0], params);
}

function objection(found: z.core.$ZodIssue | undefined, params: Params): ApiError {
  const path = found?.path.map(String) ?? [];
  const param = named(path);
  if (found?.code === 'unrecognized_keys') {
    const unknown = named([...path, found.keys[0] ?? '']);
    return (
      removed(unknown) ?? invalid('parameter_unknown', `Received unknown parameter: ${unknown}`, unknown)
    );
  }
  if (valueAt(params, path) === undefined)
    return invalid('parameter_missing', `Missing required param: ${param}.`, param);
  if (found?.code !== 'custom') return invalid(undefined, `Invalid ${param}: ${found?.message ?? ''}`, param);
  const code = found.params?.['code'] as string | undefined;
  return invalid(code, found.message, param);
}

/** @see https://docs.stripe.com/changelog/endive/2026-09-30/removes-the-payment-method-types-parameter-from-payment-intents-and-setup-intents */
function removed(param: string): ApiError | undefined {
  if (param !== 'payment_method_types') return undefined;
  const advice = 'Leave it out, or pass allowed_payment_method_types.';
  return invalid(
    'payment_method_types_no_longer_supported',
    `${param} is no longer a parameter. ${advice}`,
    param,
  );
}

function named([first = '', ...rest]: readonly string[]): string {
  return first + rest.map((part) => `[${part}]`).join('');
}

function valueAt(params: Params, path: readonly string[]): unknown {
  let value: unknown = params;
  for (const part of path) {
    value =
      typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[part] : undefined;
  }
  return value;
}
