// A step of a refund's workflow to a story that says what comes next. What it throws, the workflow tries again.
import middy, { type MiddyfiedHandler } from '@middy/core';
import * as z from 'zod';
import { isRefundId, type RefundId } from '../domain/ids.ts';
import { observed } from './observed.ts';

const step = z.strictObject({
  step: z.enum(['submit', 'query']),
  refund_id: z.custom<RefundId>((value) => typeof value === 'string' && isRefundId(value)),
  /** counts the executions of one refund */
  run: z.int().min(1),
});

export type RefundStep = z.infer<typeof step>;

export interface NextStep {
  /** `end` = nothing more is to be done in this execution */
  readonly next: 'submit' | 'query' | 'end';
  /** whole seconds until then */
  readonly waitSeconds: number;
}

/** @param story throws when the step is to be tried again */
export function task(story: (step: RefundStep) => Promise<NextStep>): MiddyfiedHandler<unknown, object> {
  return middy<unknown, object>()
    .use(observed)
    .handler(async (event: unknown) => {
      const { next, waitSeconds } = await story(step.parse(event));
      return { next, wait_seconds: waitSeconds };
    });
}
