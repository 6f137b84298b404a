// Every Lambda of the service, a line or two each: what sets it off, what it may touch, and who is hurt when it fails.
// The stacks, the roles, the environments, the alarms and the local machine all read this one table.

import type { Need } from './needs.ts';

export type { Need };

export type On =
  /** `auth: 'iam'` stands behind SigV4 on the internal API, `'none'` on the public one */
  | {
      readonly route: readonly [method: 'GET' | 'POST' | 'PUT', path: string];
      /** a second path to the same */
      readonly also?: string;
      readonly auth: 'iam' | 'none';
    }
  | { readonly queue: QueueName }
  | { readonly stream: 'events' }
  /** as EventBridge writes it: `rate(1 minute)` */
  | { readonly schedule: string }
  /** the task of this state machine's states: nothing else may invoke it */
  | { readonly workflow: WorkflowName };

export type QueueName = 'callbacks' | 'sync';

export type WorkflowName = 'refund';

/** `urgent` wakes somebody; `notice` waits for the morning. */
export type Severity = 'urgent' | 'notice';

export interface Operation {
  readonly on: On;
  readonly needs: readonly Need[];
  /** Speaks to payment providers: stands behind the stable egress address. */
  readonly callsGateways?: true;
  /** Who is hurt when it fails, and what it means for the money: the first line of its alarm. */
  readonly impact: string;
  readonly severity: Severity;
}

const internal = (method: 'GET' | 'POST' | 'PUT', path: string): On => ({
  route: [method, path],
  auth: 'iam',
});
const open = (method: 'GET' | 'POST', path: string): On => ({ route: [method, path], auth: 'none' });

export const operations = {
  'create-payment': {
    on: internal('POST', '/payments/transactions'),
    needs: [
      'payments:get',
      'payments:transact',
      'payments:check',
      'idempotency',
      'channels:get',
      'channel-secrets:get',
      'channel-keys:sign',
    ],
    callsGateways: true,
    impact: 'Shops cannot start payments: payers see an error instead of a QR code. No money is lost.',
    severity: 'urgent',
  },
  'get-payment': {
    on: internal('GET', '/payments/transactions/{transaction_id}'),
    needs: ['payments:get'],
    impact: 'Shops cannot see whether a payment was made. Money and callbacks are not affected.',
    severity: 'notice',
  },
  'list-payments': {
    on: internal('GET', '/payments/transactions'),
    needs: ['payments:get'],
    impact: 'Shops cannot list the payments of an order. Money and callbacks are not affected.',
    severity: 'notice',
  },
  'get-timeline': {
    on: internal('GET', '/payments/transactions/{transaction_id}/timeline'),
    needs: ['payments:get', 'events:query'],
    impact: 'Nobody can read what happened to a payment. Money and callbacks are not affected.',
    severity: 'notice',
  },
  'close-payment': {
    on: internal('POST', '/payments/transactions/{transaction_id}/close'),
    needs: [
      'payments:get',
      'payments:transact',
      'idempotency',
      'channels:get',
      'channel-secrets:get',
      'channel-keys:sign',
    ],
    callsGateways: true,
    impact:
      'Shops cannot call off payments: payers may still pay for orders that are not wanted any more. That money would be taken, and is not lost.',
    severity: 'urgent',
  },
  'create-refund': {
    on: internal('POST', '/refunds/transactions'),
    needs: ['payments:get', 'payments:put', 'idempotency', 'channels:declared', 'refund-workflow:start'],
    impact: 'Shops cannot start refunds: payers wait for their money. Refunds that are under way go on.',
    severity: 'urgent',
  },
  'confirm-refund': {
    on: internal('POST', '/refunds/transactions/{refund_id}/confirmation'),
    needs: ['payments:get', 'payments:put', 'idempotency'],
    impact:
      'Nobody can say that a BALANCE or OFFLINE refund was carried out: its amount stays reserved. Other refunds are not affected.',
    severity: 'notice',
  },
  'get-refund': {
    on: internal('GET', '/refunds/transactions/{refund_id}'),
    needs: ['payments:get'],
    impact: 'Shops cannot see what became of a refund. Money and callbacks are not affected.',
    severity: 'notice',
  },
  'find-refund': {
    on: internal('GET', '/refunds/transactions'),
    needs: ['payments:get'],
    impact: 'Shops cannot find a refund by their own number. Money and callbacks are not affected.',
    severity: 'notice',
  },
  'list-refunds': {
    on: internal('GET', '/payments/transactions/{transaction_id}/refunds'),
    needs: ['payments:get'],
    impact: 'Shops cannot list the refunds of a payment. Money and callbacks are not affected.',
    severity: 'notice',
  },
  'resolve-anomaly': {
    on: internal('POST', '/payments/transactions/{transaction_id}/anomaly/resolution'),
    needs: ['payments:get', 'payments:transact', 'idempotency'],
    impact:
      'Nobody can decide about money that came late, twice or wrong. It stays recorded and held; other payments are not affected.',
    severity: 'notice',
  },
  'list-quarantine': {
    on: internal('GET', '/quarantine'),
    needs: ['payments:query', 'channels:declared'],
    impact:
      'Nobody can read which genuine callbacks found no payment. They are kept, and other payments are not affected.',
    severity: 'notice',
  },
  'receive-callback': {
    on: {
      ...open('POST', '/payments/callbacks/{channel_code}'),
      // What a callback is about is told by what it says, and not by where it came.
      also: '/refunds/callbacks/{channel_code}',
    },
    needs: ['channels:get', 'reader-secrets:get', 'callbacks:send'],
    impact:
      'Payers have paid and we do not hear of it: payments stay PENDING_PAYMENT. The provider repeats its callbacks for about a day.',
    severity: 'urgent',
  },
  'receive-return': {
    on: open('GET', '/payments/returns/{channel_code}'),
    needs: ['payments:get', 'channels:get', 'reader-secrets:get', 'sync:send'],
    impact:
      'Payers who come back from the provider see an error instead of their shop. Their money is safe: callbacks and sync still settle the payments.',
    severity: 'notice',
  },
  'apply-notification': {
    on: { queue: 'callbacks' },
    needs: ['payments:get', 'payments:transact', 'channels:get', 'callbacks:send', 'sync:ask'],
    impact:
      'Proved callbacks wait in the queue: paid orders are shown as unpaid. Nothing is lost: what has failed for five hours is kept in the dead-letter queue.',
    severity: 'urgent',
  },
  'find-due': {
    on: { schedule: 'rate(1 minute)' },
    needs: ['payments:find-due', 'payments:claim', 'sync:send'],
    impact:
      'Nobody asks the providers any more: payments whose callback was lost stay unpaid, and payments that ran out are not closed.',
    severity: 'urgent',
  },
  'sync-transaction': {
    on: { queue: 'sync' },
    needs: [
      'payments:get',
      'payments:transact',
      'channels:get',
      'channel-secrets:get',
      'channel-keys:sign',
      'refund-workflow:start',
    ],
    callsGateways: true,
    impact:
      'Payments whose callback was lost stay unpaid, and payments that ran out are not closed. No money is lost: what was not asked for is found due again.',
    severity: 'urgent',
  },
  'refund-steps': {
    on: { workflow: 'refund' },
    needs: ['payments:get', 'payments:transact', 'channels:get', 'channel-secrets:get', 'channel-keys:sign'],
    callsGateways: true,
    impact:
      'Refunds that were promised are not sent, or nobody asks what became of them: payers wait for their money. No refund is made twice or lost: each is begun anew.',
    severity: 'urgent',
  },
  'refresh-platform-keys': {
    on: { schedule: 'rate(1 hour)' },
    needs: ['channels:get', 'channels:put', 'channel-secrets:get', 'channel-keys:sign'],
    callsGateways: true,
    impact:
      'Providers’ keys are not fetched any more. Payments go on with those that we have, and they live for years; only when a provider changes them are its callbacks not believed.',
    severity: 'notice',
  },
  'catch-up': {
    on: { schedule: 'rate(1 hour)' },
    needs: ['channels:get', 'channel-secrets:get', 'channel-keys:sign', 'callbacks:send'],
    callsGateways: true,
    impact:
      'After an outage of ours nobody asks the providers for the callbacks that we missed. They repeat them, and status sync asks for the payments: those are shown as unpaid for longer.',
    severity: 'notice',
  },
  'publish-events': {
    on: { stream: 'events' },
    needs: ['bus:put'],
    impact:
      'Shops are not told of payments that succeeded. The events stay in their table and are sent when it works again; after 23 hours only a person sends them.',
    severity: 'urgent',
  },
  'put-channel': {
    on: internal('PUT', '/channels/{channel_code}'),
    needs: ['channels:get', 'channels:put', 'channel-secrets:put', 'channel-keys:read'],
    impact: 'Nobody can change the configuration of a channel. Payments go on with the present one.',
    severity: 'notice',
  },
  'get-channel': {
    on: internal('GET', '/channels/{channel_code}'),
    needs: ['channels:get', 'channel-keys:read'],
    impact: 'Nobody can read the configuration of a channel. Payments are not affected.',
    severity: 'notice',
  },
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof operations;
