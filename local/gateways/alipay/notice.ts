// What a notification says, and how each planted fault spoils one. The form is signed as it is sent.
// @see https://opendocs.alipay.com/open/270/105902
import { randomInt } from 'node:crypto';
import type { CallbackFault } from '../faults.ts';
import type { Account, Signers } from './application.ts';
import { beijingTime } from './beijing.ts';
import { buyer } from './buyer.ts';
import { writeForm } from './form.ts';
import { sign, signedText } from './rsa2.ts';
import type { Refund } from './refunds.ts';
import type { Trade } from './trades.ts';
import { readYuan, yuan } from './yuan.ts';

export type Notice = Readonly<Record<string, string>>;

/** All fields but the signature. The id and the time stay the same over all deliveries of one notice. */
export function noticeOf(trade: Trade, merchant: Account, now: number): Notice {
  const { outTradeNo, subject, body, passbackParams } = trade.terms;
  const serial = String(randomInt(10 ** 14)).padStart(15, '0');
  return {
    gmt_create: beijingTime(trade.createdAt),
    charset: 'utf-8',
    seller_email: 'shop@example.com',
    subject,
    ...(body === undefined ? {} : { body }),
    ...(passbackParams === undefined ? {} : { passback_params: passbackParams }),
    buyer_id: buyer.id,
    buyer_logon_id: buyer.logonId,
    notify_id: `${beijingTime(now).slice(0, 10).replaceAll('-', '')}00222${beijingTime(now).slice(11).replaceAll(':', '')}${serial}`,
    notify_type: 'trade_status_sync',
    notify_time: beijingTime(now),
    trade_status: trade.status,
    app_id: merchant.appId,
    auth_app_id: merchant.appId,
    seller_id: merchant.sellerId,
    version: '1.0',
    trade_no: trade.tradeNo,
    out_trade_no: outTradeNo,
    total_amount: yuan(trade.totalFen),
    ...ending(trade),
  };
}

/** A refund is told as news of its trade. @param sumFen 分 that went back in all */
export function refundNotice(refund: Refund, sumFen: number, merchant: Account, now: number): Notice {
  const { trade, number, refundedAt = now } = refund;
  return {
    ...noticeOf(trade, merchant, now),
    refund_fee: yuan(sumFen),
    gmt_refund: `${beijingTime(refundedAt)}.${String(refundedAt % 1000).padStart(3, '0')}`,
    out_biz_no: number,
    ...(trade.closedAt === undefined ? {} : { gmt_close: beijingTime(trade.closedAt) }),
  };
}

/** The form body of one delivery. */
export function written(notice: Notice, fault: CallbackFault | undefined, keys: Signers): string {
  const serial = keys.certificateSerial;
  const facts = Object.entries({
    ...notice,
    ...(serial === undefined ? {} : { alipay_cert_sn: serial }),
    ...lie(notice, fault),
  });
  const pair = fault === 'wrong_key' ? keys.stranger : keys.platform;
  const signature = sign(signedText(facts, []), pair.privatePem);
  const sent = facts.map(([name, value]): [string, string] =>
    fault === 'tampered' && name === 'total_amount' ? [name, otherAmount(value)] : [name, value],
  );
  return writeForm([...sent, ['sign_type', 'RSA2'], ['sign', signature]]);
}

/** What a genuinely signed, but wrong notice says otherwise. */
function lie(notice: Notice, fault: CallbackFault | undefined): Notice {
  switch (fault) {
    case 'stale':
      return { notify_time: '2016-01-01 00:00:00' };
    case 'wrong_amount':
      return notice['refund_fee'] === undefined
        ? { total_amount: otherAmount(notice['total_amount'] ?? '') }
        : { refund_fee: otherAmount(notice['refund_fee']) };
    case 'wrong_merchant':
      return { app_id: '2021009900000009', auth_app_id: '2021009900000009', seller_id: '2088900000000009' };
    case 'unknown_type':
      return { notify_type: 'trade_weather_sync' };
    case 'unknown_number': {
      const refund = notice['out_biz_no'];
      // A number that the payment's next refunds will never reach.
      if (refund !== undefined) return { out_biz_no: `${refund.slice(0, -2)}zz` };
      const number = notice['out_trade_no'] ?? '';
      const tail = number.endsWith('0000') ? '1111' : '0000';
      return { out_trade_no: number.slice(0, -4) + tail };
    }
    case undefined:
    case 'lost':
    case 'duplicated':
    case 'delayed':
    case 'early':
    case 'tampered':
    case 'wrong_key':
      return {};
  }
}

function ending(trade: Trade): Notice {
  if (trade.paidAt === undefined) return { gmt_close: beijingTime(trade.closedAt ?? trade.terms.payUntil) };
  const paid = yuan(trade.totalFen);
  return {
    gmt_payment: beijingTime(trade.paidAt),
    receipt_amount: paid,
    invoice_amount: paid,
    buyer_pay_amount: paid,
    point_amount: '0.00',
    fund_bill_list: JSON.stringify([{ amount: paid, fundChannel: 'ALIPAYACCOUNT' }]),
  };
}

function otherAmount(text: string): string {
  return yuan((readYuan(text) ?? 0) + 100);
}
