// Proves and reads what Alipay posts. The signature does not fix where one field ends and the next begins, so a genuine
// text can be cut again into other fields: the form of every field that counts is part of the proof.
// @see https://opendocs.alipay.com/open/270/105902
import { isRefundId, isTransactionId, paymentOf, type TransactionId } from '../../domain/ids.ts';
import { JsonRefused, readJson } from '../../domain/strict-json.ts';
import type { RefundReference } from '../../domain/refund.ts';
import {
  CallbackRefused,
  type Acknowledgement,
  type Notification,
  type NotificationReader,
  type ReaderPorts,
} from '../gateway.ts';
import type { AlipayConfig } from './config.ts';
import { readNotice, tradeNotice, type Fields } from './fields.ts';
import { decodeFields, readForm } from './form.ts';
import { platformKey } from './keys.ts';
import { checkOurs, checkTime, prove } from './proof.ts';
import { readReturn } from './returns.ts';
import { paidSnapshot, readYuan } from './snapshot.ts';
import { tradeState } from './status.ts';

export function notificationReader(config: AlipayConfig, { now }: ReaderPorts): NotificationReader {
  const platform = platformKey(config);
  return {
    readNotification({ body }) {
      const form = readForm(body);
      // Same key, same scheme, and it passes through the payer's browser.
      if (form.get('method') && !form.get('notify_type'))
        throw new CallbackRefused('malformed', 'this is what a payer’s browser brings back');
      prove(form, platform, now());
      const fields = readNotice(decodeFields(form));
      checkTime(fields, 'notify_time', now());
      checkOurs(fields, config);
      return { notification: read(fields), keyVersion: platform.version };
    },
    readReturn: (query) => readReturn(query, config, platform, now),
    acknowledge,
  };
}

/** The body is compared byte by byte: anything but these seven is sent again. */
function acknowledge(verdict: 'accepted' | 'refused'): Acknowledgement {
  return verdict === 'accepted'
    ? { status: 200, contentType: 'text/plain', body: 'success' }
    : { status: 400, contentType: 'text/plain', body: 'fail' };
}

function read(fields: Fields): Notification {
  const transactionId = fields.get('out_trade_no') ?? '';
  const type = fields.get('notify_type') ?? '';
  const noticeId = fields.get('notify_id') ?? '';
  if (type !== tradeNotice)
    return {
      kind: 'unrecognised',
      what: `notify_type ${type}`,
      noticeId,
      ...(isTransactionId(transactionId) && { transactionId }),
    };
  if (!isTransactionId(transactionId))
    throw new CallbackRefused('foreign', 'out_trade_no is not one of our numbers');
  const unrecognised = (what: string) => ({ kind: 'unrecognised', what, noticeId, transactionId }) as const;
  if (isAboutRefund(fields)) {
    const refund = refundNamed(fields, transactionId);
    return refund
      ? { kind: 'refund_hint', what: 'refund notice', noticeId, refund }
      : unrecognised('refund notice without out_biz_no');
  }
  const status = fields.get('trade_status') ?? '';
  switch (tradeState(status)) {
    case 'paid':
      return { kind: 'payment', snapshot: paid(fields, transactionId) };
    case 'closed':
      if (fields.has('gmt_payment')) return unrecognised('TRADE_CLOSED after a payment');
      return { kind: 'payment', snapshot: { state: 'closed', transactionId } };
    case 'pending':
      return { kind: 'ignored', reason: 'the payer has not paid yet', transactionId };
    case undefined:
      return unrecognised(`trade_status ${status}`);
  }
}

/** Refund notices come to the payment's address, under the payment's status. */
function isAboutRefund(fields: Fields): boolean {
  return (readYuan(fields.get('refund_fee'))?.minor ?? 0) > 0 || fields.has('gmt_refund');
}

/**
 * Which refund it is; how much, is not said: `refund_fee` is the sum of all. One that was made without a number takes the
 * trade's, and only a refund of the whole can be.
 */
function refundNamed(fields: Fields, transactionId: TransactionId): RefundReference | undefined {
  const isWhole = tradeState(fields.get('trade_status') ?? '') === 'closed';
  const number = fields.get('out_biz_no') ?? (isWhole ? transactionId : undefined);
  if (number === undefined) return undefined;
  const isOurs = isRefundId(number) && paymentOf(number) === transactionId;
  return {
    ...(isOurs ? { refundId: number } : { gatewayRefundId: number }),
    transactionId,
    gatewayTransactionId: fields.get('trade_no') ?? '',
  };
}

function paid(fields: Fields, transactionId: TransactionId) {
  const snapshot = paidSnapshot({
    transactionId,
    tradeNo: fields.get('trade_no'),
    total: fields.get('total_amount'),
    currency: fields.get('trans_currency'),
    paidAt: fields.get('gmt_payment'),
    payerTotal: fields.get('buyer_pay_amount'),
    merchantReceived: fields.get('receipt_amount'),
    funds: readFunds(fields.get('fund_bill_list')),
    payee: { merchantId: fields.get('seller_id') ?? '', appId: fields.get('app_id') ?? '' },
  });
  if (!snapshot)
    throw new CallbackRefused('unreadable', 'a paid trade without a time of its payment, or in no currency');
  return snapshot;
}

function readFunds(text = '') {
  try {
    return readJson(Buffer.from(text));
  } catch (error) {
    if (error instanceof JsonRefused) return undefined;
    throw error;
  }
}
