// What a million payments cost in AWS, from what was counted and list prices (us-east-1, no free tier).
import type { Counted, Counts } from './count.ts';

/** USD for one of each. @see https://aws.amazon.com/pricing */
const prices = {
  restApi: 3.5e-6,
  firewall: 0.6e-6,
  invocation: 0.2e-6,
  gigabyteSecond: 0.0000133334,
  writeUnit: 0.625e-6,
  readUnit: 0.125e-6,
  queue: 0.4e-6,
  event: 1e-6,
  logByte: 0.5e-9,
  trace: 5e-6,
};

/** What is not counted but supposed; each on the dear side. */
const supposed = {
  /** GB of each function; see infra/constructs/operation.ts */
  memory: 0.5,
  /** ms, warm, at that memory's share of a CPU; create waits 250 ms for the provider */
  duration: { create: 280, receive: 10, apply: 20, query: 10, publish: 10 },
  /** bytes that Lambda logs of each invocation (start, report), and API Gateway of each request */
  platformLog: 600,
  accessLog: 400,
  /** traces sampled: one in twenty */
  sampled: 0.05,
};

/** Events of one payment: created, pending, paid. Each is supposed to be published alone. */
const events = 3;

export interface Course {
  readonly invocations: number;
  readonly read: number;
  readonly write: number;
  readonly queueCalls: number;
  readonly logged: number;
  readonly milliseconds: number;
}

/** All that one payment sets going: create, callback, apply, publish, and one query. */
export function course({ warm }: Counts): Course {
  const parts = (['create', 'receive', 'apply', 'query', 'publish'] as const).map((name) => ({
    ...units(warm[name]),
    milliseconds: supposed.duration[name],
    times: name === 'publish' ? events : 1,
  }));
  const total = (of: (part: (typeof parts)[number]) => number) =>
    parts.reduce((sum, part) => sum + part.times * of(part), 0);
  return {
    invocations: total(() => 1),
    read: total(({ read }) => read),
    write: total(({ write }) => write),
    // Sent once, received and deleted once: nobody else's message in the batch.
    queueCalls: 3,
    logged: total(({ logged }) => logged),
    milliseconds: total(({ milliseconds }) => milliseconds),
  };
}

export function units({ calls, logged }: Counted) {
  const sum = (of: 'read' | 'write') => calls.reduce((all, call) => all + call[of], 0);
  return { read: sum('read'), write: sum('write'), logged };
}

/** USD per million payments, by what it is paid for; the last line is the sum. */
export function costs(of: Course): [what: string, usd: number][] {
  const requests = 3;
  const logs = of.logged + of.invocations * supposed.platformLog + requests * supposed.accessLog;
  const gigabyteSeconds = (of.milliseconds / 1000) * supposed.memory;
  const lines: [string, number][] = [
    ['REST API: create, callback, query', requests * prices.restApi],
    ['web firewall: callback', prices.firewall],
    [`Lambda: ${of.invocations} invocations`, of.invocations * prices.invocation],
    [
      `Lambda: ${gigabyteSeconds.toFixed(3)} GB-s (durations supposed)`,
      gigabyteSeconds * prices.gigabyteSecond,
    ],
    [`DynamoDB: ${of.write} write units`, of.write * prices.writeUnit],
    [`DynamoDB: ${of.read} read units`, of.read * prices.readUnit],
    [`SQS: ${of.queueCalls} calls`, of.queueCalls * prices.queue],
    [`EventBridge: ${events} events`, events * prices.event],
    [`logs: ${(logs / 1000).toFixed(1)} KB`, logs * prices.logByte],
    ['X-Ray: 1 in 20 sampled', requests * supposed.sampled * prices.trace],
  ];
  const million = lines.map(([what, usd]): [string, number] => [what, usd * 1e6]);
  return [...million, ['together', million.reduce((sum, [, usd]) => sum + usd, 0)]];
}
