// The calls to AWS of the steps of a refund's workflow.
import { invocations, type Way } from './aws-ways.ts';
import type { Service } from './service.ts';

/** The channel is sent the refund, and has made it. */
export const submitting: Way = [
  ['refund-steps', 'GetItem', 'the refund is read'],
  ['refund-steps', 'GetItem', 'the payment is read'],
  ['refund-steps', 'GetItem', 'the channel is read'],
  ['refund-steps', 'GetSecretValue', 'the key to sign with is read'],
  ['refund-steps', 'TransactWriteItems', 'it is written that it is sent'],
  ['refund-steps', 'GetItem', 'the payment is read again'],
  ['refund-steps', 'GetItem', 'the refund is read again'],
  ['refund-steps', 'TransactWriteItems', 'what comes of it is written down'],
];

/** The channel is sent the refund, and gives its number of what it has yet to make. */
export const numbering: Way = [
  ...submitting,
  ['refund-steps', 'TransactWriteItems', 'when it is to be asked for is written down'],
];

/** By a sandbox that has sent it, too: it knows the channel. */
export const querying: Way = [
  ['refund-steps', 'GetItem', 'the refund is read'],
  ['refund-steps', 'GetItem', 'the payment is read'],
  ['refund-steps', 'GetItem', 'the payment is read again'],
  ['refund-steps', 'GetItem', 'the refund is read again'],
  ['refund-steps', 'TransactWriteItems', 'what the channel said is written down'],
];

/** A sandbox that is new reads the secret. */
export const fresh = { operation: 'refund-steps', action: 'GetItem', fault: 'crash_before' } as const;

export const actionsOf = (way: Way): string[] => way.map(([, action]) => action);

/** What each step asked for, in order, beyond looking whether anything is to be done. @param from how many were before */
export async function stepsTaken(service: Service, from: number): Promise<string[][]> {
  const made = (await invocations(service, 'refund-steps')).slice(from);
  return made.map(({ calls }) => calls.map(({ action }) => action)).filter(({ length }) => length > 1);
}
