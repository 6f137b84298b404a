// The story of one channel's undelivered news: asked for, and queued as if it had been called back.
import type { ConnectedChannel } from '../../lib/channels/channels.ts';
import type { ChannelCode } from '../../lib/domain/ids.ts';
import { newUuid } from '../../lib/domain/ids.ts';
import { instant, type Ports } from '../../lib/domain/ports.ts';
import type { Outcome, Undelivered } from '../../lib/gateways/gateway.ts';
import { factsDigest, type CallbackMessage } from '../../lib/messaging/callbacks.ts';

export interface CatchUpDependencies {
  readonly channel: (code: ChannelCode) => Promise<ConnectedChannel>;
  /** resolves when the message is durable */
  readonly send: (message: CallbackMessage) => Promise<void>;
  readonly ports: Pick<Ports, 'now' | 'randomBytes'>;
}

interface Caught {
  readonly queued: number;
  /** not queued: each hour it would be kept again */
  readonly unrecognised: number;
}

export type CaughtUp =
  /** its provider keeps no such list: status sync alone heals what was lost */
  | { readonly kind: 'no_list' }
  /** `isComplete` false: the time was over before the oldest was reached */
  | ({ readonly kind: 'caught_up'; readonly isComplete: boolean } & Caught)
  /** of a page; the pages before it are queued */
  | {
      readonly kind: 'not_told';
      readonly queued: number;
      readonly outcome: Exclude<Outcome<Undelivered>, { kind: 'ok' }>;
    };

/** ms. Providers repeat a callback for about as long; what is older was told by status sync. */
const lookBack = 3 * 24 * 60 * 60 * 1000;

/**
 * 1. connect · 2. ask for a page of what was told in vain, the newest first · 3. queue it: from there on it goes the way of
 * callbacks, and what had come after all changes nothing · 4. the next page, until there is none or the time is over.
 * @param deadline ms since 1970 UTC: the gateway is given up then
 * @throws PaymentError when the channel cannot be connected, and whatever the queue throws
 * @see SPEC R8.3
 */
export async function catchUp(
  dependencies: CatchUpDependencies,
  code: ChannelCode,
  deadline: number,
): Promise<CaughtUp> {
  const { channel, ports } = dependencies;
  const { gateway } = await channel(code);
  if (!gateway.listUndelivered) return { kind: 'no_list' };
  const since = new Date(ports.now() - lookBack).toISOString();
  let caught: Caught = { queued: 0, unrecognised: 0 };
  let after: string | undefined;
  for (;;) {
    const isFirst = after === undefined;
    const outcome = await gateway.listUndelivered(since, { deadline }, after);
    const isOver = ports.now() >= deadline;
    if (outcome.kind !== 'ok')
      return isOver && !isFirst
        ? { kind: 'caught_up', ...caught, isComplete: false }
        : { kind: 'not_told', queued: caught.queued, outcome };
    caught = await queue(dependencies, code, outcome.value, caught);
    after = outcome.value.next;
    if (after === undefined || isOver)
      return { kind: 'caught_up', ...caught, isComplete: after === undefined };
  }
}

/** The oldest first. */
async function queue(
  { send, ports }: CatchUpDependencies,
  code: ChannelCode,
  { news }: Undelivered,
  caught: Caught,
): Promise<Caught> {
  const messages = news.flatMap((each) => messageOf(each, code, ports)).reverse();
  for (const message of messages) await send(message);
  const unrecognised = news.filter(({ notification }) => notification.kind === 'unrecognised');
  return {
    queued: caught.queued + messages.length,
    unrecognised: caught.unrecognised + unrecognised.length,
  };
}

function messageOf(
  { notification, keyVersion, body }: Undelivered['news'][number],
  channelCode: ChannelCode,
  ports: CatchUpDependencies['ports'],
): CallbackMessage[] {
  if (notification.kind === 'ignored' || notification.kind === 'unrecognised') return [];
  const message = {
    channelCode,
    receivedAt: instant(ports),
    requestId: newUuid(ports),
    keyVersion,
    digest: factsDigest(channelCode, notification),
    notification,
    headers: {},
    bodyBase64: Buffer.from(body).toString('base64'),
  };
  return [message];
}
