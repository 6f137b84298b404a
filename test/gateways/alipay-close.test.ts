// Closing a trade: Alipay's word that nobody can pay it any more, or a reason to ask again.
import { expect, test } from '@jest/globals';
import { answer } from '../contract/alipay-side.ts';
import { answering, closed, options, order } from './alipay-answering.ts';

const ok = { code: '10000', msg: 'Success', trade_no: '2026112022001400000000000001' };
const no = (sub_code: string, code = '40004') => ({ code, msg: 'x', sub_code, sub_msg: '不行' });

test('it is closed, never cancelled, by our number', async () => {
  const { gateway, sent } = answering((method) => answer(method, { ...ok, out_trade_no: order }));
  const outcome = await gateway.closePayment({ transactionId: order, currency: 'CNY' }, options);
  expect(outcome).toEqual({ kind: 'ok', value: 'closed' });
  expect(sent).toMatchObject([
    { system: { method: 'alipay.trade.close' }, business: { out_trade_no: order } },
  ]);
  expect(sent[0]?.system).not.toHaveProperty('notify_url');
});

test('before the payer came there is nothing to close', async () => {
  expect(await closed(no('ACQ.TRADE_NOT_EXIST'))).toEqual({ kind: 'ok', value: 'not_found' });
});

test.each([
  ['ACQ.TRADE_HAS_CLOSE', 'already_closed'],
  ['ACQ.TRADE_HAS_SUCCESS', 'already_paid'],
  ['ACQ.TRADE_HAS_FINISHED', 'already_paid'],
  ['ACQ.TRADE_STATUS_ERROR', 'refused'],
  ['ACQ.REASON_TRADE_STATUS_INVALID', 'refused'],
  ['ACQ.INVALID_PARAMETER', 'refused'],
  ['ACQ.ACCESS_FORBIDDEN', 'misconfigured'],
])('%s: declined, %s', async (sub, code) => {
  expect(await closed(no(sub))).toEqual({ kind: 'declined', code, channelCode: sub, message: '不行' });
});

test('at the door', async () => {
  expect(await closed(no('isv.invalid-signature', '40002'))).toMatchObject({ code: 'misconfigured' });
  expect(await closed(no('app.call-limited', '40005'))).toMatchObject({ kind: 'retry_later' });
});

test.each([
  ['a system error', no('ACQ.SYSTEM_ERROR'), 'unlisted_code'],
  ['a system error at the door', no('aop.ACQ.SYSTEM_ERROR', '20000'), 'unlisted_code'],
  ['a word that nobody wrote down', no('ACQ.NEVER_HEARD_OF'), 'unlisted_code'],
  ['no trade, by another code', no('ACQ.TRADE_NOT_EXIST', '40002'), 'unlisted_code'],
  ['success with a refusal', { ...ok, sub_code: 'ACQ.TRADE_HAS_SUCCESS' }, 'unlisted_code'],
  ['success of another order', { ...ok, out_trade_no: 'another' }, 'other_order'],
  ['success of no order', { ...ok, out_trade_no: undefined }, 'other_order'],
])('%s: unknown', async (_, node, reason) => {
  expect(await closed(node)).toMatchObject({ kind: 'unknown', reason });
});
