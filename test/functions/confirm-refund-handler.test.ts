// Refunds that are handed over, from event to answer.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { madeRefund, paidOne, refundNow } from '../flows/refunding.ts';
import type { Refund } from '../../lib/domain/refund.ts';
import { deploy, type Deployed } from './deployed.ts';

let deployed: Deployed;
beforeAll(async () => {
  deployed = await deploy();
});
afterAll(() => deployed.stop());

const handedOver = async (): Promise<Refund> =>
  madeRefund(deployed.database, await paidOne(deployed.database), { refundMethod: 'OFFLINE' });

const done = { result: 'refunded', reference: 'receipt 7' };

function confirm(id: string, body: object, key: string, role?: string) {
  return deployed.call('confirm-refund', {
    path: { refund_id: id },
    headers: { 'Idempotency-Key': [key] },
    body: JSON.stringify(body),
    ...(role !== undefined && { role }),
  });
}

describe('POST /refunds/transactions/{refund_id}/confirmation', () => {
  it('answers with the refund as it is since, and the same bytes under the same key', async () => {
    const { refundId } = await handedOver();
    const first = await confirm(refundId, done, 'confirm-1');
    expect(first).toMatchObject({
      status: 200,
      body: {
        ...{ refund_id: refundId, status: 'SUCCESS', amount_refunded: '3.00', refund_method: 'OFFLINE' },
        confirmation: { by: 'shop', reference: 'receipt 7' },
      },
    });
    const again = await confirm(refundId, done, 'confirm-1');
    expect(again).toMatchObject({
      status: 200,
      text: first.text,
      headers: { 'idempotent-replayed': 'true' },
    });
    expect(await confirm(refundId, done, 'confirm-2')).toMatchObject({ status: 200, text: first.text });
  });

  it('answers a refusal in the words of a refund that failed', async () => {
    const { refundId } = await handedOver();
    const { body } = await confirm(refundId, { result: 'refused', reference: 'no account' }, 'confirm-3');
    expect(body).toMatchObject({
      ...{ status: 'FAILED', error_code: 'REFUND_DECLINED', error_message: expect.any(String) },
      confirmation: { reference: 'no account' },
    });
    expect(body).not.toHaveProperty('amount_refunded');
  });

  it.each([
    ['nothing said', {}, 400, 'INVALID_REQUEST', 'result'],
    ['another word', { ...done, result: 'maybe' }, 400, 'INVALID_REQUEST', 'result'],
    ['no reference', { result: 'refunded' }, 400, 'INVALID_REQUEST', 'reference'],
    ['an empty reference', { ...done, reference: '' }, 400, 'INVALID_REQUEST', 'reference'],
    ['a long reference', { ...done, reference: 'x'.repeat(101) }, 400, 'INVALID_REQUEST', 'reference'],
    ['a card number', { ...done, reference: '4242424242424242' }, 422, 'SENSITIVE_DATA_REFUSED', 'reference'],
    ['an amount', { ...done, amount: '1.00' }, 400, 'UNKNOWN_FIELD', 'amount'],
  ])('refuses %s, and nothing is changed', async (_, body, status, code, param) => {
    const refund = await handedOver();
    const answer = await confirm(refund.refundId, body, `refused-${refund.refundId}`);
    expect(answer).toMatchObject({ status, body: { code, param, outcome: 'not_attempted' } });
    expect(await refundNow(deployed.database, refund)).toEqual(refund);
  });

  it('answers by its number, its caller, and how the refund stands', async () => {
    const refund = await handedOver();
    const { refundId: id } = refund;
    expect(await confirm('rfd_none', done, 'who-1')).toMatchObject({
      status: 404,
      body: { code: 'NOT_FOUND' },
    });
    for (const role of ['other-app', 'ops'])
      expect(await confirm(id, done, 'who-2', role)).toMatchObject({ body: { code: 'SCOPE_MISSING' } });
    expect(await confirm(id, done, 'who-3', 'nobody')).toMatchObject({ body: { code: 'CALLER_UNKNOWN' } });
    const call = { path: { refund_id: id }, body: JSON.stringify(done) };
    expect(await deployed.call('confirm-refund', call)).toMatchObject({
      ...{ status: 400, body: { code: 'IDEMPOTENCY_KEY_REQUIRED' } },
    });
    expect(await refundNow(deployed.database, refund)).toEqual(refund);
    await confirm(id, done, 'who-4');
    const contradiction = { result: 'refused', reference: 'receipt 7' };
    expect(await confirm(id, contradiction, 'who-4')).toMatchObject({
      ...{ status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED' } },
    });
    expect(await confirm(id, contradiction, 'who-5')).toMatchObject({
      ...{ status: 409, body: { code: 'STATE_CONFLICT' } },
    });
  });
});
