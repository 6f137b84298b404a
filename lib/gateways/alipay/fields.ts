// The closed form of what Alipay signs as fields, a notice or a return: which must be there, what each may look like, and
// no border between fields inside a value.
import { CallbackRefused } from '../gateway.ts';
import { fromBeijing } from './beijing.ts';
import { isTradeNo, readYuan } from './snapshot.ts';

/** What Alipay signed, field by field: no empty values. */
export type Fields = ReadonlyMap<string, string>;

type Form = (text: string) => boolean;
type Forms = Readonly<Record<string, Form>>;

/** The one kind of news that is about a trade. */
export const tradeNotice = 'trade_status_sync';

const amount: Form = (text) => readYuan(text) !== undefined;
const time: Form = (text) => fromBeijing(text) !== undefined;
const like =
  (form: RegExp): Form =>
  (text) =>
    form.test(text);

const ofAny: Forms = {
  version: like(/^1\.0$/),
  charset: like(/^[A-Za-z0-9-]{1,16}$/),
  app_id: like(/^\d{10,32}$/),
};

const trade: Forms = {
  seller_id: like(/^\d{16}$/),
  trade_no: isTradeNo,
  out_trade_no: like(/^[A-Za-z0-9_-]{1,64}$/),
  total_amount: amount,
};

const ofNotice: Forms = {
  ...ofAny,
  notify_type: like(/^[a-z_]{1,64}$/),
  notify_id: like(/^[A-Za-z0-9_-]{1,128}$/),
  notify_time: time,
};

const ofTradeNotice: Forms = { ...ofNotice, ...trade, trade_status: like(/^[A-Z_]{1,32}$/) };

const ofReturn: Forms = {
  ...ofAny,
  method: like(/^alipay\.trade\.(page|wap)\.pay\.return$/),
  timestamp: time,
  seller_id: like(/^\d{16}$/),
  out_trade_no: like(/^[A-Za-z0-9_-]{1,64}$/),
};

const wherePresent: Forms = {
  ...ofTradeNotice,
  auth_app_id: like(/^\d{10,32}$/),
  trans_currency: like(/^[A-Z]{3}$/),
  receipt_amount: amount,
  buyer_pay_amount: amount,
  invoice_amount: amount,
  point_amount: amount,
  refund_fee: amount,
  gmt_create: time,
  gmt_payment: time,
  gmt_refund: time,
  gmt_close: time,
  out_biz_no: like(/^[\x21-\x25\x27-\x3c\x3e-\x7e]{1,64}$/),
};

const known = new Set([
  ...Object.keys({ ...wherePresent, ...ofReturn }),
  'sign',
  'sign_type',
  'alipay_cert_sn',
  'buyer_id',
  'buyer_open_id',
  'buyer_logon_id',
  'seller_email',
  'subject',
  'body',
  'fund_bill_list',
  'voucher_detail_list',
  'passback_params',
]);
const border = new RegExp(`&(?:${[...known].join('|')})=`);

/**
 * @param form decoded and proved
 * @returns its fields, without the empty ones, which the signature does not cover
 * @throws CallbackRefused unreadable
 */
export function readNotice(form: ReadonlyMap<string, string>): Fields {
  return closed(form, form.get('notify_type') === tradeNotice ? ofTradeNotice : ofNotice);
}

/**
 * What a payer's browser brings back. A notice is none, however it is cut: it has an id, and a return has not.
 * @param form decoded and proved
 * @throws CallbackRefused unreadable
 */
export function readReturned(form: ReadonlyMap<string, string>): Fields {
  const fields = closed(form, ofReturn);
  for (const name of ['notify_type', 'notify_id', 'notify_time', 'trade_status'])
    if (fields.has(name)) throw unreadable(name, 'is of a notice');
  return fields;
}

function closed(form: ReadonlyMap<string, string>, required: Forms): Fields {
  const fields = new Map([...form].filter(([, value]) => value !== ''));
  for (const [name, value] of fields) if (border.test(value)) throw unreadable(name, 'holds another field');
  for (const [name, fits] of Object.entries(required)) {
    const value = fields.get(name);
    if (value === undefined || !fits(value)) throw unreadable(name, 'is missing or not of its form');
  }
  for (const [name, fits] of Object.entries(wherePresent)) {
    const value = fields.get(name);
    if (value !== undefined && !fits(value)) throw unreadable(name, 'is not of its form');
  }
  return fields;
}

function unreadable(name: string, what: string): CallbackRefused {
  return new CallbackRefused('unreadable', `${name.slice(0, 64)} ${what}`);
}
