// What WeChat Pay's answers prove: its words are taken by table, and only under its signature.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { noon } from '../contract/bench.ts';
import {
  account,
  beijing,
  byCertificate,
  byPublicKey,
  paidOrder,
  signedHeaders,
} from '../contract/wechat-pay-side.ts';
import { asked, both, closed, onlyCertificates, order, prepaid, said } from './wechat-answering.ts';

const no = (status: number, code: string) => said(status, { code, message: '不行', detail: {} });
const declined = (code: string) => ({ kind: 'declined', code, message: '不行' });
const unlisted = (channelCode: string) => ({ kind: 'unknown', reason: 'unlisted_code', channelCode });

const refusals = [
  [400, 'PARAM_ERROR', declined('refused')],
  [400, 'INVALID_REQUEST', declined('refused')],
  [400, 'APPID_MCHID_NOT_MATCH', declined('misconfigured')],
  [404, 'MCH_NOT_EXISTS', declined('misconfigured')],
  [401, 'SIGN_ERROR', declined('misconfigured')],
  [403, 'NO_AUTH', declined('misconfigured')],
  [403, 'RULE_LIMIT', declined('refused')],
  [403, 'TRADE_ERROR', declined('refused')],
  [403, 'ACCOUNT_ERROR', declined('payer_refused')],
  [500, 'OPENID_MISMATCH', declined('payer_refused')],
  [400, 'ORDERPAID', declined('already_paid')],
  [400, 'ORDER_CLOSED', declined('already_closed')],
  [403, 'OUT_TRADE_NO_USED', declined('duplicate_order')],
  [429, 'FREQUENCY_LIMITED', { kind: 'retry_later' }],
  [429, 'RATELIMIT_EXCEEDED', { kind: 'retry_later' }],
  [500, 'SYSTEM_ERROR', unlisted('SYSTEM_ERROR')],
  [500, 'BANK_ERROR', unlisted('BANK_ERROR')],
  [502, 'BANK_ERROR', unlisted('BANK_ERROR')],
  // The pair is the proof: a refusal's word under a failure's status is none.
  [500, 'PARAM_ERROR', unlisted('PARAM_ERROR')],
  [400, 'toString', unlisted('toString')],
  [404, 'RESOURCE_NOT_EXISTS', unlisted('RESOURCE_NOT_EXISTS')],
] as const;

test.each(refusals)('%i %s', async (status, code, meaning) => {
  const answer = no(status, code);
  const channelCode = { channelCode: code };
  for (const outcome of [await prepaid(answer), await asked(answer), await closed(answer)])
    expect(outcome).toMatchObject({ ...meaning, ...channelCode });
});

test('an order that is not there is no news for a query and for a close, and none that a prepay knows', async () => {
  const answer = no(404, 'ORDER_NOT_EXIST');
  expect(await asked(answer)).toEqual({ kind: 'ok', value: { state: 'not_found', transactionId: order } });
  expect(await closed(answer)).toEqual({ kind: 'ok', value: 'not_found' });
  expect(await prepaid(answer)).toMatchObject(unlisted('ORDER_NOT_EXIST'));
});

describe('the proof', () => {
  const body = JSON.stringify({ code: 'ORDER_NOT_EXIST', message: '' });

  test.each([200, 204, 400, 401, 404, 429])('an unsigned %i proves nothing', async (status) => {
    const bare = { status, body, headers: {} };
    for (const outcome of [await prepaid(bare), await asked(bare), await closed(bare)])
      expect(outcome).toMatchObject({ kind: 'unknown', reason: 'bad_signature' });
  });

  test.each([301, 500, 502, 503])('an unsigned %i is a break-down', async (status) => {
    const bare = { status, body: '<html>', headers: {} };
    for (const outcome of [await prepaid(bare), await asked(bare), await closed(bare)])
      expect(outcome).toEqual({ kind: 'unknown', reason: 'http_status', cause: `HTTP ${status}` });
  });

  test('an empty answer is signed, too', async () => {
    expect(await closed(said(204, ''))).toEqual({ kind: 'ok', value: 'closed' });
    const other = { status: 204, body: '', headers: signedHeaders(body, byPublicKey) };
    expect(await closed(other)).toMatchObject({ kind: 'unknown', reason: 'bad_signature' });
  });

  test.each([-301, 301])('signed %i s away proves nothing', async (seconds) => {
    const headers = signedHeaders(body, { ...byPublicKey, at: noon + seconds * 1000 });
    const outcome = await asked({ status: 404, body, headers });
    expect(outcome).toMatchObject({ kind: 'unknown', reason: 'bad_signature' });
  });

  test('certificate and public key prove where they are configured, and nowhere else', async () => {
    const byOld = { status: 404, body, headers: signedHeaders(body, byCertificate) };
    const byNew = { status: 404, body, headers: signedHeaders(body, byPublicKey) };
    const kinds = async (config: typeof both) => [
      (await asked(byOld, { config })).kind,
      (await asked(byNew, { config })).kind,
    ];
    expect(await kinds(both)).toEqual(['ok', 'ok']);
    expect(await kinds(onlyCertificates)).toEqual(['ok', 'unknown']);
  });

  test('a signature test is refused like any other', async () => {
    const headers = { ...said(404, body).headers, 'wechatpay-signature': 'WECHATPAY/SIGNTEST/abc' };
    const outcome = await asked({ status: 404, body, headers });
    expect(outcome).toMatchObject({ kind: 'unknown', reason: 'bad_signature' });
  });

  test('every single-bit flip of an answer is refused', async () => {
    const answer = said(200, { code_url: 'weixin://x' });
    for (let at = 0; at < answer.body.length * 8; at++) {
      const flipped = Buffer.from(answer.body);
      flipped.writeUInt8(flipped.readUInt8(at >> 3) ^ (1 << (at & 7)), at >> 3);
      // As bytes of one character each: what is not ASCII any more has changed as well.
      const outcome = await prepaid({ ...answer, body: flipped.toString('latin1') });
      expect(outcome).toMatchObject({ kind: 'unknown', reason: 'bad_signature' });
    }
  });
});

describe('a query', () => {
  const { appid, mchid, out_trade_no } = paidOrder(order, 880, noon);
  const bare = { appid, mchid, out_trade_no };

  test.each([
    ['NOTPAY', 'pending'],
    ['USERPAYING', 'pending'],
    ['ACCEPT', 'pending'],
    ['PAYERROR', 'pending'],
    ['CLOSED', 'closed'],
    ['REVOKED', 'closed'],
  ])('%s is %s', async (trade_state, state) => {
    // Unpaid orders have empty texts where paid ones have facts.
    const unpaid = { ...bare, trade_state, transaction_id: '', success_time: '', bank_type: '' };
    expect(await asked(said(200, unpaid))).toEqual({ kind: 'ok', value: { state, transactionId: order } });
  });

  test.each(['SUCCESS', 'REFUND'])('%s was paid: what was ordered, and when', async (trade_state) => {
    const paid = paidOrder(order, 880, noon);
    const amount = { total: 880, payer_total: 500, currency: 'CNY', payer_currency: 'CNY' };
    expect(await asked(said(200, { ...paid, trade_state, amount }))).toEqual({
      kind: 'ok',
      value: {
        state: 'paid',
        transactionId: order,
        gatewayTransactionId: '4200000000202611200000000001',
        amount: { minor: 880, currency: 'CNY' },
        channelAmounts: { payerTotal: { minor: 500, currency: 'CNY' } },
        paidAt: '2026-11-20T06:07:08.000Z',
        payee: { merchantId: account.merchant_id, appId: account.app_id },
        paymentInstrument: 'debit_card',
      },
    });
  });

  test.each([undefined, 'WONDERFUL', '', 1, '__proto__'])(
    'trade_state %p means nothing',
    async (trade_state) => {
      expect(await asked(said(200, { ...bare, trade_state }))).toMatchObject({
        kind: 'unknown',
        reason: 'unlisted_code',
      });
    },
  );

  test.each([
    { mchid: '1900000110' },
    { appid: 'wx0000000000000000' },
    { out_trade_no: 'pay_x' },
    { mchid: undefined },
  ])('another’s order: %j', async (change) => {
    const answer = said(200, { ...paidOrder(order, 880, noon), ...change });
    expect(await asked(answer)).toEqual({ kind: 'unknown', reason: 'other_order' });
  });

  test.each([
    ['ICBC_CREDIT', 'credit_card'],
    ['ICBC_ECNY', 'digital_yuan'],
    ['CFT', 'wechat_balance'],
    ['OTHERS', 'other'],
    ['NEW_constructor', 'other'],
    ['', undefined],
    [7, undefined],
  ])('bank_type %p is %p', async (bank_type, instrument) => {
    const outcome = await asked(said(200, { ...paidOrder(order, 880, noon), bank_type }));
    expect(outcome).toHaveProperty('value.state', 'paid');
    expect(outcome.kind === 'ok' && outcome.value.state === 'paid' && outcome.value.paymentInstrument).toBe(
      instrument,
    );
  });

  test('any instant and any amount come through as they are', async () => {
    const instants = fc.integer({ min: Date.parse('2000-01-01'), max: Date.parse('2099-01-01') });
    await fc.assert(
      fc.asyncProperty(instants, fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), async (at, fen) => {
        const second = Math.floor(at / 1000) * 1000;
        const outcome = await asked(
          said(200, { ...paidOrder(order, fen, noon), success_time: beijing(second) }),
        );
        expect(outcome).toMatchObject({
          value: { amount: { minor: fen, currency: 'CNY' }, paidAt: new Date(second).toISOString() },
        });
      }),
      { numRuns: 40 },
    );
  });

  test('another zone is the same instant', async () => {
    const answer = said(200, { ...paidOrder(order, 880, noon), success_time: '2026-11-20T06:07:08Z' });
    expect(await asked(answer)).toHaveProperty('value.paidAt', new Date(noon).toISOString());
  });
});
