// One call of a merchant: who it is, what it asks for, carried out, answered, and spoiled where a fault was planted.
import type { CallFault, Faults } from '../faults.ts';
import type { WireAnswer, WireRequest } from '../http.ts';
import type { Deliveries } from '../deliveries.ts';
import type { Ports } from '../ports.ts';
import { enter } from './authorization.ts';
import type { Books } from './books.ts';
import { certificates, close, place, query } from './operations.ts';
import type { Fault } from './notice.ts';
import { payBeforeAnswer, quietOrLate } from './payer.ts';
import { giveBack, queryRefund } from './refund-calls.ts';
import { paramError, refusal, type Reply } from './replies.ts';
import { isOperation, routed, type Asked } from './routes.ts';
import type { Seller } from './seller.ts';
import { answered, instead, rateLimited, spoiled, type Signing } from './wire.ts';

export interface House {
  readonly ports: Ports;
  readonly faults: Faults<Fault>;
  readonly sellers: readonly [Seller, Seller];
  readonly books: Books;
  readonly deliveries: Deliveries<Fault>;
  /** PKCS#8 of somebody who is not WeChat Pay; made when it is needed first */
  readonly strangerPem: () => string;
  readonly origin: () => string;
}

/** @param request below `/wechat-pay/v3/` */
export async function answerCall(house: House, request: WireRequest): Promise<WireAnswer> {
  const { ports, sellers } = house;
  const find = (mchid: string) => sellers.find(({ merchant }) => merchant.account.mchid === mchid);
  const entry = enter(request, (mchid) => find(mchid)?.merchant, ports.now());
  const merchant = entry.ok ? entry.merchant : (entry.merchant ?? sellers[0].merchant);
  const asked = routed(request.method, request.target);
  const named = request.headers['wechatpay-serial'];
  const signer = merchant.signer(typeof named === 'string' ? named : undefined);
  const signing = { signer: signer ?? merchant.publicKey, now: ports.now() };
  const refuse = (reply: Reply) => {
    tell(house, { operation: asked?.operation ?? 'unknown', answer: reply.code });
    return answered(reply, signing);
  };
  if (!entry.ok) return refuse(entry.reply);
  if (!signer) return refuse(refusal('PARAM_ERROR', '平台证书序列号Wechatpay-Serial错误'));
  if (!asked) return refuse({ ...refusal('INVALID_REQUEST', 'Http URL不存在'), status: 404 });
  const body = readJson(request.body);
  if (request.method === 'POST' && body === undefined) return refuse(paramError('', '不是JSON'));
  const seller = find(merchant.account.mchid) ?? sellers[0];
  return carryOut(house, { asked, seller, body, signing });
}

interface Job {
  readonly asked: Asked;
  readonly seller: Seller;
  readonly body: unknown;
  readonly signing: Omit<Signing, 'stranger'>;
}

/** Faults that end in `_before`, and `rate_limited`, leave the request undone; under all others it is carried out. */
async function carryOut(house: House, job: Job): Promise<WireAnswer> {
  const { asked, signing } = job;
  const { operation } = asked;
  const transactionId = ourNumber(job);
  const { fault, ms } =
    (isOperation(operation) ? house.faults.takeCall(operation, transactionId) : undefined) ?? {};
  const undone = fault && instead(fault, ms);
  if (undone) {
    tell(house, { operation, transactionId, fault });
    return undone;
  }
  const reply = fault === 'rate_limited' ? rateLimited : await run(house, job);
  tell(house, { operation, transactionId, answer: reply.code, fault });
  if (!fault) return answered(reply, signing);
  const stranger = { privatePem: fault === 'bad_signature' ? house.strangerPem() : '' };
  return spoiled(reply, fault, { ...signing, stranger }, ms);
}

async function run(house: House, { asked, seller, body }: Job): Promise<Reply> {
  switch (asked.operation) {
    case 'query':
      return query(seller, asked.by, asked.mchid);
    case 'close':
      return close(seller, asked.outTradeNo, body);
    case 'certificates':
      return certificates(seller);
    case 'refund': {
      const { reply, refund } = giveBack(seller, body);
      const early = (fault: Fault) => fault === 'early';
      const number = refund?.order.terms.outTradeNo;
      if (refund && number !== undefined && house.faults.takeCallback(number, early, 'refund')) {
        if (seller.refunds.end(refund, 'SUCCESS')) await quietOrLate(() => house.deliveries.idle());
      }
      return reply;
    }
    case 'refund_query':
      return queryRefund(seller, asked.outRefundNo);
    case 'prepay': {
      const placing = { now: house.ports.now(), origin: house.origin() };
      const { reply, prepay } = place(seller, asked.product, body, placing);
      const early = (fault: Fault) => fault === 'early';
      if (prepay && house.faults.takeCallback(prepay.order.terms.outTradeNo, early)) {
        await payBeforeAnswer({ seller, prepay }, () => house.deliveries.idle());
      }
      return reply;
    }
  }
}

/** The merchant's number of what is asked about, where the request names one that is known. */
function ourNumber({ asked, seller, body }: Job): string | undefined {
  switch (asked.operation) {
    case 'prepay': {
      const { out_trade_no: number } = (body ?? {}) as { out_trade_no?: unknown };
      return typeof number === 'string' ? number : undefined;
    }
    case 'query':
      if ('outTradeNo' in asked.by) return asked.by.outTradeNo;
      return seller.orders.findPaid(asked.by.transactionId)?.terms.outTradeNo;
    case 'close':
      return asked.outTradeNo;
    case 'refund': {
      const named = (body ?? {}) as { transaction_id?: unknown; out_trade_no?: unknown };
      if (typeof named.out_trade_no === 'string') return named.out_trade_no;
      return seller.orders.findPaid(String(named.transaction_id))?.terms.outTradeNo;
    }
    case 'refund_query':
      return seller.refunds.find(asked.outRefundNo)?.order.terms.outTradeNo;
    case 'certificates':
      return undefined;
  }
}

interface Told {
  readonly operation: string;
  readonly transactionId?: string | undefined;
  /** without it nothing was answered, nor done */
  readonly answer?: string;
  readonly fault?: CallFault | undefined;
}

function tell({ ports }: House, { operation, transactionId, answer, fault }: Told): void {
  ports.onEvent({
    name: 'wechat_pay.called',
    operation,
    transaction_id: transactionId ?? null,
    answer: answer ?? null,
    ...(fault ? { fault } : {}),
  });
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
