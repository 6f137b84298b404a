// How an answer leaves: signed over its exact characters, and spoiled where a fault was planted.
// @see https://pay.weixin.qq.com/doc/v3/merchant/4013053420
import { randomBytes } from 'node:crypto';
import type { CallFault } from '../faults.ts';
import type { WireAnswer } from '../http.ts';
import type { Signer } from './merchant.ts';
import { ok, refusal, type Reply } from './replies.ts';
import { lines, sign } from './rsa.ts';

export interface Signing {
  readonly signer: Signer;
  /** somebody who is not WeChat Pay */
  readonly stranger: { readonly privatePem: string };
  /** ms since 1970 UTC */
  readonly now: number;
}

const holdMs = 30_000;
const slowMs = 3_000;

/** The headers that prove a body, of an answer or of a notification. @param now ms since 1970 UTC */
export function proof(body: string, { serial, privatePem }: Signer, now: number): Record<string, string> {
  const timestamp = String(Math.floor(now / 1000));
  const nonce = randomBytes(16).toString('hex');
  return {
    'Wechatpay-Timestamp': timestamp,
    'Wechatpay-Nonce': nonce,
    'Wechatpay-Signature': sign(lines(timestamp, nonce, body), privatePem),
    'Wechatpay-Signature-Type': 'WECHATPAY2-SHA256-RSA2048',
    'Wechatpay-Serial': serial,
    'Request-ID': randomBytes(20).toString('hex').toUpperCase(),
  };
}

export function answered({ status, body }: Reply, { signer, now }: Omit<Signing, 'stranger'>): Written {
  const headers = proof(body, signer, now);
  return { kind: 'answer', status, contentType: 'application/json; charset=utf-8', body, headers };
}

type Written = WireAnswer & { kind: 'answer' };

/** The request is not carried out. */
export function instead(fault: CallFault, ms = holdMs): WireAnswer | undefined {
  if (fault === 'reset_before') return { kind: 'reset' };
  if (fault === 'timeout_before') return { kind: 'hold', ms };
  return fault === 'http_500_before' ? unsigned(503) : undefined;
}

/** The request was carried out, and this is what the merchant gets to see of it. */
export function spoiled(reply: Reply, fault: CallFault, signing: Signing, ms?: number): WireAnswer {
  const { signer, stranger } = signing;
  switch (fault) {
    case 'reset_after':
      return { kind: 'reset' };
    case 'timeout_after':
      return { kind: 'hold', ms: ms ?? holdMs };
    case 'http_500_after':
      return unsigned(502);
    case 'html_200':
      return unsigned(200);
    case 'truncated':
      return halved(answered(reply, signing));
    case 'slow':
      return { ...answered(reply, signing), afterMs: ms ?? slowMs };
    case 'bad_signature':
      return answered(reply, { ...signing, signer: { ...signer, privatePem: stranger.privatePem } });
    case 'wrong_order':
      return answered(misplaced(reply), signing);
    case 'unknown_code':
      return answered(unheardOf, signing);
    case 'reset_before':
    case 'timeout_before':
    case 'http_500_before':
    case 'rate_limited':
      return answered(reply, signing);
  }
}

export const rateLimited = refusal('FREQUENCY_LIMITED');

const unheardOf: Reply = {
  status: 400,
  code: 'NEVER_HEARD_OF',
  body: JSON.stringify({ code: 'NEVER_HEARD_OF', message: '未知的业务错误' }),
};

/** Somebody else's order or refund. Who is not told an order or a refund gets the answer of another call. */
function misplaced({ status, body }: Reply): Reply {
  const own: object = status === 200 ? (JSON.parse(body) as object) : {};
  if ('refund_id' in own)
    return ok({
      ...own,
      ...{ out_trade_no: 'order_of_somebody_else', out_refund_no: 'refund_of_somebody_else' },
    });
  const order = 'trade_state' in own ? own : { trade_state: 'NOTPAY', trade_state_desc: '订单未支付' };
  return ok({ ...order, out_trade_no: 'order_of_somebody_else' });
}

/** Nothing has no half: an answer without a body begins one. */
function halved(whole: Written): Written {
  const { body } = whole;
  if (body === '') return { ...whole, status: 200, body: '{"' };
  return { ...whole, body: body.slice(0, Math.floor(body.length / 2)) };
}

/** Not WeChat Pay says it, but what stands before it. */
function unsigned(status: number): Written {
  return { kind: 'answer', status, contentType: 'text/html; charset=utf-8', body: page };
}

const page = '<!doctype html><title>系统维护</title><h1>系统维护中，请稍后再试</h1>\n';
