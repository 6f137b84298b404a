// Proves and reads what Pretend Pay posts.
import { isTransactionId } from '../../domain/ids.ts';
import {
  CallbackRefused,
  type Callback,
  type NotificationReader,
  type ProvedNotification,
  type ReaderPorts,
} from '../gateway.ts';
import type { Proofs } from '../provider.ts';
import { readNode } from './client.ts';
import type { PretendConfig, PretendSecrets } from './config.ts';
import { snapshotOf } from './payments.ts';
import { isGenuine } from './signature.ts';
import { stateOf } from './status.ts';

export function notificationReader(
  config: PretendConfig,
  { now }: ReaderPorts,
  { secrets }: Proofs<PretendSecrets>,
): NotificationReader {
  return {
    proofHeaders: ['pretend-signature'],
    readNotification: (callback) => read(callback, config, secrets.callback_secret, now()),
    acknowledge: (verdict) => ({
      status: verdict === 'accepted' ? 200 : 400,
      contentType: 'text/plain',
      body: verdict,
    }),
  };
}

function read(
  { body, headers }: Callback,
  config: PretendConfig,
  secret: string | undefined,
  now: number,
): ProvedNotification {
  if (secret === undefined) throw new Error('Pretend Pay’s callbacks are proved by callback_secret.');
  const [header = '', ...more] = headers['pretend-signature'] ?? [];
  if (more.length > 0) throw new CallbackRefused('malformed', 'it is signed twice');
  if (!isGenuine(secret, header, body, now)) throw new CallbackRefused('not_authentic', 'it is not proved');
  const node = readNode(body);
  if (!node) throw new CallbackRefused('unreadable', 'it is no JSON object');
  const { order, merchant_id } = node;
  if (merchant_id !== config.merchant_id || typeof order !== 'string' || !isTransactionId(order))
    throw new CallbackRefused('foreign', 'it is for another merchant');
  const { kind, notice, state } = node;
  if (typeof notice !== 'string') throw new CallbackRefused('unreadable', 'it has no number');
  // Kept and told, never guessed.
  if (kind !== 'payment' || stateOf(state) === undefined) {
    const what = `${String(kind)} of state ${String(state)}`;
    const notification = { kind: 'unrecognised', what, noticeId: notice, transactionId: order } as const;
    return { keyVersion: 'callback_secret', notification };
  }
  const snapshot = snapshotOf(node, order, config);
  if (!snapshot) throw new CallbackRefused('unreadable', 'its state is not of its form');
  return { keyVersion: 'callback_secret', notification: { kind: 'payment', snapshot } };
}
