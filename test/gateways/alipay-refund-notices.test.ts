// 106: refunds are told at the payment's address, under the payment's status, and known by their content alone.
import { expect, test } from '@jest/globals';
import { refundIdOf } from '../../lib/domain/ids.ts';
import { notificationReader } from '../../lib/gateways/alipay/notifications.ts';
import { anId, noon } from '../contract/bench.ts';
import { form, notice, paidFields, type Fields } from '../contract/alipay-side.ts';
import { bareKey, order } from './alipay-answering.ts';

const nobody = () => Promise.reject(new Error('nobody is called here'));
const reader = notificationReader(bareKey, { now: () => noon, fetch: nobody });
const genuine = paidFields(order, '8.80', noon);
const saying = (change: Fields) =>
  reader.readNotification({ body: form(notice({ ...genuine, ...change })), headers: {} }).notification;

const noticeId = genuine['notify_id'];
const refundId = refundIdOf(order, 3);
const foreignRefund = refundIdOf(anId(), 3);
const hint = (named: object) => ({
  kind: 'refund_hint',
  what: 'refund notice',
  noticeId,
  refund: { ...named, transactionId: order, gatewayTransactionId: genuine['trade_no'] },
});

test.each([
  [
    'refunded in part',
    { refund_fee: '3.00', gmt_refund: '2026-11-20 14:00:00.123', out_biz_no: refundId },
    hint({ refundId }),
  ],
  [
    'refunded in full',
    { trade_status: 'TRADE_CLOSED', refund_fee: '8.80', out_biz_no: refundId },
    hint({ refundId }),
  ],
  [
    'refunded at the console',
    { refund_fee: '3.00', out_biz_no: 'HZ01RF001' },
    hint({ gatewayRefundId: 'HZ01RF001' }),
  ],
  [
    'refunded under the number of another payment’s refund',
    { refund_fee: '3.00', out_biz_no: foreignRefund },
    hint({ gatewayRefundId: foreignRefund }),
  ],
  [
    'refunded in full without a number: it is the trade’s',
    { trade_status: 'TRADE_CLOSED', refund_fee: '8.80' },
    hint({ gatewayRefundId: order }),
  ],
  [
    'refunded in part without a number',
    { gmt_refund: '2026-11-20 14:00:00' },
    { kind: 'unrecognised', what: 'refund notice without out_biz_no', noticeId, transactionId: order },
  ],
  [
    'finished after a refund',
    { trade_status: 'TRADE_FINISHED', refund_fee: '3.00', out_biz_no: refundId },
    hint({ refundId }),
  ],
])('%s', (_, change, expected) => {
  expect(saying(change as unknown as Fields)).toEqual(expected);
});
