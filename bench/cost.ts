// What a million payments, and a million refunds, cost in AWS, from what was counted and list prices (us-east-1, no free tier).
import { putsOf, type Counts } from './count.ts';
import type { Counted } from './lives.ts';
import type { Execution } from './workflow.ts';

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
  /** of Standard workflows. @see https://aws.amazon.com/step-functions/pricing */
  transition: 25e-6,
  logByte: 0.5e-9,
  trace: 5e-6,
};

/** What is not counted but supposed; each on the dear side. */
const supposed = {
  /** GB of each function; see infra/constructs/operation.ts */
  memory: 0.5,
  /** ms that a provider takes for its answer */
  provider: 250,
  /** bytes that Lambda logs of each invocation (start, report), and API Gateway of each request */
  platformLog: 600,
  accessLog: 400,
  /** bytes of one event of an execution's history, without what it carries */
  workflowLog: 500,
  /** traces sampled: one in twenty */
  sampled: 0.05,
};

/** Who calls it, and how long it takes: ms, warm, at its memory's share of a CPU, and without the provider's answer. */
const steps: Readonly<Record<string, { readonly by: string; readonly milliseconds: number }>> = {
  create: { by: 'api', milliseconds: 30 },
  receive: { by: 'callback', milliseconds: 10 },
  apply: { by: 'queue', milliseconds: 20 },
  query: { by: 'api', milliseconds: 10 },
  publish: { by: 'stream', milliseconds: 10 },
  refund: { by: 'api', milliseconds: 30 },
  submit: { by: 'workflow', milliseconds: 40 },
  submitOpen: { by: 'workflow', milliseconds: 40 },
  submitNoticed: { by: 'workflow', milliseconds: 40 },
  look: { by: 'workflow', milliseconds: 40 },
  lookOver: { by: 'workflow', milliseconds: 10 },
  hintReceive: { by: 'callback', milliseconds: 10 },
  hintApply: { by: 'queue', milliseconds: 20 },
  hintFollow: { by: 'queue', milliseconds: 30 },
  refundReceive: { by: 'callback', milliseconds: 10 },
  refundApply: { by: 'queue', milliseconds: 20 },
  refundQuery: { by: 'api', milliseconds: 10 },
};

export const paymentSteps = ['create', 'receive', 'apply', 'query'] as const;

/** The ordinary ways of a refund, each with one look at it by its caller. */
export const refundWays = {
  atOnce: ['refund', 'submit', 'refundQuery'],
  /** of a provider that posts a notice nevertheless, as Alipay does */
  atOnceHinted: ['refund', 'submit', 'refundQuery', 'hintReceive', 'hintApply', 'hintFollow'],
  byNotice: ['refund', 'submitNoticed', 'refundReceive', 'refundApply', 'lookOver', 'refundQuery'],
  atSecondLook: ['refund', 'submitOpen', 'look', 'refundQuery'],
} as const;

export type RefundWay = keyof typeof refundWays;

export interface Course extends Execution {
  /** of functions' calls to AWS, by name */
  readonly calls: Readonly<Record<string, number>>;
  readonly requests: number;
  readonly callbacks: number;
  readonly invocations: number;
  readonly read: number;
  readonly write: number;
  readonly queueCalls: number;
  /** told to others; each is supposed to be published alone */
  readonly told: number;
  readonly logged: number;
  readonly milliseconds: number;
}

/** All that one payment sets going: create, callback, apply, publish, and one query. */
export function course(counts: Counts): Course {
  return courseOf(counts, paymentSteps, { transitions: 0, events: 0 });
}

/** All that one refund sets going, from its request to its last event, and one query. */
export function refundCourse(counts: Counts, way: RefundWay): Course {
  const { executions } = counts;
  return courseOf(counts, refundWays[way], executions[way === 'atOnceHinted' ? 'atOnce' : way]);
}

function courseOf({ warm }: Counts, names: readonly string[], execution: Execution): Course {
  const told = sum(names.map((name) => eventsIn(warm[name])));
  const all = [...names, ...Array.from({ length: told }, () => 'publish')];
  const parts = all.map((name) => ({ ...units(warm[name]), ...lasts(name, warm[name]) }));
  const calls = all.flatMap((name) =>
    awsCalls(warm[name]).map((each) => `${each.service}:${each.operation}`),
  );
  const by = (...who: string[]) => all.filter((name) => who.includes(steps[name]?.by ?? '')).length;
  const sent = calls.filter((name) => name.startsWith('sqs:')).length;
  return {
    ...execution,
    calls: Object.fromEntries([...new Set(calls)].sort().map((name) => [name, count(calls, name)])),
    ...{ requests: by('api', 'callback'), callbacks: by('callback'), invocations: all.length, told },
    read: sum(parts.map(({ read }) => read)),
    write: sum(parts.map(({ write }) => write)),
    // Each is received and deleted once: nobody else's message in the batch.
    queueCalls: sent + 2 * by('queue'),
    logged: sum(parts.map(({ logged }) => logged)),
    milliseconds: sum(parts.map(({ milliseconds }) => milliseconds)),
  };
}

function lasts(name: string, counted?: Counted) {
  const asked = counted?.calls.filter(({ service }) => service === 'gateway').length ?? 0;
  return { milliseconds: (steps[name]?.milliseconds ?? 0) + asked * supposed.provider };
}

function awsCalls(counted?: Counted) {
  return counted?.calls.filter(({ service }) => service !== 'gateway') ?? [];
}

function eventsIn(counted?: Counted): number {
  return putsOf(counted?.calls ?? []).filter(({ TableName }) => TableName === 'events').length;
}

const sum = (values: readonly number[]) => values.reduce((all, one) => all + one, 0);
const count = (all: readonly string[], name: string) => all.filter((each) => each === name).length;

export function units(counted?: Counted) {
  const { calls = [], logged = 0 } = counted ?? {};
  const all = (of: 'read' | 'write') => sum(calls.map((call) => call[of]));
  return { read: all('read'), write: all('write'), logged };
}

/** USD per million, by what it is paid for; the last line is the sum. */
export function costs(of: Course): [what: string, usd: number][] {
  const { requests, callbacks, transitions, told } = of;
  const platform = of.invocations * supposed.platformLog + requests * supposed.accessLog;
  const logs = of.logged + platform + of.events * supposed.workflowLog;
  const gigabyteSeconds = (of.milliseconds / 1000) * supposed.memory;
  const lines: [string, number][] = [
    [`REST API: ${requests} requests`, requests * prices.restApi],
    [`web firewall: ${callbacks} callbacks`, callbacks * prices.firewall],
    [`Lambda: ${of.invocations} invocations`, of.invocations * prices.invocation],
    [
      `Lambda: ${gigabyteSeconds.toFixed(3)} GB-s (durations supposed)`,
      gigabyteSeconds * prices.gigabyteSecond,
    ],
    [`Step Functions: ${transitions} transitions`, transitions * prices.transition],
    [`DynamoDB: ${of.write} write units`, of.write * prices.writeUnit],
    [`DynamoDB: ${of.read} read units`, of.read * prices.readUnit],
    [`SQS: ${of.queueCalls} calls`, of.queueCalls * prices.queue],
    [`EventBridge: ${told} events`, told * prices.event],
    [`logs: ${(logs / 1000).toFixed(1)} KB`, logs * prices.logByte],
    ['X-Ray: 1 in 20 sampled', requests * supposed.sampled * prices.trace],
  ];
  const million = lines.map(([what, usd]): [string, number] => [what, usd * 1e6]);
  return [...million, ['together', sum(million.map(([, usd]) => usd))]];
}
