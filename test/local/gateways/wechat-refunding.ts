// How the tests' merchant asks WeChat Pay for refunds, and what its people decide about them.
import { orderNumber, type Answered, type Call, type Fields, type World } from './wechat-merchant.ts';

export const path = '/v3/refund/domestic/refunds';

/** The number that has its order's in it, as the service makes them. */
export function refundNumber(order: string, own = '00'): string {
  return `rfd_${order.slice('pay_'.length)}${own}`;
}

export interface PaidOrder {
  readonly order: string;
  readonly transactionId: string;
}

export interface Refunding {
  /** an order of 8.80, paid */
  paid(conduct?: Fields, channel?: Call['channel'], order?: string): Promise<PaidOrder>;
  asked(of: PaidOrder, own: string, fen: number, change?: Fields): Fields;
  /** @param own the last two characters of its number */
  refund(of: PaidOrder, own: string, fen: number, change?: Fields, call?: Call): Promise<Answered>;
  find(of: PaidOrder, own: string, call?: Call): Promise<Answered>;
  decide(body: Fields): Promise<{ status: number; body: Fields }>;
  console(of: PaidOrder, amount: string): Promise<{ status: number; body: Fields }>;
  advance(ms: number): Promise<void>;
  rows(of: PaidOrder): Promise<Fields[]>;
  balances(): Promise<Record<string, number>>;
}

export function refunding(world: () => World): Refunding {
  const books = async () => (await world().control('GET', '/books?provider=wechat_pay')).body;
  const asked = (of: PaidOrder, own: string, fen: number, change?: Fields): Fields => ({
    transaction_id: of.transactionId,
    out_refund_no: refundNumber(of.order, own),
    reason: '不想要了',
    notify_url: world().shop.url,
    amount: { refund: fen, total: 880, currency: 'CNY' },
    ...change,
  });
  return {
    asked,
    async paid(conduct = {}, channel, order = orderNumber()) {
      const { body } = await world().pay(order, conduct, channel);
      return { order, transactionId: String(body['gateway_transaction_id']) };
    },
    refund: (of, own, fen, change, call) => world().call('POST', path, asked(of, own, fen, change), call),
    find: (of, own, call) => world().call('GET', `${path}/${refundNumber(of.order, own)}`, undefined, call),
    decide: async (body) => {
      const decided = await world().control('POST', '/refunds/decide', body);
      await world().gateways.idle();
      return decided;
    },
    console: (of, amount) =>
      world().control('POST', '/refunds/console', { transaction_id: of.order, amount }),
    async advance(ms) {
      await world().clock.advance(ms);
      await world().gateways.idle();
    },
    rows: async (of) =>
      ((await books())['refunds'] as Fields[]).filter(({ transaction_id: id }) => id === of.order),
    balances: async () =>
      Object.fromEntries(
        Object.entries((await books())['balances'] as Record<string, string>).map(([account, yuan]) => [
          account,
          Math.round(Number(yuan) * 100),
        ]),
      ),
  };
}
