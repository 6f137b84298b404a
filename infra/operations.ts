// Every Lambda of the service, a line or two each: what sets it off, what it may touch, and who is hurt when it fails.
// The stacks, the roles, the environments, the alarms and the local machine all read this one table.

/** What a function may do; `infra/constructs/grants.ts` turns each word into exact actions on exact resources. */
export type Need =
  /** read one payment, one lock */
  | 'payments:get'
  /** change payments, and append the events that tell of it: in transactions only */
  | 'payments:transact'
  /** change one payment only while another stands as it is: in transactions only */
  | 'payments:check'
  /** read the callbacks that were set aside, and nothing else by its key */
  | 'payments:query'
  /** read the index of what is due */
  | 'payments:find-due'
  /** put off what was found due, and change nothing else: in transactions only */
  | 'payments:claim'
  | 'events:query'
  /** the replay cache of Idempotency-Key */
  | 'idempotency'
  /** know which channels the stage declares: nothing is read for that */
  | 'channels:declared'
  | 'channels:get'
  | 'channels:put'
  /** the merchant's private keys */
  | 'channel-secrets:get'
  /** write those, and what readers need of them */
  | 'channel-secrets:put'
  /** what reads callbacks and can neither sign nor move money */
  | 'reader-secrets:get'
  /** sign with the merchant's keys that KMS holds */
  | 'channel-keys:sign'
  /** read the public halves of those keys */
  | 'channel-keys:read'
  | 'callbacks:send'
  | 'sync:send'
  | 'sync:ask'
  | 'bus:put';

export type On =
  /** `auth: 'iam'` stands behind SigV4 on the internal API, `'none'` on the public one */
  | { readonly route: readonly [method: 'GET' | 'POST' | 'PUT', path: string]; readonly auth: 'iam' | 'none' }
  | { readonly queue: QueueName }
  | { readonly stream: 'events' }
  /** as EventBridge writes it: `rate(1 minute)` */
  | { readonly schedule: string };

export type QueueName = 'callbacks' | 'sync';

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
    on: open('POST', '/payments/callbacks/{channel_code}'),
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
    needs: ['payments:get', 'payments:transact', 'channels:get', 'channel-secrets:get', 'channel-keys:sign'],
    callsGateways: true,
    impact:
      'Payments whose callback was lost stay unpaid, and payments that ran out are not closed. No money is lost: what was not asked for is found due again.',
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
