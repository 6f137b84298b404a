// The keys that the stage declares for a channel, whether it signs with them yet or not: the provider must know a public half
// before the key is taken into use.
import type { DeclaredKey } from '../../lib/api/channel-view.ts';
import type { DeclaredChannel } from '../../lib/channels/declared.ts';
import { PaymentError } from '../../lib/domain/errors.ts';

/** As `publicHalf` of lib/channels/signers.ts. */
export type PublicHalf = (arn: string, name: string) => Promise<string>;

/**
 * A key that KMS holds disabled or is about to delete is named without its public half: nothing is to be done with it.
 * @throws PaymentError GATEWAY_UNAVAILABLE when KMS is out of reach
 */
export async function declaredKeys(
  publicHalf: PublicHalf,
  { signing_keys = {} }: DeclaredChannel,
): Promise<readonly DeclaredKey[]> {
  return Promise.all(
    Object.entries(signing_keys).map(async ([name, arn]) => {
      const publicKey = await publicHalf(arn, name).catch(orUnfit);
      return { name, ...(publicKey !== undefined && { publicKey }) };
    }),
  );
}

function orUnfit(error: unknown): undefined {
  if (error instanceof PaymentError && error.code === 'CHANNEL_CONFIG_INVALID') return undefined;
  throw error;
}
