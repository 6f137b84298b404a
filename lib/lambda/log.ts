// One JSON line per thing that happened, by stable dotted names. What may be written is listed here; the rest is left out.
import { Logger } from '@aws-lambda-powertools/logger';

/** All that a line may carry: ids, names and counts. No texts of payers, no keys, no bodies, no headers. */
export interface LogFacts {
  readonly transaction_id?: string | undefined;
  readonly refund_id?: string;
  readonly application?: string;
  readonly channel_code?: string;
  readonly status?: string;
  readonly version?: number;
  readonly outcome?: string;
  readonly reason?: string | undefined;
  readonly code?: string;
  readonly channel_error_code?: string;
  readonly digest?: string;
  readonly key_version?: string;
  readonly gateway_transaction_id?: string | undefined;
  readonly event?: string;
  readonly count?: number;
  readonly found?: number;
  readonly queued?: number;
  readonly oldest_seconds?: number;
  readonly source_ip?: string;
}

const logger = new Logger();

const write = (level: 'info' | 'warn') => (name: string, facts: LogFacts) => {
  logger[level](name, { ...facts });
};

export const log = {
  info: write('info'),
  /** somebody should look, at leisure */
  warn: write('warn'),
  /** somebody should wake: each name has an alarm */
  error(name: string, facts: LogFacts, cause?: unknown): void {
    logger.error(name, { ...facts, ...(cause instanceof Error && { error: cause }) });
  },
  /** Every line of this invocation carries the request's id. */
  begin(context: Parameters<Logger['addContext']>[0]): void {
    logger.addContext(context);
  },
};
