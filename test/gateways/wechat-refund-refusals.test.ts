// What WeChat Pay's refusals prove of a refund: nothing is refused or failed that may have been made.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { noon } from '../contract/bench.ts';
import { order, said } from './wechat-answering.ts';
import {
  again,
  asked,
  finding,
  gatewayTransactionId,
  no,
  none,
  refundId,
  sending,
  told,
  whole,
} from './wechat-refunding.ts';

const refusals = [
  [400, 'PARAM_ERROR', 'refused'],
  [400, 'INVALID_REQUEST', 'refused'],
  [400, 'APPID_MCHID_NOT_MATCH', 'misconfigured'],
  [400, 'MCH_NOT_EXISTS', 'misconfigured'],
  [404, 'MCH_NOT_EXISTS', 'misconfigured'],
  [401, 'SIGN_ERROR', 'misconfigured'],
  [403, 'NO_AUTH', 'misconfigured'],
  [403, 'NOT_ENOUGH', 'insufficient_balance'],
  [403, 'RULE_LIMIT', 'refused'],
  [403, 'TRADE_ERROR', 'refused'],
  [403, 'ACCOUNT_ERROR', 'payer_refused'],
  [403, 'USER_ACCOUNT_ABNORMAL', 'payer_refused'],
  [404, 'RESOURCE_NOT_EXISTS', 'refused'],
  [404, 'ORDER_NOT_EXIST', 'refused'],
] as const;

describe.each(refusals)('%i %s', (status, code, meaning) => {
  const refusal = no(status, code);

  test('is a refusal of the refund once it is proved that there is none', async () => {
    const declined = { kind: 'declined', code: meaning, channelCode: code, message: '不行' };
    expect(await sending(asked, refusal, none)).toEqual({ outcome: declined, calls: 'POST GET' });
  });

  test('is none where an earlier call had made it', async () => {
    const { outcome } = await sending(asked, refusal, told('PROCESSING'));
    expect(outcome).toMatchObject({ kind: 'ok', value: { state: 'processing', refundId } });
  });

  test('is none as long as nobody can say whether it was made', async () => {
    for (const silence of [no(500, 'SYSTEM_ERROR'), no(400, 'PARAM_ERROR'), said(200, '<html>')])
      expect((await sending(asked, refusal, silence)).outcome).toMatchObject({ kind: 'unknown' });
    expect((await sending(asked, refusal, no(429, 'FREQUENCY_LIMITED'))).outcome).toMatchObject({
      kind: 'retry_later',
    });
  });
});

describe('soon after an earlier try, which may not be found yet', () => {
  const after = (ms: number) => ({ ...asked, submittedAt: new Date(noon - ms).toISOString() });
  const settled = refusals.flatMap(([status, code, meaning]): (readonly [number, string])[] =>
    meaning === 'refused' || meaning === 'payer_refused' ? [[status, code]] : [],
  );

  test.each(settled)('%i %s: unknown for a minute, and a refusal from then on', async (status, code) => {
    const refusal = no(status, code);
    expect(await sending(after(59_999), none, refusal, none)).toMatchObject({
      outcome: { kind: 'unknown', channelCode: code },
      calls: 'GET POST GET',
    });
    expect((await sending(after(60_000), none, refusal, none)).outcome).toMatchObject({ kind: 'declined' });
  });

  test('what is found by then counts', async () => {
    const { outcome } = await sending(after(1), none, no(400, 'INVALID_REQUEST'), told('PROCESSING'));
    expect(outcome).toMatchObject({ kind: 'ok', value: { state: 'processing' } });
  });

  test('what a person can mend is said at once: it ends nothing', async () => {
    for (const [status, code, meaning] of [
      [403, 'NOT_ENOUGH', 'insufficient_balance'],
      [403, 'NO_AUTH', 'misconfigured'],
    ] as const) {
      const { outcome } = await sending(after(1), none, no(status, code), none);
      expect(outcome).toMatchObject({ kind: 'declined', code: meaning });
    }
  });
});

test.each(['FREQUENCY_LIMITED', 'RATELIMIT_EXCEEDED'])('429 %s: later, and nobody is asked', async (code) => {
  const later = { kind: 'retry_later', channelCode: code, message: '不行' };
  expect(await sending(asked, no(429, code))).toEqual({ outcome: later, calls: 'POST' });
});

test.each([
  [500, 'SYSTEM_ERROR'],
  [500, 'BANK_ERROR'],
  [500, 'NOT_ENOUGH'],
  [500, 'INVALID_TRANSACTIONID'],
  [502, 'PARAM_ERROR'],
  [503, 'FREQUENCY_LIMITED'],
  [400, 'NEVER_HEARD_OF'],
  [400, 'toString'],
  [403, 'INVALID_REQUEST'],
  [200, 'RESOURCE_NOT_EXISTS'],
] as const)('%i %s proves nothing of the refund', async (status, code) => {
  expect((await sending(asked, no(status, code))).outcome).toMatchObject({ kind: 'unknown' });
  expect(await finding(no(status, code))).toMatchObject({ kind: 'unknown' });
});

test('no status of HTTP from 500 on, and no answer without a signature, is ever a refusal or a failure', async () => {
  const codes = fc.constantFrom(...refusals.map(([, code]) => code), 'CLOSED', '');
  const bodies = fc.constantFrom(JSON.stringify(whole('CLOSED')), '<html>', '', '{"status":"CLOSED"}');
  await fc.assert(
    fc.asyncProperty(codes, fc.integer({ min: 500, max: 599 }), bodies, async (code, status, body) => {
      const unsigned = { status: 200 + (status % 300), body, headers: {} };
      for (const answer of [no(status, code), said(status, body), unsigned])
        for (const what of [asked, again])
          expect((await sending(what, answer)).outcome).toMatchObject({ kind: 'unknown' });
    }),
    { numRuns: 60 },
  );
});

test('a query tells of a refund that is not there, and of nothing else by a refusal', async () => {
  const notFound = { state: 'not_found', refundId, transactionId: order, gatewayTransactionId };
  expect(await finding(none)).toEqual({ kind: 'ok', value: notFound });
  expect(await finding(no(400, 'PARAM_ERROR'))).toMatchObject({
    kind: 'unknown',
    channelCode: 'PARAM_ERROR',
  });
  expect(await finding(no(404, 'ORDER_NOT_EXIST'))).toMatchObject({ kind: 'unknown' });
  expect(await finding(no(403, 'NO_AUTH'))).toMatchObject({ kind: 'declined', code: 'misconfigured' });
});
