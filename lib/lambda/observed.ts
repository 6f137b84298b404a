// Around every invocation: its log lines begin, its counts are sent off.
import type middy from '@middy/core';
import { log } from './log.ts';
import { publishMetrics } from './metrics.ts';

/** Begins the invocation's log lines and sends its counts off, whatever happens. */
export const observed: middy.MiddlewareObj = {
  before: ({ context }) => {
    log.begin(context);
  },
  after: publishMetrics,
  onError: publishMetrics,
};
