// What a channel of Stripe is configured with, and what it keeps secret. Every key says by its prefix which of Stripe's two
// worlds it is of.
import * as z from 'zod';
import type { ChannelEnvironment } from '../provider.ts';

export const configSchema = z.strictObject({
  account_id: z
    .string()
    .regex(/^acct_[A-Za-z0-9]{8,64}$/, 'must be the account id: acct_ and letters or digits')
    .describe('The Stripe account that the money belongs to.'),
  publishable_key: z
    .string()
    .regex(
      /^pk_(live|test)_[A-Za-z0-9]{10,247}$/,
      'must be the publishable key: pk_live_ or pk_test_ and more',
    )
    .describe(
      'Stripe’s public key of the account. It is handed to the payer’s page or app with each payment.',
    ),
});

const webhookSecret = z
  .string()
  .regex(
    /^whsec_[A-Za-z0-9+/=_-]{16,249}$/,
    'must be the signing secret of the webhook endpoint: whsec_ and more',
  );

export const secretsSchema = z.strictObject({
  secret_key: z
    .string()
    .regex(
      /^(sk|rk)_(live|test)_[A-Za-z0-9]{10,247}$/,
      'must be the secret key: sk_live_ or sk_test_ (rk_… where it is a restricted one) and more',
    )
    .describe(
      'The key that calls to Stripe carry: sk_…, or better a restricted one (rk_…) that may write PaymentIntents, Checkout Sessions and Refunds and read Charges and Events.',
    ),
  webhook_secret: webhookSecret.describe('What Stripe signs the callbacks of this channel’s endpoint with.'),
  webhook_secret_previous: webhookSecret
    .optional()
    .describe('The one before it, while Stripe signs with both: left out again once the roll is over.'),
});

export type StripeConfig = z.infer<typeof configSchema>;
export type StripeSecrets = z.infer<typeof secretsSchema>;

/** Money is real in production, and nowhere else. */
export function isLive(environment: ChannelEnvironment): boolean {
  return environment === 'production';
}

/** @throws Error for a key of the other world; it names the field, never the key */
export function checkWorld(
  keys: Pick<StripeConfig, 'publishable_key'> & Pick<StripeSecrets, 'secret_key'>,
  environment: ChannelEnvironment,
): void {
  const world = isLive(environment) ? 'live' : 'test';
  for (const name of ['publishable_key', 'secret_key'] as const)
    if (keys[name].split('_')[1] !== world)
      throw new Error(`In environment "${environment}" ${name} has to be a ${world} key. Nothing was sent.`);
}
