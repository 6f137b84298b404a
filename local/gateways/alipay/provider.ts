// Alipay, put together: keys, trades, books, notifications, and its one address.
import type { CallbackFault, Faults, Operation } from '../faults.ts';
import type { Ports } from '../ports.ts';
import type { Node } from './answers.ts';
import { Books } from './books.ts';
import { buyer } from './buyer.ts';
import { Deliveries, type Delivery } from './deliveries.ts';
import { noticeOf } from './notice.ts';
import { payBeforeAnswer, playPayer, type Outcome, type Paid } from './payer.ts';
import { precreate } from './precreate.ts';
import { query } from './query.ts';
import { readRequest, type Merchant } from './request.ts';
import { newKeys } from './rsa2.ts';
import { Trades, type Trade } from './trades.ts';
import { answerCall, type Carry, type Told, type WireAnswer } from './wire.ts';
import { yuan } from './yuan.ts';

export interface Account {
  readonly appId: string;
  /** PID, 2088… */
  readonly sellerId: string;
}

/** A row of the books, as people and tests read it. */
export interface Charge {
  readonly provider: 'alipay';
  readonly channel_code: 'ALIPAY';
  readonly transaction_id: string;
  readonly gateway_transaction_id: string;
  /** yuan */
  readonly amount: string;
  readonly currency: 'CNY';
  readonly status: Trade['status'];
  /** UTC ISO-8601 ms */
  readonly paid_at: string;
}

export interface Alipay {
  readonly account: Account;
  readonly merchantPrivateKeyPem: string;
  readonly platformPublicKeyPem: string;
  /** @param query, body raw */
  call(query: string, body: string): Promise<WireAnswer>;
  /** @throws Refused */
  pay(qrCode: string, outcome: Outcome, amount?: string): Paid;
  books(): { charges: Charge[]; refunds: never[]; balances: Record<string, string> };
  callbacks(transactionId?: string): readonly Delivery[];
  /** @returns whether there was something to send again */
  resend(transactionId: string): Promise<boolean>;
  idle(): Promise<void>;
  stop(): void;
}

interface House {
  readonly account: Account;
  readonly ports: Ports;
  readonly faults: Faults;
  readonly trades: Trades;
  readonly deliveries: Deliveries;
}

/** With keys of its own, new at every start. */
export async function openAlipay(account: Account, ports: Ports, faults: Faults): Promise<Alipay> {
  const keys = await newKeys();
  const merchant: Merchant = { ...account, publicPem: keys.merchant.publicPem };
  const books = new Books();
  const deliveries = new Deliveries(ports, faults, keys);
  const trades = new Trades(ports, (trade) => {
    settle(trade, books, account, ports);
    const { outTradeNo, notifyUrl } = trade.terms;
    if (notifyUrl) deliveries.announce(outTradeNo, notifyUrl, noticeOf(trade, merchant, ports.now()));
  });
  const house = { account, ports, faults, trades, deliveries };
  const carry: Carry = {
    faults,
    keys,
    run: (operation, biz, notifyUrl) => run(house, operation, biz, notifyUrl),
    transactionId: (biz) => ourNumber(trades, biz),
    told: (call) => {
      tell(call, ports);
    },
  };
  return {
    account,
    merchantPrivateKeyPem: keys.merchant.privatePem,
    platformPublicKeyPem: keys.platform.publicPem,
    call: (query, body) => answerCall(readRequest(query, body, merchant, ports.now()), carry),
    pay: (qrCode, outcome, amount) => playPayer(trades, qrCode, outcome, amount),
    books: () => ({ charges: charges(books, trades), refunds: [], balances: books.balances() }),
    callbacks: (transactionId) => deliveries.made(transactionId),
    resend: (transactionId) => deliveries.resend(transactionId),
    idle: () => deliveries.idle(),
    stop() {
      trades.stop();
      deliveries.stop();
    },
  };
}

async function run(house: House, operation: Operation, biz: Node, notifyUrl?: string): Promise<Node> {
  const { trades, deliveries, faults, account, ports } = house;
  if (operation === 'query') return query(trades, biz);
  const node = precreate(trades, biz, { notifyUrl, sellerId: account.sellerId, now: ports.now() });
  const code = node['qr_code'];
  const early = (fault: CallbackFault) => fault === 'early';
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

function settle(trade: Trade, books: Books, account: Account, ports: Ports): void {
  const { tradeNo, terms, paidAt, totalFen } = trade;
  if (paidAt !== undefined) {
    books.charge({ at: paidAt, tradeNo, outTradeNo: terms.outTradeNo }, buyer.id, account.sellerId, totalFen);
  }
  ports.onEvent({
    name: paidAt === undefined ? 'alipay.trade_closed' : 'alipay.trade_paid',
    transaction_id: terms.outTradeNo,
    gateway_transaction_id: tradeNo,
    amount: yuan(totalFen),
  });
}

function charges(books: Books, trades: Trades): Charge[] {
  return books.journal.map(({ at, tradeNo, outTradeNo, postings }) => ({
    provider: 'alipay',
    channel_code: 'ALIPAY',
    transaction_id: outTradeNo,
    gateway_transaction_id: tradeNo,
    amount: yuan(postings.reduce((sum, { fen }) => sum + Math.max(0, fen), 0)),
    currency: 'CNY',
    status: trades.find({ tradeNo })?.status ?? 'TRADE_SUCCESS',
    paid_at: new Date(at).toISOString(),
  }));
}
