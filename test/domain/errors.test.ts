import { describe, expect, it } from '@jest/globals';
import { errors, PaymentError, type ErrorCode } from '../../lib/domain/errors.ts';

const rows = (Object.keys(errors) as ErrorCode[]).map((code) => [code, errors[code]] as const);

describe('the table of errors', () => {
  it.each(rows)('%s is a whole row: a client or server error, told in both languages', (code, row) => {
    expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
    expect(row.status).toBeGreaterThanOrEqual(400);
    expect(row.status).toBeLessThan(600);
    expect(row.en).toMatch(/^[A-Za-z].*\.$/);
    expect(row.zh).toMatch(/^[\u4e00-\u9fffA-Za-z].*。$/);
    expect(row.zh).toMatch(/[\u4e00-\u9fff]/);
  });

  it.each(rows)('%s may be tried again only where that can help', (_, row) => {
    const passing = row.status >= 500 || row.status === 409 || row.status === 429;
    expect(row.retryable && !passing).toBe(false);
    expect(row.status >= 500 && !row.retryable).toBe(false);
  });

  it.each(rows)('%s leaves the money open only where nothing is proved', (_, row) => {
    expect(row.outcome === 'unknown' && row.status < 500).toBe(false);
    expect(row.outcome === 'declined' && row.retryable).toBe(false);
  });

  it('keeps the cause of an error, and says what happened here', () => {
    const cause = new Error('socket hang up');
    const error = new PaymentError('GATEWAY_UNAVAILABLE', { retryAfter: 3 }, { cause });
    expect(error).toMatchObject({ code: 'GATEWAY_UNAVAILABLE', cause, details: { retryAfter: 3 } });
    expect(error.message).toBe(errors.GATEWAY_UNAVAILABLE.en);
    expect(new PaymentError('NOT_FOUND', { detail: 'No such order.' }).message).toBe('No such order.');
  });
});
