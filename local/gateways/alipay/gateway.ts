// gateway.do: whose request it is, and what becomes of it.
import type { CallbackFault, Faults, Operation } from '../faults.ts';
import type { Ports } from '../ports.ts';
import { refusal, type Node } from './answers.ts';
import type { Books } from './books.ts';
import type { Cashier } from './cashier.ts';
import { close } from './close.ts';
import { heard, type Deliveries } from './deliveries.ts';
import { refusalOn, refusalPage } from './pages.ts';
import { payBeforeAnswer } from './payer.ts';
import { precreate } from './precreate.ts';
import { query } from './query.ts';
import { refund, refundQuery } from './refund.ts';
import { isOrder, readRequest, type OrderMethod, type Request } from './request.ts';
import type { Seller } from './seller.ts';
import type { Trades } from './trades.ts';
import { answerCall, type Carry, type Told, type WireAnswer } from './wire.ts';

export interface House {
  readonly ports: Ports;
  readonly faults: Faults<CallbackFault>;
  readonly sellers: readonly [Seller, Seller];
  readonly books: Books;
  readonly deliveries: Deliveries;
  readonly cashier: Cashier;
}

export function sellerOf({ sellers }: House, appId: string): Seller | undefined {
  return sellers.find(({ application }) => application.account.appId === appId);
}

/** @param query, body raw */
export function read(house: House, query: string, body = ''): Request<Seller> {
  return readRequest(query, body, (appId) => sellerOf(house, appId), house.ports.now());
}

/** Carries out what was read: a call is answered with JSON, a browser with a page. */
export async function answer(house: House, request: Request<Seller>): Promise<WireAnswer> {
  const carry = carryFor(house, request.merchant ?? house.sellers[0]);
  if (!request.ok) {
    return isBrowsed(request.method) ? openPage(house, request, request.method) : answerCall(request, carry);
  }
  const { method } = request;
  if (isBrowsed(method)) return openPage(house, request, method);
  // An order for the app is handed to the app: nobody posts it here.
  if (isOrder(method)) return answerCall({ ok: false, node: refusal('isv.invalid-method', method) }, carry);
  return answerCall({ ...request, method }, carry);
}

function openPage({ cashier, ports }: House, request: Request<Seller>, method: OrderMethod): WireAnswer {
  const page = request.ok
    ? cashier.open(request, method)
    : refusalPage(
        String(request.node['sub_code']),
        `${String(request.node['sub_msg'])}. No money moved. Tell the shop.`,
      );
  const number = request.ok ? request.biz['out_trade_no'] : undefined;
  ports.onEvent({
    name: 'alipay.opened',
    method,
    transaction_id: typeof number === 'string' ? number : null,
    answer: refusalOn(page.body)?.code ?? 'cashier',
  });
  return page;
}

function isBrowsed(method: string | undefined): method is OrderMethod {
  return isOrder(method) && method !== 'alipay.trade.app.pay';
}

function carryFor({ ports, faults, deliveries }: House, seller: Seller): Carry {
  const { trades, application } = seller;
  return {
    faults,
    signers: application.signers,
    run: (operation, biz, notifyUrl) => run({ ports, faults, deliveries }, seller, operation, biz, notifyUrl),
    transactionId: (biz) => ourNumber(trades, biz),
    told: (call) => {
      tell(call, ports);
    },
  };
}

async function run(
  { ports, faults, deliveries }: Pick<House, 'ports' | 'faults' | 'deliveries'>,
  seller: Seller,
  operation: Operation,
  biz: Node,
  notifyUrl: string | undefined,
): Promise<Node> {
  const { trades, application } = seller;
  const early = (fault: CallbackFault) => fault === 'early';
  if (operation === 'query') return query(trades, biz);
  if (operation === 'refund_query') return refundQuery(seller, biz);
  if (operation === 'refund') {
    const node = refund(seller, biz);
    const isMoved = node['fund_change'] === 'Y';
    if (isMoved && faults.takeCallback(ourNumber(trades, biz) ?? '', early, 'refund'))
      await heard(deliveries);
    return node;
  }
  if (operation === 'close') return close(trades, biz);
  const { sellerId } = application.account;
  const node = precreate(trades, biz, { notifyUrl, sellerId, now: ports.now() });
  const code = node['qr_code'];
  if (typeof code === 'string' && faults.takeCallback(biz['out_trade_no'] as string, early)) {
    await payBeforeAnswer(trades, deliveries, code);
  }
  return node;
}

function ourNumber(trades: Trades, biz: Node): string | undefined {
  const { out_trade_no: ours, trade_no: theirs } = biz;
  if (typeof theirs === 'string') return trades.find({ tradeNo: theirs })?.terms.outTradeNo;
  return typeof ours === 'string' ? ours : undefined;
}

function tell({ operation, transactionId, answer, fault }: Told, ports: Ports): void {
  ports.onEvent({
    name: 'alipay.called',
    operation,
    transaction_id: transactionId ?? null,
    answer: answer ?? null,
    ...(fault ? { fault } : {}),
  });
}
