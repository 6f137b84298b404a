// Proves and reads what Alipay posts. The signature does not fix where one field ends and the next begins, so a genuine
// text can be cut again into other fields: the form of every field that counts is part of the proof.
// @see https://opendocs.alipay.com/open/270/105902
import type { KeyObject } from 'node:crypto';
import { isTransactionId, type TransactionId } from '../../domain/ids.ts';
import { JsonRefused, readJson } from '../../domain/strict-json.ts';
import { fingerprint, isSignature, readPublicKey, verifyRsaSha256 } from '../crypto.ts';
import {
  CallbackRefused,
  type Acknowledgement,
  type Callback,
  type GatewayPorts,
  type Notification,
  type NotificationReader,
} from '../gateway.ts';
import { fromBeijing } from './beijing.ts';
import type { AlipayConfig } from './config.ts';
import { decodeFields, readForm } from './form.ts';
import { readNotice, tradeNotice, type Fields } from './notice.ts';
import { contentToSign } from './signature.ts';
import { paidSnapshot, readYuan } from './snapshot.ts';
import { tradeState } from './status.ts';

/** ms. Alipay repeats a notice for 25 hours with the time of the first; its clock and ours may differ. */
const window = { past: 48 * 60 * 60 * 1000, future: 10 * 60 * 1000 };

export function notificationReader(config: AlipayConfig, ports: GatewayPorts): NotificationReader {
  const key = readPublicKey(config.public_key_platform);
  const keyVersion = fingerprint(config.public_key_platform);
  return {
    readNotification(callback) {
      const fields = readNotice(decodeFields(prove(callback, key)));
      checkTime(fields, ports.now());
      checkOurs(fields, config);
      return { notification: read(fields), keyVersion };
    },
    acknowledge,
  };
}

/** The body is compared byte by byte: anything but these seven is sent again. */
function acknowledge(verdict: 'accepted' | 'refused'): Acknowledgement {
  return verdict === 'accepted'
    ? { status: 200, contentType: 'text/plain', body: 'success' }
    : { status: 400, contentType: 'text/plain', body: 'fail' };
}

/** Over the bytes of the values, in whatever charset they are. @returns those, one character each */
function prove({ body }: Callback, key: KeyObject): Map<string, string> {
  const fields = readForm(body);
  const signature = fields.get('sign');
  if (fields.get('sign_type') !== 'RSA2') throw new CallbackRefused('not_authentic', 'sign_type is not RSA2');
  if (signature === undefined) throw new CallbackRefused('not_authentic', 'there is no signature');
  if (!isSignature(key, signature))
    throw new CallbackRefused('malformed', 'sign is not the base64 of a signature');
  const content = Buffer.from(contentToSign(fields, ['sign', 'sign_type']), 'latin1');
  if (!verifyRsaSha256(key, content, signature))
    throw new CallbackRefused('not_authentic', 'the signature is not of this text');
  return fields;
}

function checkTime(fields: Fields, now: number): void {
  const at = fromBeijing(fields.get('notify_time') ?? '') ?? 0;
  if (at < now - window.past || at > now + window.future)
    throw new CallbackRefused('not_authentic', 'notify_time is not of these days');
}

function checkOurs(fields: Fields, config: AlipayConfig): void {
  const seller = fields.get('seller_id') ?? config.merchant_id;
  const app = fields.get('app_id') ?? '';
  if (app !== config.app_id || seller !== config.merchant_id)
    throw new CallbackRefused('foreign', `this is about application ${app} of seller ${seller}`);
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
  if (isAboutRefund(fields)) return unrecognised('refund notice');
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
