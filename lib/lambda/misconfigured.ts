// A channel whose configuration cannot be used calls somebody, wherever that comes out.
import { PaymentError } from '../domain/errors.ts';
import { log, type LogFacts } from './log.ts';
import { count } from './metrics.ts';

/** @returns false for what is something else, and untold */
export function tellMisconfigured(facts: LogFacts, error: unknown): boolean {
  if (!(error instanceof PaymentError) || error.code !== 'CHANNEL_MISCONFIGURED') return false;
  count('channel_misconfigured');
  log.error('channel.misconfigured', { ...facts, code: error.code }, error.cause);
  return true;
}
