// Events as subscribers get them. Their id is (payment, version): the same event told twice has one effect.
import { PutEventsCommand, type EventBridgeClient } from '@aws-sdk/client-eventbridge';

/** `detail` of `payment.*`; amounts are decimal text, instants UTC ISO-8601 ms. @see SPEC R9.1 */
export interface PublishedEvent {
  /** `<transaction_id>/<version>` */
  readonly id: string;
  /** orders the events of one payment */
  readonly version: number;
  readonly occurred_at: string;
  readonly data: Record<string, unknown>;
}

export interface BusEvent {
  readonly name: string;
  readonly detail: PublishedEvent;
}

/** EventBridge takes ten at a time. */
export const busBatch = 10;

/**
 * @param events at most ten
 * @returns for each event whether the bus has it
 */
export async function putEvents(
  client: EventBridgeClient,
  busName: string,
  events: readonly BusEvent[],
): Promise<boolean[]> {
  const { Entries = [] } = await client.send(
    new PutEventsCommand({
      Entries: events.map(({ name, detail }) => ({
        EventBusName: busName,
        Source: 'payments',
        DetailType: name,
        Time: new Date(detail.occurred_at),
        Detail: JSON.stringify(detail),
      })),
    }),
  );
  return events.map((_, place) => Entries[place]?.EventId !== undefined);
}
