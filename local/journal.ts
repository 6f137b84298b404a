// What happened on this machine, in order: what functions log, what the bus carries, what the API answers, what the
// gateways do. Kept for the control address, and told to whoever listens.

/** One thing that happened. */
export interface Line {
  /** UTC ISO-8601 ms */
  readonly at: string;
  /** an operation's name, or `api`, `bus`, `gateways`, `machine`, `workflows` */
  readonly from: string;
  /** a stable dotted name, or what a function wrote in its own words */
  readonly name: string;
  readonly level?: string;
  readonly transaction_id?: string | undefined;
  readonly [fact: string]: unknown;
}

export interface BusEvent {
  readonly id: string;
  readonly time: string;
  readonly source: string;
  readonly 'detail-type': string;
  readonly detail: unknown;
}

export interface Journal {
  /** @param text as a function wrote it */
  logged(operation: string, text: string): void;
  published(event: BusEvent): void;
  happened(from: string, name: string, facts?: Record<string, unknown>): void;
  /** log lines that name the payment, as they were written; all without one */
  log(transactionId: string | undefined): unknown[];
  /** bus events that name the payment, as a subscriber got them; all without one */
  events(transactionId: string | undefined): BusEvent[];
}

/** older ones are forgotten */
const keep = 50_000;

/** What the logger says about where it runs: the same on every line. */
const surroundings = new Set([
  ...[
    'cold_start',
    'function_arn',
    'function_memory_size',
    'function_name',
    'function_request_id',
    'sampling_rate',
  ],
  ...['service', 'timestamp', 'xray_trace_id', 'message', 'level', 'correlation_id'],
]);

export function openJournal(now: () => number, tell: (line: Line) => void): Journal {
  const logLines: { readonly entry: unknown; readonly text: string }[] = [];
  const events: { readonly entry: BusEvent; readonly text: string }[] = [];
  const at = (): string => new Date(now()).toISOString();

  return {
    logged(operation, text) {
      const entry = asObject(text);
      // Metrics in CloudWatch's embedded format: for alarms, not for reading.
      if (entry && '_aws' in entry) return;
      remember(logLines, { entry: { function: operation, ...(entry ?? { message: text }) }, text });
      const facts = Object.entries(entry ?? {}).filter(([name]) => !surroundings.has(name));
      tell({
        at: at(),
        from: operation,
        name: typeof entry?.['message'] === 'string' ? entry['message'] : text,
        ...(typeof entry?.['level'] === 'string' ? { level: entry['level'] } : {}),
        ...Object.fromEntries(facts),
      });
    },
    published(event) {
      const text = JSON.stringify(event);
      remember(events, { entry: event, text });
      const transactionId = /"(pay_[0-9a-z]{26})/.exec(text)?.[1];
      const about = transactionId === undefined ? {} : { transaction_id: transactionId };
      tell({ at: at(), from: 'bus', name: event['detail-type'], ...about });
    },
    happened(from, name, facts = {}) {
      tell({ at: at(), from, name, ...facts });
    },
    log: (transactionId) => about(logLines, transactionId),
    events: (transactionId) => about(events, transactionId),
  };
}

function about<T>(all: readonly { readonly entry: T; readonly text: string }[], id: string | undefined): T[] {
  return all.filter(({ text }) => id === undefined || text.includes(id)).map(({ entry }) => entry);
}

function remember<T>(all: T[], one: T): void {
  all.push(one);
  if (all.length > keep) all.splice(0, keep / 10);
}

function asObject(text: string): Record<string, unknown> | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
