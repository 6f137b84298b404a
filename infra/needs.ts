// What operations can need.

/** What a function may do; `infra/constructs/grants.ts` turns each word into exact actions on exact resources. */
export type Need =
  /** read one payment, one lock */
  | 'payments:get'
  /** change payments, and append the events that tell of it: in transactions only */
  | 'payments:transact'
  /** write payments and their refunds, and no order: in transactions only */
  | 'payments:put'
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
  | 'bus:put'
  /** begin the workflow of a refund, and nothing else with it */
  | 'refund-workflow:start';
