// One call to gateway.do: read, carried out, answered, and spoiled where a fault was planted.
import type { CallbackFault, CallFault, Faults, Operation } from '../faults.ts';
import type { WireAnswer } from '../http.ts';
import { envelope, refusal, type Node } from './answers.ts';
import type { Signers } from './application.ts';
import { calls, type CallMethod } from './request.ts';
import type { KeyPair } from './rsa2.ts';

export type { WireAnswer };

/** One call, for the log: `answer` is the code that was sent. */
export interface Told {
  readonly operation: string;
  readonly transactionId?: string | undefined;
  readonly answer?: string;
  readonly fault?: CallFault | undefined;
}

/** A call that was read: what it asks for, or why it is refused at the door. */
export type Call =
  | {
      readonly ok: true;
      readonly method: CallMethod;
      readonly biz: Node;
      readonly notifyUrl?: string | undefined;
    }
  | { readonly ok: false; readonly method?: string; readonly node: Node };

export interface Carry {
  readonly faults: Faults<CallbackFault>;
  readonly signers: Signers;
  /** our number for it, where the request names one that is known */
  transactionId(biz: Node): string | undefined;
  /** Carries the request out; the promise settles when its answer may leave. */
  run(operation: Operation, biz: Node, notifyUrl: string | undefined): Promise<Node>;
  told(call: Told): void;
}

const holdMs = 30_000;
const slowMs = 3_000;

/** Faults that end in `_before`, and `rate_limited`, leave the request undone; under all others it is carried out. */
export async function answerCall(request: Call, carry: Carry): Promise<WireAnswer> {
  const { platform, certificateSerial } = carry.signers;
  const name = request.method ? `${request.method.replaceAll('.', '_')}_response` : 'error_response';
  if (!request.ok) {
    carry.told({ operation: request.method ?? 'unknown', answer: codeOf(request.node) });
    return json(envelope(name, request.node, platform.privatePem, certificateSerial));
  }
  const operation = calls[request.method];
  const transactionId = carry.transactionId(request.biz);
  const { fault, ms } = carry.faults.takeCall(operation, transactionId) ?? {};
  const undone = fault && instead(fault, ms);
  if (undone) {
    carry.told({ operation, transactionId, fault });
    return undone;
  }
  const node =
    fault === 'rate_limited'
      ? refusal('app.call-limited')
      : await carry.run(operation, request.biz, request.notifyUrl);
  carry.told({ operation, transactionId, answer: codeOf(node), fault });
  const { privatePem } = signer(fault, carry.signers);
  const text = envelope(name, fault ? falsified(node, fault) : node, privatePem, certificateSerial);
  return fault ? spoiled(text, fault, ms) : json(text);
}

function codeOf(node: Node): string {
  return (node['sub_code'] ?? node['code']) as string;
}

/** The request is not carried out. */
function instead(fault: CallFault, ms = holdMs): WireAnswer | undefined {
  if (fault === 'reset_before') return { kind: 'reset' };
  if (fault === 'timeout_before') return { kind: 'hold', ms };
  return fault === 'http_500_before' ? failure : undefined;
}

/** Genuinely signed, yet not to be believed. */
function falsified(node: Node, fault: CallFault): Node {
  if (fault === 'unknown_code') {
    return {
      code: '40004',
      msg: 'Business Failed',
      sub_code: 'ACQ.NEVER_HEARD_OF',
      sub_msg: '未知的业务错误',
    };
  }
  if (fault !== 'wrong_order') return node;
  const { trade_no: tradeNo } = node;
  return {
    ...node,
    out_trade_no: 'order_of_somebody_else',
    ...(tradeNo === undefined ? {} : { trade_no: '2016010122001400000000000000' }),
  };
}

function signer(fault: CallFault | undefined, signers: Signers): KeyPair {
  return fault === 'bad_signature' ? signers.stranger : signers.platform;
}

/** The request was carried out, and this is what the merchant gets to see of it. */
function spoiled(text: string, fault: CallFault, ms?: number): WireAnswer {
  switch (fault) {
    case 'reset_after':
      return { kind: 'reset' };
    case 'timeout_after':
      return { kind: 'hold', ms: ms ?? holdMs };
    case 'http_500_after':
      return failure;
    case 'html_200':
      return { kind: 'answer', status: 200, contentType: 'text/html; charset=utf-8', body: page };
    case 'truncated':
      return json(text.slice(0, Math.floor(text.length / 2)));
    case 'slow':
      return { ...json(text), afterMs: ms ?? slowMs };
    case 'reset_before':
    case 'timeout_before':
    case 'http_500_before':
    case 'rate_limited':
    case 'bad_signature':
    case 'wrong_order':
    case 'unknown_code':
      return json(text);
  }
}

const page = '<!doctype html><title>系统维护</title><h1>系统维护中，请稍后再试</h1>\n';
const failure: WireAnswer = {
  kind: 'answer',
  status: 500,
  contentType: 'text/html; charset=utf-8',
  body: page,
};

function json(body: string): WireAnswer & { kind: 'answer' } {
  return { kind: 'answer', status: 200, contentType: 'text/html;charset=utf-8', body };
}
