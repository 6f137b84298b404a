// From a schema's complaints to our error codes, with the field's name.
import * as z from 'zod';
import { errors, PaymentError, type ErrorCode } from '../domain/errors.ts';

/** A rule of a field that has a code of its own. */
export function rule<T>(holds: (value: T) => boolean, code: ErrorCode): z.core.$ZodCheck<T> {
  return z.refine(holds, { params: { code } });
}

/** @throws PaymentError naming the first field that is wrong, and listing all */
export function validate<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const found = result.error.issues.flatMap(complaints);
  const [first = { code: 'INVALID_REQUEST' as const, param: '', detail: undefined }] = found;
  throw new PaymentError(first.code, {
    ...(first.param && { param: first.param }),
    ...(first.detail && { detail: first.detail }),
    errors: found.map(({ code, param }) => ({ code, param })),
  });
}

interface Complaint {
  readonly code: ErrorCode;
  readonly param: string;
  readonly detail: string | undefined;
}

function complaints(issue: z.core.$ZodIssue): Complaint[] {
  const param = issue.path.join('.');
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      code: 'UNKNOWN_FIELD',
      param: [...issue.path, key.slice(0, 64)].join('.'),
      detail: undefined,
    }));
  const custom = issue.code === 'custom' ? (issue.params?.['code'] as ErrorCode | undefined) : undefined;
  const own = custom ?? (isCode(issue.message) ? issue.message : undefined);
  const named = own ?? 'INVALID_REQUEST';
  const says = issue.message !== own && issue.message !== unsaid;
  return [{ code: named, param, detail: says ? `${param || 'The body'}: ${issue.message}.` : undefined }];
}

/** What zod says of a rule that has no message of its own. */
const unsaid = 'Invalid input';

/** A schema may name a code in the place of a message. */
function isCode(message: string): message is ErrorCode {
  return Object.hasOwn(errors, message);
}
