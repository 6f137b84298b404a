// Counts that alarms watch, written as log lines (EMF). The names are those of infra/constructs/counts.ts.
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

const metrics = new Metrics();

export type MetricName =
  | 'callback_refused_malformed'
  | 'callback_refused_not_authentic'
  | 'callback_refused_not_opened'
  | 'callback_refused_unreadable'
  | 'callback_refused_foreign'
  | 'callback_source_unlisted'
  | 'callback_unrecognised'
  | 'callback_stale'
  | 'callback_quarantined'
  | 'callback_checksum_collision'
  | 'return_refused'
  | 'anomaly_found'
  | 'channel_misconfigured'
  | 'gateway_unknown'
  | 'sync_unanswered'
  | 'payment_overdue'
  | 'catch_up_failed'
  | 'refund_contradicted'
  | 'refund_needs_action'
  | 'refund_overdue'
  | 'refund_unconfirmed'
  | 'refund_reversed'
  | 'refund_beyond_paid'
  | 'refund_unanswered'
  | 'refund_not_begun'
  | 'platform_keys_not_refreshed'
  | 'platform_key_ends_soon';

export function count(name: MetricName): void {
  metrics.addMetric(name, MetricUnit.Count, 1);
}

export function publishMetrics(): void {
  if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
}
