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
  | 'events:query'
  /** the replay cache of Idempotency-Key */
  | 'idempotency'
  | 'channels:get'
  | 'channels:put'
  /** the merchant's private keys */
  | 'channel-secrets:get'
  | 'channel-secrets:put'
  | 'callbacks:send'
  | 'bus:put';

export type On =
  /** `auth: 'iam'` stands behind SigV4 on the internal API, `'none'` on the public one */
  | { readonly route: readonly [method: 'GET' | 'POST' | 'PUT', path: string]; readonly auth: 'iam' | 'none' }
  | { readonly queue: 'callbacks' }
  | { readonly stream: 'events' };

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
  'receive-callback': {
    on: open('POST', '/payments/callbacks/{channel_code}'),
    needs: ['channels:get', 'callbacks:send'],
    impact:
      'Payers have paid and we do not hear of it: payments stay PENDING_PAYMENT. The provider repeats its callbacks for about a day.',
    severity: 'urgent',
  },
  'apply-notification': {
    on: { queue: 'callbacks' },
    needs: ['payments:get', 'payments:transact'],
    impact:
      'Proved callbacks wait in the queue: paid orders are shown as unpaid. Nothing is lost: what has failed for five hours is kept in the dead-letter queue.',
    severity: 'urgent',
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
    needs: ['channels:get', 'channels:put', 'channel-secrets:put'],
    impact: 'Nobody can change the configuration of a channel. Payments go on with the present one.',
    severity: 'notice',
  },
  'get-channel': {
    on: internal('GET', '/channels/{channel_code}'),
    needs: ['channels:get'],
    impact: 'Nobody can read the configuration of a channel. Payments are not affected.',
    severity: 'notice',
  },
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof operations;
