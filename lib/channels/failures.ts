// Why a channel cannot be used: it is configured wrongly, or what keeps its keys is out of reach for a while.
import { PaymentError } from '../domain/errors.ts';
import type { ChannelRow } from '../store/channels.ts';

export function misconfigured(
  { channelCode }: Pick<ChannelRow, 'channelCode'>,
  cause: unknown,
): PaymentError {
  return new PaymentError(
    'CHANNEL_MISCONFIGURED',
    { detail: `The configuration of channel ${channelCode} cannot be used. No money moved.` },
    { cause },
  );
}

/** @throws PaymentError CHANNEL_MISCONFIGURED when it cannot be read */
export function orMisconfigured<T>(row: ChannelRow, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw misconfigured(row, cause);
  }
}

/** What is said in our own words is an answer. @throws whatever else went wrong */
export async function orRefused<T>(working: Promise<T>): Promise<T | PaymentError> {
  try {
    return await working;
  } catch (error) {
    if (error instanceof PaymentError) return error;
    throw error;
  }
}

/** AWS is down, busy or does not answer: that says nothing of what it was asked for. */
export function passes(error: unknown): boolean {
  const { $fault, name } = error as { $fault?: 'client' | 'server'; name?: string };
  return $fault !== 'client' || name === 'ThrottlingException';
}
