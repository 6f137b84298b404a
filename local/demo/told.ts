// What is told of a payment, and to whom: callbacks, log, bus, timeline.
import { deliveries, get, look, plain, transactions, type Delivery, type Payment } from './doors.ts';
import { until, type Service } from './service.ts';
import { check, type Step } from './steps.ts';

/** Some providers read the status alone: their answer has no body. */
export function answerTo({ status, body }: Delivery): string {
  return body ? `${String(status)} "${body}"` : `${String(status)} with no body`;
}

/** The provider sends its newest notice once more: accepted, and nothing changes. */
export async function toldAgain(service: Service, payment: Payment): Promise<Step> {
  const { transaction_id: id } = payment;
  const before = await until('All that was heard, applied', async () => {
    const heard = (await deliveries(service, payment)).filter(({ accepted }) => accepted).length;
    const done = await applied(service, id);
    return done >= heard ? { heard, done, version: (await look(service, payment)).version } : undefined;
  });
  await plain(service, 'gateways', '/callbacks/resend', { transaction_id: id });
  const again = await until('The callback, sent again', async () => {
    const all = (await deliveries(service, payment)).filter(({ accepted }) => accepted);
    return all.length > before.heard ? all.at(-1) : undefined;
  });
  await until('The callback that was sent again, applied', async () =>
    (await applied(service, id)) > before.done ? true : undefined,
  );
  const { version } = await look(service, payment);
  check(version === before.version, 'The repeated callback changed the payment.');
  const says = [`The callback comes again: answered ${answerTo(again)}, without effect.`];
  return { step: 'duplicate', says: [...says, `The payment stays at version ${version}.`], saw: again };
}

export interface LogLine {
  readonly function: string;
  readonly level: string;
  readonly message: string;
  readonly reason?: string;
}

export async function logOf(service: Service, id: string): Promise<LogLine[]> {
  return (await plain<{ lines: LogLine[] }>(service, 'control', `/log?transaction_id=${id}`)).lines;
}

const words = new Set([
  'payment.settled',
  'payment.anomaly_found',
  'callback.without_effect',
  'callback.followed',
]);

/** How many of its callbacks have come to their end. */
async function applied(service: Service, id: string): Promise<number> {
  const lines = await logOf(service, id);
  const isEnd = ({ function: by, message }: LogLine) =>
    // Without consequence for money: it does not come as far as the queue.
    message === 'callback.ignored' || (by === 'apply-notification' && words.has(message));
  return lines.filter(isEnd).length;
}

/** What the bus told of a payment, once all of it is there. */
export async function events(service: Service, { transaction_id: id, version }: Payment): Promise<Step> {
  const names = await until('All events on the bus', async () => {
    const { events: all } = await plain<{ events: { 'detail-type': string; detail: { version: number } }[] }>(
      service,
      'control',
      `/events?transaction_id=${id}`,
    );
    // They may overtake one another: the version gives the order.
    const inOrder = all.sort((a, b) => a.detail.version - b.detail.version);
    const told = new Set(inOrder.map(({ detail }) => detail.version));
    return told.size >= version ? inOrder.map((event) => event['detail-type']) : undefined;
  });
  return {
    step: 'events',
    says: ['The bus told the shop:', ...names.map((name) => `  ${name}`)],
    saw: names,
  };
}

interface TimelineEntry {
  readonly version: number;
  readonly name: string;
  readonly at: string;
  readonly actor: string;
  readonly reason: string;
  readonly hash: string;
}

/**
 * @param story the names of the events that are to stand there, in order
 * @param because what the reason of the last one is to begin with
 */
export async function timeline(
  service: Service,
  { transaction_id: id }: Payment,
  story: readonly string[],
  because = '',
): Promise<Step> {
  const path = `${transactions}/${id}/timeline`;
  const { events: saw } = await get<{ events: TimelineEntry[] }>(service, path);
  const names = saw.map(({ name }) => name).filter(isOfAnyStory);
  check(names.join() === story.join(), `The timeline is not the story that was seen: ${names.join(', ')}.`);
  const { reason: last = 'nobody' } = saw.at(-1) ?? {};
  check(last.startsWith(because), `The end of it was to come of ${because}, and came of ${last}.`);
  const rows = saw.flatMap(({ version, at, name, actor, reason, hash }) => [
    `  ${String(version).padStart(2)}  ${at.slice(11, 23)}  ${name.padEnd(26)} #${hash.slice(0, 12)}`,
    `      ${actor}: ${reason}`,
  ]);
  return { step: 'timeline', says: ['The timeline, each entry chained to the one before:', ...rows], saw };
}

/** What a payer only agrees to is captured on the way; a provider that is slow tells its number of a refund beforehand. */
function isOfAnyStory(name: string, place: number, names: readonly string[]): boolean {
  return name !== 'payment.capture_begun' && !(name === 'refund.processing' && names[place - 1] === name);
}
