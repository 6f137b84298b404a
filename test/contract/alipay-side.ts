// Alipay's side, written for the tests alone: its keys, its forms, its answers.
import { createSign, generateKeyPairSync } from 'node:crypto';
import { gbk } from './gbk.ts';

export interface Pair {
  readonly privatePem: string;
  readonly publicPem: string;
}

export function newPair(): Pair {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  return { privatePem: privateKey, publicPem: publicKey };
}

export const merchant = newPair();
export const platform = newPair();
export const stranger = newPair();
/** Alipay in its other world. */
export const elsewhere = newPair();

export const account = { merchant_id: '2088102146225135', app_id: '2021004117654321' };

export type Fields = Readonly<Record<string, string>>;

export function beijing(at: number): string {
  return new Date(at + 28_800_000).toISOString().slice(0, 19).replace('T', ' ');
}

export function signed(text: string | Buffer, by: Pair): string {
  return createSign('RSA-SHA256').update(text).sign(by.privatePem, 'base64');
}

export function signedText(fields: Fields): string {
  return Object.keys(fields)
    .filter((name) => fields[name] !== '')
    .sort()
    .map((name) => `${name}=${fields[name] ?? ''}`)
    .join('&');
}

export function form(fields: Fields): Buffer {
  return Buffer.from(new URLSearchParams(fields).toString());
}

/** All fields of a notice with its signature. */
export function notice(fields: Fields, by: Pair = platform): Fields {
  return { ...fields, sign_type: 'RSA2', sign: signed(signedText(fields), by) };
}

export function paidFields(order: string, amount: string, at: number): Fields {
  return {
    gmt_create: beijing(at - 9_000),
    charset: 'utf-8',
    subject: '一杯咖啡 (大)',
    buyer_logon_id: 'abc***@example.com',
    buyer_id: '2088000000000001',
    seller_email: 'shop@example.com',
    seller_id: account.merchant_id,
    notify_id: '2026112000222140708012345678901234',
    notify_type: 'trade_status_sync',
    notify_time: beijing(at),
    app_id: account.app_id,
    auth_app_id: account.app_id,
    version: '1.0',
    trade_status: 'TRADE_SUCCESS',
    trade_no: '2026112022001400000000000001',
    out_trade_no: order,
    total_amount: amount,
    receipt_amount: amount,
    invoice_amount: amount,
    buyer_pay_amount: amount,
    point_amount: '0.00',
    gmt_payment: beijing(at),
    fund_bill_list: JSON.stringify([{ amount, fundChannel: 'ALIPAYACCOUNT' }]),
  };
}

/** What the payer's browser brings back from the cashier. */
export function returnedFields(order: string, at: number, product: 'page' | 'wap' = 'page'): Fields {
  return {
    charset: 'utf-8',
    out_trade_no: order,
    method: `alipay.trade.${product}.pay.return`,
    total_amount: '8.80',
    trade_no: '2026112022001400000000000001',
    auth_app_id: account.app_id,
    version: '1.0',
    app_id: account.app_id,
    seller_id: account.merchant_id,
    timestamp: beijing(at),
  };
}

/** A signed notice whose values travel in GBK, whatever its charset says. */
export function gbkForm(fields: Fields, by: Pair = platform, charset = 'GBK'): Buffer {
  const said = { ...fields, charset };
  const sign = signed(gbk(signedText(said)), by);
  const pairs = Object.entries({ ...said, sign_type: 'RSA2', sign }).map(
    ([name, value]) => `${name}=${escaped(gbk(value))}`,
  );
  return Buffer.from(pairs.join('&'));
}

function escaped(bytes: Buffer): string {
  return [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0').toUpperCase()}`).join('');
}

/** `{"…_response":{…},"sign":"…"}` with Alipay's escaped slashes. */
export function answer(method: string, node: object, by: Pair = platform): string {
  const text = nodeJson(node);
  return `{"${method.replaceAll('.', '_')}_response":${text},"sign":"${signed(text, by)}"}`;
}

export function nodeJson(node: object): string {
  return JSON.stringify(node).replaceAll('/', '\\/');
}
