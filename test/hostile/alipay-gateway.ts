// Alipay's gateway in the hands of a test: its answers are genuine, or spoiled once on demand.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Machine } from '../../local/machine.ts';
import {
  account,
  answer,
  merchant,
  nodeJson,
  platform,
  signed,
  stranger,
  type Fields,
} from '../contract/alipay-side.ts';

/** How the next call is answered. */
export type Mood =
  'well' | 'lost' | 'html' | 'http_500' | 'unsigned' | 'stranger' | 'wrong_node' | 'other_order' | 'sub_code';

/** One call as it came: what was asked, and the system parameters beside it. */
export interface Asked {
  readonly method: string;
  readonly system: Fields;
  readonly business: Fields;
}

export interface Trade {
  readonly trade_no: string;
  readonly trade_status: 'WAIT_BUYER_PAY' | 'TRADE_SUCCESS' | 'TRADE_CLOSED';
  readonly total_amount: string;
  readonly send_pay_date?: string;
}

export interface AlipayGateway {
  readonly url: string;
  readonly asked: Asked[];
  /** by our number: those that a payer has opened */
  readonly trades: Map<string, Trade>;
  /** by its number: how a refund is told; there are no others */
  readonly refunds: Map<string, Fields>;
  next(mood: Mood): void;
  /** Before the next call of this method for this number is answered. */
  before(method: string, order: string, act: () => unknown): void;
  stop(): Promise<void>;
}

export async function startAlipayGateway(): Promise<AlipayGateway> {
  const asked: Asked[] = [];
  const moods: Mood[] = [];
  const trades = new Map<string, Trade>();
  const refunds = new Map<string, Fields>();
  const acts = new Map<string, () => unknown>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const system = Object.fromEntries(new URL(request.url ?? '', 'http://alipay').searchParams);
      const form = new URLSearchParams(Buffer.concat(chunks).toString());
      const business = JSON.parse(form.get('biz_content') ?? '{}') as Fields;
      const method = system['method'] ?? '';
      asked.push({ method, system, business });
      const order = business['out_trade_no'] ?? '';
      const about = { method, order, trades, refund: refunds.get(business['out_request_no'] ?? '') };
      const mood = isOfCreate(method) ? (moods.shift() ?? 'well') : 'well';
      const act = acts.get(`${method} ${order}`);
      acts.delete(`${method} ${order}`);
      void Promise.resolve(act?.()).then(() => {
        if (mood === 'lost') response.socket?.resetAndDestroy();
        else response.writeHead(mood === 'http_500' ? 500 : 200).end(spoiled(about, mood));
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/gateway.do`,
    asked,
    trades,
    refunds,
    before: (method, order, act) => acts.set(`${method} ${order}`, act),
    next: (mood) => moods.push(mood),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

/** A configuration whose callbacks and answers this test can sign. */
export function channel(machine: Machine, alipay: AlipayGateway) {
  return {
    ...account,
    environment: 'local',
    gateway_url: alipay.url,
    public_key_platform: platform.publicPem,
    private_key_merchant: merchant.privatePem,
    callback_url_payment: `${machine.api}/payments/callbacks/alipay`,
    is_active: true,
  };
}

const code = 'https://qr.alipay.com/bax0123456789';
const success = { code: '10000', msg: 'Success' };

/** What is spoiled on demand is an answer to a create: status sync asks between. */
const isOfCreate = (method: string) => method === 'alipay.trade.precreate';

interface About {
  readonly method: string;
  readonly order: string;
  readonly trades: AlipayGateway['trades'];
  readonly refund: Fields | undefined;
}

function right({ method, order, trades, refund }: About): object {
  const said = { ...success, out_trade_no: order };
  if (isOfCreate(method)) return { ...said, qr_code: code };
  if (method === 'alipay.trade.refund') return { ...said, code: '20000', sub_code: 'isp.unknow-error' };
  if (method === 'alipay.trade.fastpay.refund.query') return refund ? { ...said, ...refund } : missing(order);
  const trade = trades.get(order);
  if (!trade) return missing(order);
  if (method === 'alipay.trade.query') return { ...said, ...trade };
  if (trade.trade_status === 'TRADE_SUCCESS')
    return { ...said, code: '40004', sub_code: 'ACQ.TRADE_STATUS_ERROR', sub_msg: '交易状态不合法' };
  trades.set(order, { ...trade, trade_status: 'TRADE_CLOSED' });
  return { ...said, trade_no: trade.trade_no };
}

function spoiled(about: About, mood: Mood): string {
  const { method } = about;
  const node = right(about);
  switch (mood) {
    case 'html':
    case 'http_500':
    case 'lost':
      return '<!doctype html><h1>系统维护</h1>';
    case 'unsigned':
      return answer(method, node).replace(/,"sign":.*$/, '}');
    case 'stranger':
      return answer(method, node, stranger);
    case 'wrong_node': {
      const other = nodeJson(success);
      const mine = answer(method, node).replace(/,"sign":.*$/, '');
      return `${mine},"error_response":${other},"sign":"${signed(other, platform)}"}`;
    }
    case 'other_order':
      return answer(method, { ...node, out_trade_no: 'order_of_somebody_else' });
    case 'sub_code':
      return answer(method, {
        ...node,
        sub_code: 'ACQ.SYSTEM_ERROR',
        sub_msg: 'canary-raw-words-of-the-gateway',
      });
    case 'well':
      return answer(method, node);
  }
}

function missing(order: string): object {
  return {
    ...{ code: '40004', msg: 'Business Failed', sub_code: 'ACQ.TRADE_NOT_EXIST', sub_msg: '交易不存在' },
    out_trade_no: order,
  };
}
