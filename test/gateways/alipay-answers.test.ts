// What Alipay's answers prove. Codes: the tables of its documentation.
import { describe, expect, test } from '@jest/globals';
import { nodeText } from '../../lib/gateways/alipay/signature.ts';
import { answer, nodeJson, platform, signed } from '../contract/alipay-side.ts';
import { answering, asked, options, order, prepaid, request } from './alipay-answering.ts';

describe('codes', () => {
  const no = (code: string, sub_code: string) => ({ code, msg: 'x', sub_code, sub_msg: '不行' });

  test.each([
    ['40004', 'ACQ.TRADE_HAS_SUCCESS', 'already_paid'],
    ['40004', 'ACQ.TRADE_HAS_FINISHED', 'already_paid'],
    ['40004', 'ACQ.TRADE_HAS_CLOSE', 'already_closed'],
    ['40004', 'ACQ.TRADE_STATUS_ERROR', 'duplicate_order'],
    ['40004', 'ACQ.CONTEXT_INCONSISTENT', 'duplicate_order'],
    ['40004', 'ACQ.TOTAL_FEE_EXCEED', 'amount_refused'],
    ['40004', 'ACQ.BUYER_SELLER_EQUAL', 'payer_refused'],
    ['40004', 'ACQ.INVALID_PARAMETER', 'refused'],
    ['40004', 'ACQ.ACCESS_FORBIDDEN', 'misconfigured'],
    ['20001', 'aop.invalid-auth-token', 'misconfigured'],
    ['40001', 'isv.missing-signature', 'misconfigured'],
    ['40002', 'isv.invalid-signature', 'misconfigured'],
    ['40006', 'isv.insufficient-isv-permissions', 'misconfigured'],
  ])('%s %s: declined, %s', async (code, sub, ours) => {
    const declined = { kind: 'declined', code: ours, channelCode: sub, message: '不行' };
    expect(await prepaid(no(code, sub))).toEqual(declined);
    expect(await asked(no(code, sub))).toEqual(declined);
  });

  test.each(['app.call-limited', 'isv.app-call-limited'])('40005 %s: later', async (sub) => {
    expect(await prepaid(no('40005', sub))).toMatchObject({ kind: 'retry_later', channelCode: sub });
  });

  test.each([
    ['20000', 'isp.unknow-error'],
    ['20000', 'aop.unknow-error'],
    ['20000', 'aop.ACQ.SYSTEM_ERROR'],
    ['40004', 'ACQ.SYSTEM_ERROR'],
    ['40004', 'ACQ.TRADE_NOT_EXIST'],
    ['40004', 'constructor'],
    ['40004', ''],
    ['40002', 'ACQ.TRADE_HAS_SUCCESS'],
    ['40005', 'isv.something-else'],
    ['10000', 'ACQ.TRADE_HAS_SUCCESS'],
    ['10003', ''],
    ['99999', 'isv.invalid-signature'],
  ])('%s %s: unknown', async (code, sub) => {
    const node = { ...no(code, sub), qr_code: 'https://qr.alipay.com/x' };
    expect(await prepaid(node)).toMatchObject({ kind: 'unknown', reason: 'unlisted_code' });
  });
});

describe('answers that prove nothing', () => {
  const ok = { code: '10000', msg: 'Success', qr_code: 'https://qr.alipay.com/x' };
  const text = nodeJson({ ...ok, out_trade_no: order });
  const name = 'alipay_trade_precreate_response';
  const sign = signed(text, platform);

  test.each([
    ['success for no order', answer('alipay.trade.precreate', ok), 'other_order'],
    [
      'a refusal at the door, unsigned',
      '{"error_response":{"code":"40002","sub_code":"isv.invalid-signature"}}',
      'bad_signature',
    ],
    ['another operation', answer('alipay.trade.query', { ...ok, out_trade_no: order }), 'unreadable'],
    ['a member twice', `{"${name}":{"code":"40004"},"${name}":${text},"sign":"${sign}"}`, 'unreadable'],
    ['a node inside a node', `{"x":{"${name}":${text}},"sign":"${sign}"}`, 'unreadable'],
    ['a node in a text', `{"x":"{\\"${name}\\":1}","sign":"${sign}"}`, 'unreadable'],
    ['written otherwise', `{"${name}":${text.replaceAll('\\/', '/')},"sign":"${sign}"}`, 'bad_signature'],
    ['a number for a signature', `{"${name}":${text},"sign":1}`, 'bad_signature'],
    [
      'a number for a code',
      answer('alipay.trade.precreate', { ...ok, code: 10000, out_trade_no: order }),
      'unreadable',
    ],
    ['no code', answer('alipay.trade.precreate', { out_trade_no: order }), 'unreadable'],
    ['no QR code', answer('alipay.trade.precreate', { code: '10000', out_trade_no: order }), 'unreadable'],
    ['a list', '[]', 'unreadable'],
    ['nothing', '', 'unreadable'],
    ['a byte order mark', `\ufeff{"${name}":${text},"sign":"${sign}"}`, 'unreadable'],
  ])('%s', async (_, body, reason) => {
    const { gateway } = answering(() => body);
    expect(await gateway.prepay(request, options)).toMatchObject({ kind: 'unknown', reason });
  });

  test('a refusal at the door that is signed is one', async () => {
    const node = nodeJson({ code: '40002', msg: 'x', sub_code: 'isv.invalid-app-id', sub_msg: '' });
    const { gateway } = answering(() => `{"sign":"${signed(node, platform)}","error_response" : ${node}}`);
    expect(await gateway.prepay(request, options)).toMatchObject({ kind: 'declined', code: 'misconfigured' });
  });

  test('a node is found by its borders, not by its words', () => {
    const json = '{"a":["{",{"b":{}}],"b":{"c":"}\\"{","d":{"e":1}},"sign":"b"}';
    expect(nodeText(json, 'b')).toBe('{"c":"}\\"{","d":{"e":1}}');
    expect(nodeText(json, 'd')).toBeUndefined();
    expect(nodeText(json, 'sign')).toBeUndefined();
  });
});
