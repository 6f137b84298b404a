// What Stripe's no to a refund proves, what it keeps under a key, and what is looked for first.
import { describe, expect, test } from '@jest/globals';
import { refundNumber } from '../contract/stripe-side.ts';
import { said } from './stripe-answering.ts';
import {
  again,
  calls,
  list,
  listed,
  made,
  no,
  nothingLeft,
  others,
  refundId,
  refunded,
  replayed,
  stored,
} from './stripe-refunding.ts';

describe('a refusal', () => {
  test.each([
    ['charge_already_refunded', 'amount_refused'],
    ['amount_too_large', 'amount_refused'],
    ['charge_disputed', 'refused'],
    ['charge_not_refundable', 'refused'],
    ['refund_disputed_payment', 'refused'],
    ['balance_insufficient', 'insufficient_balance'],
    ['insufficient_funds', 'insufficient_balance'],
    // above the rest: only the parameter is named
    [undefined, 'refused'],
  ])('%s is proved by the list: %s', async (code, name) => {
    const answer = no(400, 'invalid_request_error', code);
    const { sent, outcome } = refunded({}, answer, list(others));
    expect(await outcome).toMatchObject({ kind: 'declined', code: name });
    expect(calls(sent)).toEqual(['POST /v1/refunds', listed]);
  });

  test('because ours has taken the rest is none', async () => {
    expect(await refunded({}, nothingLeft, list([...others, made()])).outcome).toMatchObject({
      kind: 'ok',
      value: { state: 'succeeded', refundId, gatewayRefundId: refundNumber },
    });
    const otherFacts = no(400, 'idempotency_error');
    expect(await refunded({}, otherFacts, list([made()])).outcome).toMatchObject({ kind: 'ok' });
    expect(await refunded({}, otherFacts, list([])).outcome).toMatchObject({
      kind: 'declined',
      code: 'duplicate_order',
    });
  });

  test.each([
    ['breaks down', said(500, 'down')],
    ['is refused', no(403, 'invalid_request_error')],
    ['is to be asked for later', no(429, 'rate_limit_error')],
    ['goes on', list(others, true)],
    ['is of another payment', list([made({ payment_intent: 'pi_3AnotherIntent00001' })])],
  ])('nothing is proved while the list %s', async (_, answer) => {
    expect(await refunded({}, nothingLeft, answer).outcome).toMatchObject({ kind: 'unknown' });
    expect(await refunded({}, stored, answer).outcome).toMatchObject({ kind: 'unknown' });
    expect(await refunded(again, answer).outcome).toMatchObject({ kind: 'unknown' });
  });

  test.each([
    [401, 'invalid_request_error'],
    [403, 'permission_error'],
  ])('%i: whoever may not refund may not look either', async (status, type) => {
    const { sent, outcome } = refunded({}, no(status, type));
    expect(await outcome).toMatchObject({ kind: 'declined', code: 'misconfigured' });
    expect(sent).toHaveLength(1);
  });

  test.each([
    [402, 'card_error', 'card_declined'],
    [404, 'invalid_request_error', 'resource_missing'],
    [400, 'invalid_request_error', 'never_heard_of'],
    [500, 'api_error', undefined],
    [503, 'invalid_request_error', 'charge_already_refunded'],
  ])('%i %s %s proves nothing', async (status, type, code) => {
    expect(await refunded({}, no(status, type, code), list([])).outcome).toMatchObject({
      kind: 'unknown',
      reason: 'unlisted_code',
    });
  });

  test.each([
    [409, 'idempotency_error', 'idempotency_key_in_use'],
    [409, 'invalid_request_error', 'lock_timeout'],
    [429, 'invalid_request_error', 'lock_timeout'],
    [429, 'rate_limit_error', undefined],
  ])('%i %s %s: later, by the same key', async (status, type, code) => {
    const { outcome } = refunded({}, no(status, type, code));
    expect(await outcome).toMatchObject({ kind: 'retry_later' });
    expect(await outcome).not.toHaveProperty('renew');
  });
});

describe('what Stripe keeps under the key', () => {
  const short = no(400, 'invalid_request_error', 'balance_insufficient', replayed);

  test.each([
    ['a break-down', stored],
    ['a want of money', short],
  ])('%s: another key, once it is proved that there is no refund', async (_, answer) => {
    expect(await refunded({}, answer, list(others)).outcome).toMatchObject({
      kind: 'retry_later',
      renew: true,
    });
    expect(await refunded({}, answer, list([made()])).outcome).toMatchObject({
      kind: 'ok',
      value: { gatewayRefundId: refundNumber },
    });
  });

  test('a refusal for good stays one', async () => {
    const kept = no(400, 'invalid_request_error', 'charge_already_refunded', replayed);
    expect(await refunded({}, kept, list([])).outcome).toMatchObject({ kind: 'declined' });
  });
});

describe('what was sent before', () => {
  test('is looked for first, and adopted as it stands now', async () => {
    const { sent, outcome } = refunded(again, list([...others, made({ status: 'failed' })]));
    expect(await outcome).toMatchObject({ kind: 'ok', value: { state: 'failed', refundId } });
    expect(calls(sent)).toEqual([listed]);
  });

  test('is sent again once it is proved that it is not there', async () => {
    const { sent, outcome } = refunded(again, list(others), said(200, made()));
    expect(await outcome).toMatchObject({ kind: 'ok', value: { state: 'succeeded' } });
    expect(calls(sent)).toEqual([listed, 'POST /v1/refunds']);
  });

  test('is looked for page by page', async () => {
    const { sent, outcome } = refunded(again, list(others, true), list([made()]));
    expect(await outcome).toMatchObject({ kind: 'ok' });
    expect(calls(sent)).toEqual([listed, `${listed}&starting_after=re_3OfTheConsole`]);
  });
});
