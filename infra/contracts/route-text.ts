// What the words of a route are.
import type * as z from 'zod';
import type { ErrorCode } from '../../lib/domain/errors.ts';

export interface RouteText {
  readonly summary: string;
  readonly description?: string;
  readonly body?: z.ZodType;
  readonly query?: z.ZodObject;
  /** takes an Idempotency-Key */
  readonly idempotent?: true;
  /** status → what it means; all of them answer `answer` */
  readonly answers: Readonly<Record<number, string>>;
  /** absent: a channel's own acknowledgement, plain text */
  readonly answer?: z.ZodType;
  /** what the function itself may refuse with, beside what every function may */
  readonly refusals: readonly ErrorCode[];
}

/** How a body can be refused. */
export const ofBodies = [
  'MALFORMED_JSON',
  'DUPLICATE_JSON_KEY',
  'UNKNOWN_FIELD',
  'UNSUPPORTED_MEDIA_TYPE',
] as const;
