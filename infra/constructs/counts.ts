// What the functions count, and which of it calls somebody.
import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Severity } from '../operations.ts';
import type { Alarms, AlarmText } from './alarms.ts';
import { refundAlarms } from './refund-counts.ts';

/**
 * What the functions count, by name, in namespace `Payments` with the one dimension `service=payments`: an alarm must
 * name its metric whole, so a reason stands in the name and not in a dimension.
 */
export const counted = [
  'callback_refused_not_authentic',
  'callback_refused_not_opened',
  'callback_refused_unreadable',
  'callback_refused_foreign',
  'callback_refused_malformed',
  'callback_source_unlisted',
  'callback_stale',
  'callback_unrecognised',
  'callback_quarantined',
  'callback_checksum_collision',
  'return_refused',
  'anomaly_found',
  'channel_misconfigured',
  'gateway_unknown',
  'sync_unanswered',
  'payment_overdue',
  'catch_up_failed',
  'refund_contradicted',
  'refund_needs_action',
  'refund_overdue',
  'refund_unconfirmed',
  'refund_reversed',
  'refund_beyond_paid',
  'refund_unanswered',
  'refund_not_begun',
  'platform_keys_not_refreshed',
  'platform_key_ends_soon',
] as const;

export interface CountAlarm extends AlarmText {
  readonly threshold: number;
  readonly severity: Severity;
  /** over which it is summed; 5 minutes unless said */
  readonly period?: Duration;
}

const countAlarms: Partial<Record<(typeof counted)[number], CountAlarm>> = {
  ...refundAlarms,
  callback_refused_not_authentic: {
    threshold: 6,
    severity: 'urgent',
    impact:
      'Callbacks fail their signature check: nothing they say is believed, so paid orders may be shown as unpaid.',
    cause: 'A key changed at the provider and not here, or somebody tries forged callbacks.',
    firstStep:
      'Compare public_key_platform, or certificate_platform, of GET /channels/{channel_code} with what the provider shows; where keys are fetched, read the log of refresh-platform-keys.',
  },
  callback_refused_not_opened: {
    threshold: 3,
    severity: 'urgent',
    impact:
      'Callbacks that the provider signed are sealed with a key that is not ours: if it is our own key that changed, none can be read, and paid orders may be shown as unpaid until they are asked for.',
    cause:
      'The sealing key (WeChat Pay: the APIv3 key) was changed at the provider’s console and not here, or another merchant sends its callbacks to our address.',
    firstStep:
      'See whether other callbacks of the channel are read. If none is, put the new key with PUT /channels/{channel_code} (api_v3_key): callbacks are repeated for about a day, and payments are asked for meanwhile.',
  },
  callback_refused_unreadable: {
    threshold: 1,
    severity: 'urgent',
    impact:
      'A callback that the provider signed is not of a form that we read: its payment may be paid and is shown as unpaid.',
    cause:
      'The provider changed what it sends, or somebody cut a genuine callback into other fields, which is refused.',
    firstStep:
      'Read the outcome of the log line callback.refused, and the payment in the provider’s console: callbacks are repeated for about a day.',
  },
  callback_refused_foreign: {
    threshold: 1,
    severity: 'urgent',
    impact: 'A genuine callback for another merchant or app came here. No payment of ours was changed by it.',
    cause: 'A callback address or merchant id is mixed up, here or in the account of somebody else.',
    firstStep:
      'Read whose it was in the field outcome of the log line callback.refused; compare it with merchant_id and app_id of GET /channels/{channel_code}, and the provider’s callback addresses with ours.',
  },
  callback_stale: {
    threshold: 1,
    severity: 'notice',
    impact:
      'A provider calls a payment closed whose money has come: nothing was changed here. Somebody may have refunded it at the provider’s console.',
    cause: 'A callback came late or out of order, or something was done at the provider’s console.',
    firstStep:
      'Read the payment of the log line callback.without_effect with reason "stale", and look it up at the provider.',
  },
  callback_unrecognised: {
    threshold: 1,
    severity: 'notice',
    impact:
      'A genuine callback of an unknown type was kept and changed nothing: a payment may know less than its provider.',
    cause: 'The provider sends a type or status that this build does not list.',
    firstStep:
      'Read the log line callback.unrecognised and look the type up in the provider’s documentation.',
  },
  callback_quarantined: {
    threshold: 1,
    severity: 'urgent',
    impact:
      'A genuine callback fits no payment of ours: somebody may have paid for an order that nobody here knows. It is kept.',
    cause:
      'The payment was made with other software under the same merchant account, or its row is not there although we made it.',
    firstStep:
      'Read GET /quarantine, look the number up in the provider’s console, and find out whose order it is and whether its money must go back.',
  },
  callback_checksum_collision: {
    threshold: 1,
    severity: 'urgent',
    impact:
      'One signed transmission came with two bodies: somebody has a genuine callback and forges others to its checksum. No payment was changed by what it says; the provider was asked.',
    cause: 'A genuine callback, with its headers, is in the hands of somebody else: a log, a proxy, a mail.',
    firstStep:
      'Find the callback.queued lines of receive-callback at the time of the log line callback.checksum_collision: source_ip tells the two senders apart. Keep them out at the firewall, and look for the leak.',
  },
  return_refused: {
    threshold: 20,
    severity: 'notice',
    impact:
      'Payers came back from the provider and were not sent on to their shop. Their payments are settled all the same.',
    cause:
      'A key changed at the provider and not here, the provider changed what it sends, or somebody tries forged addresses.',
    firstStep:
      'Read the log line return.refused, and compare public_key_platform of GET /channels/{channel_code} with the public key that the provider shows.',
  },
  anomaly_found: {
    threshold: 1,
    severity: 'urgent',
    impact:
      'Money came in that does not fit its payment: late, twice, or another sum. It is recorded, not lost: held, unless the channel’s policy has taken it.',
    cause: 'See the anomaly on the payment: its kind and the facts beside it.',
    firstStep: 'Read the timeline of the transaction named in the log line payment.anomaly_found.',
  },
  channel_misconfigured: {
    threshold: 1,
    severity: 'urgent',
    impact: 'A channel cannot be used as it is configured: no payment starts on it. No money is lost.',
    cause:
      'The channel has no configuration yet, its row or secret is not what this build can read, or its provider refuses the credentials in it.',
    firstStep:
      'Read the log line channel.misconfigured of create-payment and sync-transaction, and GET /channels/{channel_code}; put the configuration again.',
  },
  gateway_unknown: {
    threshold: 5,
    severity: 'urgent',
    impact:
      'A provider gave no clear answer at least 5 times: those payments wait as they are until it is known.',
    cause:
      'The provider, or the way to it, fails or is slow: timeouts, resets, unreadable or unsigned answers.',
    firstStep:
      'Read the reasons in the logs of create-payment and close-payment, and look at the provider’s status page.',
  },
  sync_unanswered: {
    threshold: 20,
    severity: 'urgent',
    impact:
      'A provider does not say how payments stand: those whose callback was lost are shown as unpaid. They keep being asked for.',
    cause:
      'The provider, or the way to it, fails or is slow, or a key changed: at least 20 questions in 5 minutes brought no answer.',
    firstStep:
      'Read the reasons in the log of sync-transaction, then the provider’s status page and GET /channels/{channel_code}.',
  },
  payment_overdue: {
    threshold: 1,
    severity: 'urgent',
    impact:
      'A payment is long past its time and its channel still does not say what became of it: money may have been taken. It keeps being asked for.',
    cause: 'The channel answers that it does not know, or that the payment is under way, or not at all.',
    firstStep:
      'Read the log of sync-transaction for the transaction that it names, and look its number up in the provider’s console.',
  },
  catch_up_failed: {
    threshold: 6,
    period: Duration.days(1),
    severity: 'notice',
    impact:
      'A provider did not say which callbacks it could not bring us. It repeats them, and status sync asks for their payments: no money is lost.',
    cause: 'The provider, or the way to it, fails, or the key of the channel may not read events.',
    firstStep:
      'Read the log line catch_up.not_told in the log of catch-up: it names the channel and the reason.',
  },
  platform_keys_not_refreshed: {
    threshold: 12,
    period: Duration.days(1),
    severity: 'notice',
    impact:
      'A provider’s keys could not be fetched for about a day. Payments go on with those that we have; when the provider changes them, its callbacks are not believed and paid orders are shown as unpaid.',
    cause: 'The provider, or the way to it, fails, or the channel is not configured as it should be.',
    firstStep:
      'Read the log line platform_keys.not_refreshed in the log of refresh-platform-keys: it names the channel and the reason.',
  },
  platform_key_ends_soon: {
    threshold: 1,
    // Counted every hour: an alarm over less would come and go with each of them.
    period: Duration.hours(3),
    severity: 'urgent',
    impact:
      'In less than seven days we hold no valid key of a provider: then none of its callbacks and answers are believed, and paid orders are shown as unpaid.',
    cause: 'The provider hands out no newer key, or we could not fetch it.',
    firstStep:
      'Read the log line platform_keys.end_soon, which names the channel, and what refresh-platform-keys logged before it; then look for new certificates at the provider’s console.',
  },
};

/** Watches what the functions count. */
export function watchCounts(alarms: Alarms): void {
  for (const [metricName, { period = Duration.minutes(5), ...alarm }] of Object.entries(countAlarms)) {
    const metric = new Metric({
      namespace: 'Payments',
      metricName,
      dimensionsMap: { service: 'payments' },
      statistic: 'Sum',
      period,
    });
    alarms.add(metricName.replaceAll('_', '-'), { metric, ...alarm });
  }
}
