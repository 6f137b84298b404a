// A tick of the clock to a story that knows how long it may go on.
import middy, { type MiddyfiedHandler } from '@middy/core';
import type { Context, ScheduledEvent } from 'aws-lambda';
import { observed } from './observed.ts';
import { ports } from './ports.ts';

/** ms. Left of the function's time when a story is to begin nothing more. */
const reserve = 15_000;

/** @param story gets the moment from which on it begins nothing more, in ms since 1970 UTC */
export function schedule(
  story: (deadline: number) => Promise<void>,
): MiddyfiedHandler<ScheduledEvent, unknown> {
  return middy<ScheduledEvent, unknown>()
    .use(observed)
    .handler((_: ScheduledEvent, context: Context) =>
      story(ports.now() + context.getRemainingTimeInMillis() - reserve),
    );
}
