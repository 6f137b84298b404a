// A channel's configuration as people see it: all that is public, and of secrets only a fingerprint.
import type { ChannelRow } from '../store/channels.ts';

/** @see SPEC R11.1 */
export function channelView(row: ChannelRow): Record<string, unknown> {
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
    secret_fingerprints: row.fingerprints,
    version: row.version,
    updated_at: row.updatedAt,
    updated_by: row.updatedBy,
  };
}
