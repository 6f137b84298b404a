// WeChat Pay's side, written for the tests alone: its keys, what it seals and signs, its orders.
import { createCipheriv, createSign, randomBytes, X509Certificate } from 'node:crypto';
import { certificatePem, type CertificateFacts, type Name } from '../../local/gateways/x509.ts';
import { newPair, type Pair } from './alipay-side.ts';
import { noon } from './bench.ts';

export const merchant = newPair();
export const stranger = newPair();
/** behind the public key that has an id */
export const platform = newPair();
/** behind a platform certificate */
export const certified = newPair();
/** WeChat Pay in another world of its own */
export const elsewhere = newPair();

export const apiV3Key = randomBytes(16).toString('hex');
export const account = {
  merchant_id: '1900000109',
  app_id: 'wxd678efh567hg6787',
  merchant_certificate_serial: randomBytes(20).toString('hex').toUpperCase(),
};

export const publicKeyId = 'PUB_KEY_ID_0119000001092026112000000000000000';

const platformName: Name = [
  ['C', 'CN'],
  ['O', 'Tenpay Test'],
  ['CN', 'Test platform'],
];
const day = 86_400_000;

/** For a hundred days around noon, of `certified`, unless told otherwise. */
export function platformCertificate(change: Partial<CertificateFacts> = {}): string {
  return certificatePem({
    subject: platformName,
    issuer: platformName,
    publicPem: certified.publicPem,
    issuerPrivatePem: certified.privatePem,
    from: noon - day,
    until: noon + 100 * day,
    ...change,
  });
}

export function serialOf(pem: string): string {
  return new X509Certificate(pem).serialNumber;
}

export const certificate = platformCertificate();
export const certificateSerial = serialOf(certificate);

export type Headers = Readonly<Record<string, string>>;

/** What stands in the headers of a signed answer or callback. */
export interface Signing {
  readonly by: Pair;
  readonly serial: string;
  /** ms since 1970 UTC */
  readonly at: number;
  readonly nonce?: string;
}

export const byPublicKey: Signing = { by: platform, serial: publicKeyId, at: noon };
export const byCertificate: Signing = { by: certified, serial: certificateSerial, at: noon };

export function rsa(text: string | Buffer, by: Pair): string {
  return createSign('RSA-SHA256').update(text).sign(by.privatePem, 'base64');
}

export function signedHeaders(body: string | Buffer, { by, serial, at, nonce }: Signing): Headers {
  const timestamp = String(Math.floor(at / 1000));
  const salt = nonce ?? randomBytes(16).toString('hex');
  const text = Buffer.concat([Buffer.from(`${timestamp}\n${salt}\n`), Buffer.from(body), Buffer.from('\n')]);
  return {
    'wechatpay-timestamp': timestamp,
    'wechatpay-nonce': salt,
    'wechatpay-serial': serial,
    'wechatpay-signature': rsa(text, by),
    'wechatpay-signature-type': 'WECHATPAY2-SHA256-RSA2048',
  };
}

/** As a callback brings them: every value in a list. */
export function listed(headers: Headers): Record<string, readonly string[]> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
}

export interface Sealing {
  readonly key?: string;
  readonly nonce?: string;
  readonly associated?: string | null | undefined;
}

/** `algorithm`, `ciphertext`, `nonce` and, unless it is undefined, `associated_data`. */
export function sealed(text: string, change: Sealing = {}): Record<string, unknown> {
  const { key = apiV3Key, nonce = randomBytes(6).toString('hex') } = change;
  const associated = 'associated' in change ? change.associated : 'transaction';
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(key), Buffer.from(nonce));
  cipher.setAAD(Buffer.from(associated ?? ''));
  const data = Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]);
  return {
    algorithm: 'AEAD_AES_256_GCM',
    ciphertext: data.toString('base64'),
    nonce,
    ...(associated !== undefined && { associated_data: associated }),
  };
}

export function beijing(at: number): string {
  return `${new Date(at + 28_800_000).toISOString().slice(0, 19)}+08:00`;
}

/** @param fen the order's total */
export function paidOrder(order: string, fen: number, at: number): Record<string, unknown> {
  return {
    appid: account.app_id,
    mchid: account.merchant_id,
    out_trade_no: order,
    transaction_id: '4200000000202611200000000001',
    trade_type: 'NATIVE',
    trade_state: 'SUCCESS',
    trade_state_desc: '支付成功',
    bank_type: 'CMB_DEBIT',
    attach: '',
    success_time: beijing(at),
    payer: { openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o' },
    amount: { total: fen, payer_total: fen, currency: 'CNY', payer_currency: 'CNY' },
  };
}

/** A refund as an answer tells it. @param facts `fen` of the refund, `total` of the order */
export function toldRefund(facts: {
  readonly refund: string;
  readonly order: string;
  readonly fen: number;
  readonly total: number;
  /** ms since 1970 UTC */
  readonly at: number;
  readonly status: string;
}): Record<string, unknown> {
  const { fen, total } = facts;
  return {
    refund_id: '50300000002026112000000000001',
    out_refund_no: facts.refund,
    transaction_id: '4200000000202611200000000001',
    out_trade_no: facts.order,
    channel: 'ORIGINAL',
    user_received_account: '支付用户零钱',
    ...(facts.status === 'SUCCESS' && { success_time: beijing(facts.at) }),
    create_time: beijing(facts.at),
    status: facts.status,
    funds_account: 'UNSETTLED',
    amount: {
      total,
      refund: fen,
      payer_total: total,
      payer_refund: fen,
      discount_refund: 0,
      currency: 'CNY',
    },
  };
}

interface Envelope {
  readonly type?: string;
  readonly kind?: string;
  readonly sealing?: Sealing;
}

/** The envelope of a notice. */
export function notice(
  content: object,
  { type = 'TRANSACTION.SUCCESS', kind = 'transaction', sealing = {} }: Envelope = {},
): Record<string, unknown> {
  return {
    id: 'EV-2026112014070800',
    create_time: beijing(noon),
    resource_type: 'encrypt-resource',
    event_type: type,
    summary: '支付成功',
    resource: { original_type: kind, ...sealed(JSON.stringify(content), sealing) },
  };
}
