// The story of a proved notification: what it says is brought to the payment, once.
import type { TransactionId } from '../../lib/domain/ids.ts';
import type { Ports } from '../../lib/domain/ports.ts';
import { settlePayment, type Settled } from '../../lib/flows/settle-payment.ts';
import type { CallbackMessage } from '../../lib/messaging/callbacks.ts';
import { keepCallbackAlone, keepStrayCallback, type RawCallback } from '../../lib/store/callbacks.ts';
import { getPayment } from '../../lib/store/payments.ts';
import type { Tables } from '../../lib/store/table.ts';

export interface ApplyDependencies {
  readonly tables: Tables;
  readonly ports: Ports;
}

export type Applied =
  | Exclude<Settled, { kind: 'nothing_of_ours' }>
  | { readonly kind: 'kept'; readonly what: string; readonly transactionId?: TransactionId };

/** A genuine message about a payment that we do not have (yet): it comes again, and in the end waits for a person. */
export class UnknownTransaction extends Error {
  constructor(transactionId: TransactionId) {
    super(`there is no payment ${transactionId} of this channel`);
    this.name = 'UnknownTransaction';
  }
}

/**
 * A payment's state: by the one door. A type or status that we do not know: the bytes are kept, with the payment where
 * there is one, and nothing is guessed.
 * @throws UnknownTransaction
 * @see SPEC R7.2, R7.3
 */
export async function applyNotification(
  { tables, ports }: ApplyDependencies,
  message: CallbackMessage,
): Promise<Applied> {
  const { channelCode, notification } = message;
  if (notification.kind === 'unrecognised') return keep(tables, message, notification);
  const { transactionId } = notification.snapshot;
  const settled = await settlePayment(
    { tables, ports },
    {
      channelCode,
      snapshot: notification.snapshot,
      cause: { actor: `channel:${channelCode}`, reason: `callback ${message.digest.slice(0, 16)}` },
      callback: { transactionId, ...raw(message) },
    },
  );
  if (settled.kind === 'nothing_of_ours') throw new UnknownTransaction(transactionId);
  return settled;
}

async function keep(
  tables: Tables,
  message: CallbackMessage,
  { what, transactionId }: CallbackMessage['notification'] & { kind: 'unrecognised' },
): Promise<Applied> {
  const stored = transactionId ? await getPayment(tables, transactionId) : undefined;
  if (!transactionId || stored?.payment.paymentChannel !== message.channelCode) {
    await keepStrayCallback(tables, message.channelCode, raw(message));
    return { kind: 'kept', what };
  }
  await keepCallbackAlone(tables, { transactionId, ...raw(message) });
  return { kind: 'kept', what, transactionId };
}

function raw({ digest, receivedAt, keyVersion, headers, bodyBase64 }: CallbackMessage): RawCallback {
  return { digest, receivedAt, keyVersion, headers, bodyBase64 };
}
