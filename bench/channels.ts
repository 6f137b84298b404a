// The two providers as the counted payments and refunds go through them: how they are configured, and what they post.
import { anEvent } from '../test/lambda/gateway-event.ts';
import { account, form, notice, paidFields, type Fields } from '../test/contract/alipay-side.ts';
import * as weChatPay from '../test/contract/wechat-pay-side.ts';
import { refundAmount } from './alipay-stub.ts';
import type { Beside } from './beside.ts';
import type { Way } from './functions.ts';
import { refundTold } from './wechat-pay-stub.ts';

/** @param tradeNo the provider's number of the payment */
type Posted<About extends unknown[]> = (beside: Beside, tradeNo: string, ...about: About) => object;

export interface Side extends Way {
  /** @param gateway where the provider listens */
  readonly putChannel: (beside: Beside, gateway: string) => object;
  readonly paid: Posted<[transactionId: string]>;
  /** that a refund was made */
  readonly refunded: Posted<[transactionId: string, refundId: string]>;
}

const ours = { environment: 'local', is_active: true };

export const alipay: Side = {
  payment_channel: 'ALIPAY',
  payment_method: 'alipay_qr',
  putChannel: ({ platform, merchant }, gateway) =>
    putChannel('ALIPAY', {
      gateway_url: gateway,
      ...account,
      public_key_platform: platform.publicPem,
      private_key_merchant: merchant.privatePem,
    }),
  paid: (beside, tradeNo, transactionId) => alipayNotice(beside, tradeNo, transactionId),
  // It comes to the payment's address, under the payment's status.
  refunded: (beside, tradeNo, transactionId, refundId) =>
    alipayNotice(beside, tradeNo, transactionId, {
      out_biz_no: refundId,
      refund_fee: refundAmount,
      gmt_refund: '2026-11-20 14:07:08.123',
    }),
};

export const weChat: Side = {
  payment_channel: 'WECHAT_PAY',
  payment_method: 'wechat_native',
  putChannel: ({ weChat: { merchant, platform, apiV3Key } }, gateway) =>
    putChannel('WECHAT_PAY', {
      gateway_url: gateway,
      ...weChatPay.account,
      public_key_platform: platform.publicPem,
      public_key_id_platform: weChatPay.publicKeyId,
      private_key_merchant: merchant.privatePem,
      api_v3_key: apiV3Key,
    }),
  paid: (beside, transaction_id, transactionId) => {
    const content = { ...weChatPay.paidOrder(transactionId, 880, Date.now()), transaction_id };
    return weChatNotice(beside, content, { type: 'TRANSACTION.SUCCESS', kind: 'transaction' });
  },
  refunded: (beside, transaction_id, _, refundId) => {
    const { status: refund_status, ...told } = refundTold(refundId, 'SUCCESS');
    const { merchant_id: mchid } = weChatPay.account;
    const content = { ...told, mchid, transaction_id, refund_status };
    return weChatNotice(beside, content, { type: 'REFUND.SUCCESS', kind: 'refund' });
  },
};

function putChannel(code: string, body: object) {
  const callback_url_payment = `https://pay.example.com/payments/callbacks/${code.toLowerCase()}`;
  const text = JSON.stringify({ ...ours, ...body, callback_url_payment });
  return anEvent({ method: 'PUT', path: { channel_code: code }, body: text, role: 'ops' });
}

function alipayNotice({ platform }: Beside, trade_no: string, transactionId: string, more: Fields = {}) {
  const fields = { ...paidFields(transactionId, '8.80', Date.now()), trade_no, ...more };
  const body = form(notice(fields, platform));
  return anEvent({ path: { channel_code: 'ALIPAY' }, body, role: null });
}

function weChatNotice(
  { weChat: { platform, apiV3Key } }: Beside,
  content: object,
  envelope: { readonly type: string; readonly kind: string },
) {
  const body = Buffer.from(
    JSON.stringify(weChatPay.notice(content, { ...envelope, sealing: { key: apiV3Key } })),
  );
  const signing = { by: platform, serial: weChatPay.publicKeyId, at: Date.now() };
  const signed = weChatPay.signedHeaders(body, signing);
  const headers = Object.fromEntries(Object.entries(signed).map(([name, value]) => [name, [value]]));
  return anEvent({ path: { channel_code: 'WECHAT_PAY' }, body, headers, role: null });
}
