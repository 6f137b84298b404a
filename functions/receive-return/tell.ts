// What the log and the alarms hear of a payer's return.
import { PaymentError } from '../../lib/domain/errors.ts';
import { log, type LogFacts } from '../../lib/lambda/log.ts';
import { count } from '../../lib/lambda/metrics.ts';
import { tellMisconfigured } from '../../lib/lambda/misconfigured.ts';
import type { Returned } from './receive-return.ts';

export function tell(facts: LogFacts, returned: Returned): void {
  switch (returned.kind) {
    case 'refused':
      count('return_refused');
      log.warn('return.refused', { ...facts, reason: returned.reason, outcome: returned.detail });
      return;
    case 'nothing_of_ours':
      log.warn('return.nothing_of_ours', { ...facts, transaction_id: returned.transactionId });
      return;
    case 'found':
      tellFound(facts, returned);
  }
}

function tellFound(facts: LogFacts, { payment, heard }: Returned & { kind: 'found' }): void {
  const { transactionId, status } = payment;
  const known = { ...facts, transaction_id: transactionId, status };
  log.info('return.received', { ...known, outcome: heard?.kind ?? 'final_before' });
  if (heard?.kind === 'not_asked') tellFailure('return.not_asked', known, heard.cause);
}

/** @param name of the log line for what is neither a configuration nor a passing trouble of AWS */
export function tellFailure(name: string, facts: LogFacts, error: unknown): void {
  if (!(error instanceof PaymentError)) {
    log.error(name, facts, error);
    return;
  }
  if (!tellMisconfigured(facts, error)) log.warn('channel.unavailable', { ...facts, code: error.code });
}
