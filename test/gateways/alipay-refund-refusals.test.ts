// What Alipay's refusals prove of a refund.
import { describe, expect, test } from '@jest/globals';
import { noon } from '../contract/bench.ts';
import { options } from './alipay-answering.ts';
import { facts, made, no, ok, refunded, saying, trade, wanted } from './alipay-refunding.ts';

const forGood = [
  ['ACQ.REFUND_FEE_ERROR', 'amount_refused'],
  ['ACQ.REASON_TRADE_REFUND_FEE_ERR', 'amount_refused'],
  ['ACQ.REFUND_AMT_NOT_EQUAL_TOTAL', 'amount_refused'],
  ['ACQ.TOTAL_FEE_EXCEED', 'amount_refused'],
  ['ACQ.TRADE_HAS_CLOSE', 'already_closed'],
  ['ACQ.TRADE_HAS_FINISHED', 'refused'],
  ['ACQ.TRADE_STATUS_ERROR', 'refused'],
  ['ACQ.REASON_TRADE_STATUS_INVALID', 'refused'],
  ['ACQ.REASON_TRADE_BEEN_FREEZEN', 'refused'],
  ['ACQ.TRADE_NOT_ALLOW_REFUND', 'refused'],
  ['ACQ.TRADE_NOT_EXIST', 'refused'],
  ['ACQ.INVALID_PARAMETER', 'refused'],
] as const;
const discordant = ['ACQ.DISCORDANT_REPEAT_REQUEST', 'ACQ.CONTEXT_INCONSISTENT'] as const;

describe('a refusal for good', () => {
  test.each(forGood)('%s: the refund is asked for, and only then it is declined', async (code, expected) => {
    const { gateway, sent } = saying(no(code));
    expect(await gateway.refund?.(wanted, options)).toMatchObject({
      kind: 'declined',
      code: expected,
      channelCode: code,
    });
    expect(sent.map(({ system }) => system['method'])).toEqual([
      'alipay.trade.refund',
      'alipay.trade.fastpay.refund.query',
    ]);
  });

  test.each([...forGood.map(([code]) => code), ...discordant])(
    '%s, and the refund is there: it was made',
    async (code) => {
      expect(await refunded(no(code), made)).toEqual({ kind: 'ok', value: { state: 'succeeded', ...facts } });
      const another = { ...made, refund_amount: '2.00' };
      expect(await refunded(no(code), another)).toMatchObject({ kind: 'unknown', reason: 'other_order' });
    },
  );

  test.each(discordant)('%s, and nothing is told: unknown, since something stands there', async (code) => {
    expect(await refunded(no(code))).toMatchObject({ kind: 'unknown', channelCode: code });
  });

  test('a query that fails proves nothing of the refund', async () => {
    const code = 'ACQ.REASON_TRADE_REFUND_FEE_ERR';
    for (const failed of [no('aop.ACQ.SYSTEM_ERROR', '20000'), { ...made, out_request_no: 'x' }])
      expect(await refunded(no(code), failed)).toMatchObject({ kind: 'unknown' });
    expect(await refunded(no(code), no('app.call-limited', '40005'))).toMatchObject({ kind: 'retry_later' });
  });

  test.each([
    [59_999, 'unknown'],
    [60_000, 'declined'],
  ])('%i ms after the first try, a query that tells nothing: %s', async (age, kind) => {
    const submittedAt = new Date(noon - age).toISOString();
    expect(await refunded(no('ACQ.TRADE_NOT_ALLOW_REFUND'), ok, { submittedAt })).toMatchObject({ kind });
    const pending = await refunded(
      no('ACQ.TRADE_NOT_ALLOW_REFUND'),
      { ...made, refund_status: undefined },
      { submittedAt },
    );
    expect(pending).toMatchObject({ kind });
  });
});

describe('a refusal of a repeat, when Alipay knows the number and tells no status', () => {
  const submittedAt = new Date(noon - 30 * 86_400_000).toISOString();
  const known = { ...made, refund_status: undefined };
  const ofRefund = 'ACQ.TRADE_NOT_ALLOW_REFUND';
  const codes = forGood.map(([code]) => code);
  const ofTrade = codes.filter((code) => code !== ofRefund);

  test.each([...ofTrade, ...discordant])(
    '%s speaks of the trade as it is since: what was taken up may still go',
    async (code) => {
      for (const shown of [known, { ...known, refund_status: '' }, { ...known, refund_amount: undefined }])
        expect(await refunded(no(code), shown, { submittedAt })).toMatchObject({
          kind: 'unknown',
          channelCode: code,
        });
    },
  );

  test(`${ofRefund} is said of a refund that failed`, async () => {
    expect(await refunded(no(ofRefund), known, { submittedAt })).toMatchObject({
      kind: 'declined',
      channelCode: ofRefund,
    });
  });

  test.each(codes)('%s to the first call is of that call: nothing was taken up before', async (code) => {
    expect(await refunded(no(code), known)).toMatchObject({ kind: 'declined', channelCode: code });
  });

  test.each(codes)('%s, and Alipay does not know the number: declined', async (code) => {
    expect(await refunded(no(code), ok, { submittedAt })).toMatchObject({ kind: 'declined' });
  });
});

describe('other refusals', () => {
  test.each([
    ['ACQ.SELLER_BALANCE_NOT_ENOUGH', '40004', 'insufficient_balance'],
    ['ACQ.ACCESS_FORBIDDEN', '40004', 'misconfigured'],
    ['isv.insufficient-isv-permissions', '40006', 'misconfigured'],
    ['isv.invalid-signature', '40002', 'misconfigured'],
  ])('%s: a person can mend it, and nobody is asked', async (subCode, code, expected) => {
    const { gateway, sent } = saying(no(subCode, code));
    expect(await gateway.refund?.(wanted, options)).toMatchObject({ kind: 'declined', code: expected });
    expect(sent).toHaveLength(1);
  });

  test('too many calls: later', async () => {
    expect(await refunded(no('app.call-limited', '40005'))).toMatchObject({ kind: 'retry_later' });
  });

  test.each([
    ['ACQ.SYSTEM_ERROR', '40004'],
    ['aop.ACQ.SYSTEM_ERROR', '20000'],
    ['isp.unknow-error', '20000'],
    ['ACQ.NEVER_HEARD_OF', '40004'],
    ['toString', '40004'],
    ['ACQ.SELLER_BALANCE_NOT_ENOUGH', '20000'],
    ['ACQ.SELLER_BALANCE_NOT_ENOUGH', '10000'],
  ])('%s under %s: unknown', async (subCode, code) => {
    expect(await refunded({ ...trade, ...no(subCode, code) })).toMatchObject({ kind: 'unknown' });
  });
});
