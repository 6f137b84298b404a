// What the pollers of queues and of streams have in common: their options, and Lambda's rules for what a function reports.
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import type { InvokeResult } from './executor.ts';
import { type Properties, withoutBehaviour } from './properties.ts';

export interface EventSourceOptions {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** resolved properties of an AWS::Lambda::EventSourceMapping */
  readonly mapping: Properties;
  readonly invoke: (event: object) => Promise<InvokeResult>;
  /** ms since 1970 UTC of the service's time; the computer's own without it */
  readonly now?: () => number;
  /** what nobody else would tell: the function's own failures are not among it */
  readonly onError: (line: string) => void;
}

export interface Poller {
  /** The service's time was moved on by so many ms, and with it the queue's. */
  moved?(by: number): void;
  /** Takes nothing more; waits up to 1 s for the invocations that run. */
  stop(): Promise<void>;
  /**
   * Whether there is nothing to do: nothing to be read, and no invocation running. What has failed and waits for its
   * visibility timeout or its delay is not waited for.
   */
  idle(): Promise<boolean>;
}

/** The properties of a mapping that mean the same for every source. */
export const commonMapping = {
  Enabled: z.boolean().default(true),
  EventSourceArn: z.string(),
  FunctionName: z.string(),
  FunctionResponseTypes: z.array(z.literal('ReportBatchItemFailures')).default([]),
  MaximumBatchingWindowInSeconds: z.coerce.number().int().min(0).max(300).default(0),
  ...withoutBehaviour('KmsKeyArn', 'LoggingConfig', 'MetricsConfig', 'ProvisionedPollerConfig', 'Tags'),
};

const report = z.object({
  batchItemFailures: z.array(z.object({ itemIdentifier: z.string().min(1) })).nullish(),
});

/**
 * Which items a function gives back, by Lambda's rules: nothing or an empty list means that all is done, a report that
 * cannot be read or that names an unknown item means that nothing is.
 * @param ids the items of the batch
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
 */
export function failedItems(
  result: InvokeResult,
  reports: boolean,
  ids: readonly string[],
): ReadonlySet<string> {
  const all = new Set(ids);
  if (result.kind === 'error') return all;
  if (!reports || result.payload === null || result.payload === undefined) return new Set();
  const read = report.safeParse(result.payload);
  if (!read.success) return all;
  const failed = new Set((read.data.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier));
  return [...failed].every((id) => all.has(id)) ? failed : all;
}

/** An invocation never rejects, whatever the invoker does. */
export async function invokeSafely(
  invoke: EventSourceOptions['invoke'],
  event: object,
): Promise<InvokeResult> {
  try {
    return await invoke(event);
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    return { kind: 'error', errorType: name, errorMessage: message };
  }
}

/** Ends early, without an error, when the signal says so. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}

/** Waits for `work`, but not longer than `ms`. */
export async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  const done = new AbortController();
  await Promise.race([work, pause(ms, done.signal)]);
  done.abort();
}

/** ms that running invocations get when the machine stops */
export const farewell = 1000;

/** Says a failure once, until it is another one or things have gone well in between. */
export function onceEach(tell: (line: string) => void): { failed(line: string): void; worked(): void } {
  let last: string | undefined;
  return {
    failed: (line) => {
      if (line !== last) tell(line);
      last = line;
    },
    worked: () => {
      last = undefined;
    },
  };
}
