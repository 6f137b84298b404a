// What the handlers answer to the events under events/samples.
import { expect } from '@jest/globals';

/** In this order: later ones read what earlier ones made. What an API answers: status, and its code when it refuses. */
export const expected: Readonly<Record<string, object>> = {
  'put-channel.configured': { status: 200, body: { channel_code: 'ALIPAY', version: 1 } },
  'put-channel.refused-scope': { status: 403, body: { code: 'SCOPE_MISSING' } },
  'get-channel.found': { status: 200, body: { channel_code: 'ALIPAY', version: 1 } },
  'get-channel.not-found': { status: 404, body: { code: 'NOT_FOUND' } },
  'create-payment.created': { status: 201, body: { status: 'PENDING_PAYMENT', amount_requested: '8.80' } },
  'create-payment.refused-amount': { status: 422, body: { code: 'AMOUNT_SCALE', param: 'amount' } },
  'get-payment.found': { status: 200, body: { business_order_id: '20261122-0001' } },
  'get-payment.not-found': { status: 404, body: { code: 'NOT_FOUND' } },
  'list-payments.page': { status: 200, body: { items: [{ business_order_id: '20261122-0001' }] } },
  'list-payments.refused-cursor': { status: 400, body: { code: 'CURSOR_INVALID', param: 'cursor' } },
  'get-timeline.found': {
    status: 200,
    body: { events: [{ name: 'payment.created' }, { name: 'payment.pending' }] },
  },
  'get-timeline.not-found': { status: 404, body: { code: 'NOT_FOUND' } },
  'receive-callback.paid': { status: 200, body: 'success' },
  'receive-callback.forged': { status: 401, body: 'fail' },
  'apply-notification.paid-and-poison': {
    batchItemFailures: [{ itemIdentifier: '00000001-1111-4222-8333-444455556666' }],
  },
  'close-payment.closed': { status: 200, body: { status: 'CLOSED', version: 2 } },
  'close-payment.refused-paid': { status: 409, body: { code: 'ORDER_ALREADY_PAID' } },
  'apply-notification.paid-after-close': { batchItemFailures: [] },
  'resolve-anomaly.refused-scope': { status: 403, body: { code: 'SCOPE_MISSING' } },
  'resolve-anomaly.accepted': {
    status: 200,
    body: { status: 'PAID_SUCCESS', anomaly: { kind: 'PAID_AFTER_CLOSE', resolution: { action: 'accept' } } },
  },
  'apply-notification.unknown-number': { batchItemFailures: [] },
  'list-quarantine.refused-scope': { status: 403, body: { code: 'SCOPE_MISSING' } },
  'list-quarantine.page': {
    status: 200,
    body: { items: [{ reason: 'no_such_payment', facts: { amount: '8.80' } }], next_cursor: null },
  },
  'receive-return.forged': { status: 403, body: expect.stringContaining('无法识别此地址') },
  'receive-return.paid': {
    status: 303,
    location: expect.stringMatching(/^https:\/\/shop\.example\/done\?.*&status=PAID_SUCCESS$/),
  },
  'create-refund.created': { status: 201, body: { status: 'PENDING', amount_requested: '3.00' } },
  'create-refund.refused-amount': { status: 422, body: { code: 'REFUND_EXCEEDS_PAID', param: 'amount' } },
  'get-refund.found': { status: 200, body: { business_refund_id: '20261122-0001-r1' } },
  'get-refund.not-found': { status: 404, body: { code: 'NOT_FOUND' } },
  'find-refund.found': { status: 200, body: { items: [{ amount_requested: '3.00' }] } },
  'find-refund.refused-number': {
    status: 422,
    body: { code: 'ORDER_ID_INVALID', param: 'business_refund_id' },
  },
  'list-refunds.page': { status: 200, body: { items: [{ amount_requested: '3.00' }], next_cursor: null } },
  'list-refunds.refused-cursor': { status: 400, body: { code: 'CURSOR_INVALID', param: 'cursor' } },
  'confirm-refund.refused-original': { status: 409, body: { code: 'STATE_CONFLICT' } },
  'create-refund.handed-over': { status: 201, body: { status: 'PENDING', refund_method: 'OFFLINE' } },
  'confirm-refund.confirmed': { status: 200, body: { status: 'SUCCESS', amount_refunded: '1.00' } },
  'find-due.minute': { answer: 'none' },
  'refund-steps.not-there': { next: 'end', wait_seconds: 0 },
  'refresh-platform-keys.hour': { answer: 'none' },
  'catch-up.hour': { answer: 'none' },
  'sync-transaction.paid-and-poison': {
    batchItemFailures: [{ itemIdentifier: '00000003-1111-4222-8333-444455556666' }],
  },
  'publish-events.batch': { batchItemFailures: [] },
};
