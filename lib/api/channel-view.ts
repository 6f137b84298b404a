// A channel's configuration as people see it: all that is public, of secrets only a fingerprint,
// and of the key that it signs with the half that the provider is to know.
import { defaultPolicy } from '../domain/anomaly.ts';
import type { ChannelRow, SigningKey } from '../store/channels.ts';

/** One that the stage declares; its public half is absent when KMS does not give it out. */
export type DeclaredKey = Pick<SigningKey, 'name'> & Partial<SigningKey>;

/**
 * @param declared the keys that the channel could sign with
 * @see SPEC R11.1
 */
export function channelView(row: ChannelRow, declared: readonly DeclaredKey[] = []): Record<string, unknown> {
  return {
    channel_code: row.channelCode,
    provider: row.provider,
    environment: row.environment,
    ...(row.gatewayUrl !== undefined && { gateway_url: row.gatewayUrl }),
    ...row.config,
    callback_url_payment: row.callbackUrlPayment,
    callback_source_policy: row.sourcePolicy,
    callback_source_ranges: row.sourceRanges,
    is_active: row.isActive,
    anomaly_policy: { ...defaultPolicy, ...row.anomalyPolicy },
    ...(row.signingKey && {
      signing_key: { name: row.signingKey.name, public_key: row.signingKey.publicKey },
    }),
    ...(declared.length > 0 && {
      signing_keys: declared.map(({ name, publicKey }) => ({
        name,
        ...(publicKey !== undefined && { public_key: publicKey }),
      })),
    }),
    secret_fingerprints: row.fingerprints,
    version: row.version,
    updated_at: row.updatedAt,
    updated_by: row.updatedBy,
  };
}
