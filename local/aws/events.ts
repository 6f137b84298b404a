// EventBridge of this machine: buses, what is put on them, and rules that send it on to queues.
import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { AwsError, type AwsOperations, operation } from './aws-json.ts';
import { eventRules } from './event-rules.ts';
import type { Properties } from './properties.ts';

/** An event as its subscribers get it, and the name of the bus that it came over. */
export interface BusEvent {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** UTC, whole seconds */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
  readonly bus: string;
}

export interface Events {
  readonly operations: AwsOperations;
  readonly createBus: (name: string) => { arn: string; name: string };
  /**
   * Takes resolved properties of AWS::Events::Rule.
   * @throws Error naming a property, pattern or target that is not carried out
   */
  readonly putRule: (name: string, properties: Properties) => void;
  /** resolves when all that was put has been sent on */
  readonly settled: () => Promise<void>;
}

export interface EventsOptions {
  readonly region: string;
  readonly account: string;
  /** ms since 1970 */
  readonly now: () => number;
  /** every event, in the order in which it was put */
  readonly onBusEvent: (event: BusEvent) => void;
  readonly sendToQueue?: (arn: string, body: string) => Promise<void>;
  readonly onError?: (line: string) => void;
}

const entry = z.strictObject({
  Detail: z.string().optional(),
  DetailType: z.string().optional(),
  EventBusName: z.string().default('default'),
  Resources: z.array(z.string()).default([]),
  Source: z.string().optional(),
  /** seconds since 1970 */
  Time: z.number().optional(),
  TraceHeader: z.string().optional(),
});
type Entry = z.infer<typeof entry>;

const putEvents = z.strictObject({ Entries: z.array(entry).min(1).max(10) });

/** bytes of one request, counted as EventBridge does */
const sizeLimit = 262_144;

export function openEvents(options: EventsOptions): Events {
  const { region, account, now, onBusEvent } = options;
  const buses = new Set(['default']);
  const rules = eventRules(options);

  function accept(said: Entry): object {
    const bus = said.EventBusName.split('/').at(-1) ?? '';
    if (!buses.has(bus)) return failure('ResourceNotFoundException', `Event bus ${bus} does not exist.`);
    const { DetailType, Source } = said;
    if (!Source) return required('Source');
    if (!DetailType) return required('DetailType');
    if (!said.Detail) return required('Detail');
    const detail = jsonObject(said.Detail);
    if (!detail) return failure('MalformedDetail', 'Detail is malformed.');
    const event: BusEvent = {
      version: '0',
      id: randomUUID(),
      'detail-type': DetailType,
      source: Source,
      account,
      time: new Date(said.Time === undefined ? now() : said.Time * 1000)
        .toISOString()
        .replace(/\.\d+Z$/, 'Z'),
      region,
      resources: said.Resources,
      detail,
      bus,
    };
    onBusEvent(event);
    rules.route(event);
    return { EventId: event.id };
  }

  return {
    operations: {
      PutEvents: operation(putEvents, ({ Entries }) => {
        if (Entries.map(size).reduce((sum, each) => sum + each, 0) > sizeLimit)
          throw new AwsError(
            'ValidationException',
            'Total size of the entries in the request is over the limit.',
          );
        const results = Entries.map(accept);
        return { Entries: results, FailedEntryCount: results.filter((each) => 'ErrorCode' in each).length };
      }),
    },
    createBus: (name) => {
      buses.add(name);
      return { name, arn: `arn:aws:events:${region}:${account}:event-bus/${name}` };
    },
    putRule: rules.put,
    settled: rules.settled,
  };
}

function failure(ErrorCode: string, ErrorMessage: string): object {
  return { ErrorCode, ErrorMessage };
}

function required(member: string): object {
  return failure(
    'InvalidArgument',
    `Parameter ${member} is not valid. Reason: ${member} is a required argument.`,
  );
}

function jsonObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return value as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html */
function size({ Source = '', DetailType = '', Detail = '', Resources, Time }: Entry): number {
  const texts = [Source, DetailType, Detail, ...Resources];
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), Time === undefined ? 0 : 14);
}
