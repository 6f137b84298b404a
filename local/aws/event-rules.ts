// The rules of the buses: which events go to which queues, in the order in which they came.
import * as z from 'zod';
import { compilePattern } from './event-pattern.ts';
import type { BusEvent, EventsOptions } from './events.ts';
import { type Properties, readProperties, withoutBehaviour } from './properties.ts';

const target = z.strictObject({
  Arn: z.string(),
  Id: z.string(),
  ...withoutBehaviour('DeadLetterConfig', 'RetryPolicy', 'RoleArn'),
});

const rule = z.strictObject({
  Name: z.string().optional(),
  EventBusName: z.string().default('default'),
  EventPattern: z.union([z.string(), z.record(z.string(), z.unknown())]),
  State: z.enum(['DISABLED', 'ENABLED']).default('ENABLED'),
  Targets: z.array(target).default([]),
  ...withoutBehaviour('Description', 'RoleArn', 'Tags'),
});

interface Rule {
  readonly bus: string;
  matches(event: unknown): boolean;
  readonly queues: readonly string[];
}

export interface EventRules {
  readonly put: (name: string, properties: Properties) => void;
  readonly route: (event: BusEvent) => void;
  readonly settled: () => Promise<void>;
}

export function eventRules({
  sendToQueue,
  onError,
}: Pick<EventsOptions, 'sendToQueue' | 'onError'>): EventRules {
  const rules = new Map<string, Rule>();
  let sending = Promise.resolve();

  async function deliver(arn: string, body: string): Promise<void> {
    try {
      await sendToQueue?.(arn, body);
    } catch (error) {
      onError?.(`An event did not reach ${arn}: ${String(error)}`);
    }
  }

  return {
    put: (name, properties) => {
      const said = readProperties(rule, `Rule ${name}`, properties);
      const { EventPattern: pattern, Targets: targets } = said;
      const queues = targets.map(({ Arn }) => Arn).filter((arn) => goesToQueue(name, arn));
      if (queues.length > 0 && !sendToQueue)
        throw new Error(`Rule ${name} has queues, and nothing sends to them.`);
      rules.set(name, {
        bus: said.EventBusName.split('/').at(-1) ?? '',
        matches: compilePattern(typeof pattern === 'string' ? JSON.parse(pattern) : pattern),
        queues: said.State === 'ENABLED' ? queues : [],
      });
    },
    route: (event) => {
      const { bus, ...sent } = event;
      for (const { queues } of [...rules.values()].filter((each) => each.bus === bus && each.matches(sent)))
        for (const arn of queues) sending = sending.then(() => deliver(arn, JSON.stringify(sent)));
    },
    settled: () => sending,
  };
}

/** Log groups have no behaviour here: the machine keeps every event of a bus as it is. */
function goesToQueue(name: string, arn: string): boolean {
  const [, , service = ''] = arn.split(':');
  if (service === 'sqs') return true;
  if (service === 'logs') return false;
  throw new Error(`Rule ${name} sends to ${arn}, which this machine does not carry out: it knows queues.`);
}
