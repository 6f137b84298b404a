// Time in the SQS emulator. It reads the computer's clock, so a move of the service's time brings every moment that it
// keeps nearer instead: delays and visibility end, and what was kept too long is gone.
import type { SqsQueue, SqsStore } from '../../node_modules/fauxqs/dist/sqs/sqsStore.js';

export interface QueueClock {
  /** ms until a delay or a visibility timeout ends; undefined when none runs */
  dueIn(): number | undefined;
  /** The service's time was moved on by so many ms. */
  moved(by: number): void;
}

export function queueClock(store: Pick<SqsStore, 'allQueues'>): QueueClock {
  return {
    dueIn: () => {
      const moments = [...store.allQueues()].flatMap((queue) => [
        ...[...queue.inflightMessages.values()].map(({ visibilityDeadline }) => visibilityDeadline),
        ...delayed(queue).flatMap(({ delayUntil }) => delayUntil ?? []),
      ]);
      return moments.length === 0 ? undefined : Math.min(...moments) - Date.now();
    },
    moved: (by) => {
      for (const queue of store.allQueues()) {
        bringNearer(queue, by);
        expire(queue);
        queue.processTimers();
      }
    },
  };
}

function bringNearer(queue: SqsQueue, by: number): void {
  const inFlight = [...queue.inflightMessages.values()];
  for (const entry of inFlight) entry.visibilityDeadline -= by;
  for (const message of delayed(queue)) if (message.delayUntil !== undefined) message.delayUntil -= by;
  for (const message of [...waiting(queue).flat(), ...inFlight.map((entry) => entry.message)]) {
    message.sentTimestamp -= by;
    if (message.approximateFirstReceiveTimestamp !== undefined)
      message.approximateFirstReceiveTimestamp -= by;
  }
}

/** In a dead-letter queue, too, the age counts from the first sending. */
function expire(queue: SqsQueue): void {
  const keep = Number(queue.attributes['MessageRetentionPeriod']) * 1000;
  const oldest = Date.now() - keep;
  for (const messages of waiting(queue))
    for (const message of messages.filter(({ sentTimestamp }) => sentTimestamp < oldest)) {
      messages.splice(messages.indexOf(message), 1);
      queue.persistence?.deleteMessage(message.messageId);
    }
  for (const [handle, { message }] of queue.inflightMessages)
    if (message.sentTimestamp < oldest) queue.deleteMessage(handle);
}

function delayed(queue: SqsQueue) {
  return [queue.delayedMessages, ...queue.fifoDelayed.values()].flat();
}

function waiting(queue: SqsQueue) {
  return [
    queue.messages,
    queue.delayedMessages,
    ...queue.fifoMessages.values(),
    ...queue.fifoDelayed.values(),
  ];
}
