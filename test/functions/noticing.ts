// Notifications of refunds as they come out of the queue, on the real database.
import {
  applyNotification,
  type ApplyDependencies,
} from '../../functions/apply-notification/apply-notification.ts';
import type { RefundReference, RefundSnapshot } from '../../lib/domain/refund.ts';
import { factsDigest, readCallbackMessage, type CallbackMessage } from '../../lib/messaging/callbacks.ts';
import { listQuarantined } from '../../lib/store/quarantine.ts';
import { at } from '../domain/samples.ts';
import { ports, type Database } from '../store/database.ts';

/** As it comes out of the queue. */
function messageOf(
  notification: CallbackMessage['notification'],
  changes: Partial<CallbackMessage> = {},
): CallbackMessage {
  const channelCode = changes.channelCode ?? 'ALIPAY';
  const digest = factsDigest(channelCode, notification);
  const raw = { receivedAt: at, requestId: 'r', keyVersion: 'k1', headers: {}, bodyBase64: 'YQ==' };
  return readCallbackMessage(JSON.stringify({ channelCode, digest, notification, ...raw, ...changes }));
}

export const word = (snapshot: RefundSnapshot, changes?: Partial<CallbackMessage>) =>
  messageOf({ kind: 'refund', snapshot }, changes);
export const hint = (refund: RefundReference, changes?: Partial<CallbackMessage>) =>
  messageOf({ kind: 'refund_hint', what: 'A', noticeId: 'n1', refund }, changes);

/** What becomes of it, which questions it lets be asked, and how often and when it is to come again. */
export async function notice(database: Database, message: CallbackMessage) {
  const asked: unknown[] = [];
  const sentAgain: unknown[] = [];
  const dependencies: ApplyDependencies = {
    ...{ tables: database.tables(), ports: ports() },
    policy: () => Promise.resolve({}),
    ask: (question) => pushed(asked, question),
    sendAgain: ({ attempt }, delay) => pushed(sentAgain, [attempt, delay]),
  };
  return { applied: await applyNotification(dependencies, message), asked, sentAgain };
}

/** why it is kept for a person, once for each time that it is */
export async function quarantined(database: Database, { channelCode, digest }: CallbackMessage) {
  const page = await listQuarantined(database.tables(), channelCode, 200);
  return page?.items.filter((item) => item.digest === digest).map(({ reason }) => reason);
}

function pushed<T>(list: T[], one: T): Promise<void> {
  list.push(one);
  return Promise.resolve();
}
