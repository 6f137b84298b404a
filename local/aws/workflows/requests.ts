// The inputs of Step Functions' operations that are carried out; any other member is refused by name.
import * as z from 'zod';
import { executionStatus } from './record.ts';

const page = { maxResults: z.int().min(0).max(1000).default(100), nextToken: z.string().optional() };

export const inputs = {
  start: z.strictObject({
    stateMachineArn: z.string(),
    name: z.string().optional(),
    input: z.string().default('{}'),
    traceHeader: z.string().optional(),
  }),
  ofExecution: z.strictObject({ executionArn: z.string() }),
  list: z.strictObject({ stateMachineArn: z.string(), statusFilter: executionStatus.optional(), ...page }),
  history: z.strictObject({
    executionArn: z.string(),
    includeExecutionData: z.boolean().default(true),
    reverseOrder: z.boolean().default(false),
    ...page,
  }),
  stop: z.strictObject({
    executionArn: z.string(),
    error: z.string().optional(),
    cause: z.string().optional(),
  }),
  redrive: z.strictObject({ executionArn: z.string(), clientToken: z.string().optional() }),
};

/** One page, and where the next one begins. */
export function pageOf<T>(
  all: readonly T[],
  { maxResults, nextToken = '0' }: { readonly maxResults: number; readonly nextToken?: string | undefined },
): { page: readonly T[]; nextToken?: string } {
  const from = Number(nextToken);
  const to = from + (maxResults || 100);
  return { page: all.slice(from, to), ...(to < all.length && { nextToken: String(to) }) };
}
