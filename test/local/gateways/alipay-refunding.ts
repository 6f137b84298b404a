// A merchant that gives money back, as alipay-sdk writes it, in either mode.
import type { AlipaySdkCommonResult } from 'alipay-sdk';
import { orderNumber, type World } from './alipay-merchant.ts';
import { order, params, sdkOf, type Mode } from './alipay-shop-sdk.ts';

export interface Refunding {
  readonly number: string;
  readonly tradeNo: string;
  refund(refundNumber: string | undefined, amount: string, more?: object): Promise<AlipaySdkCommonResult>;
  ask(refundNumber: string, more?: object): Promise<AlipaySdkCommonResult>;
  trade(): Promise<AlipaySdkCommonResult>;
  /** what the shop was told of it, the payment's notice left out */
  told(): Record<string, string>[];
  books(): Promise<{ charges: object[]; refunds: object[]; sum: number; held: number }>;
}

export interface Books {
  readonly charges: readonly { readonly transaction_id: string }[];
  readonly refunds: readonly { readonly transaction_id: string }[];
  readonly balances: Readonly<Record<string, string>>;
}

/** A trade that was paid with 8.80, or with another amount. Every answer is checked by the SDK. */
export async function paidTrade(
  world: World,
  { mode = 'public_key', amount }: { mode?: Mode; amount?: string } = {},
): Promise<Refunding> {
  const number = orderNumber();
  const sdk = sdkOf(world, mode);
  const exec = (method: string, biz: object) => sdk.exec(method, params(world, biz), { validateSign: true });
  const made = await exec(
    'alipay.trade.precreate',
    order(world, number, 'page', { product_code: undefined }),
  );
  const paid = await world.control('POST', '/pay', {
    transaction_id: number,
    outcome: 'success',
    amount,
    prepay_info: { kind: 'qr_code', qr_code: made['qr_code'] as string },
  });
  await world.gateways.idle();
  const tradeNo = (paid.body as { gateway_transaction_id: string }).gateway_transaction_id;
  const named = { out_trade_no: number, trade_no: tradeNo };
  return {
    number,
    tradeNo,
    async refund(refundNumber, refundAmount, more) {
      const biz = { ...named, out_request_no: refundNumber, refund_amount: refundAmount, ...more };
      const answer = await exec('alipay.trade.refund', biz);
      await world.gateways.idle();
      return answer;
    },
    ask: (refundNumber, more) =>
      exec('alipay.trade.fastpay.refund.query', { ...named, out_request_no: refundNumber, ...more }),
    trade: () => exec('alipay.trade.query', { out_trade_no: number }),
    told: () =>
      world.shop.received
        .map(({ fields }) => fields)
        .filter(({ trade_no, refund_fee }) => trade_no === tradeNo && refund_fee !== undefined),
    async books() {
      const { charges, refunds, balances }: Books = (await world.control('GET', '/books?provider=alipay'))
        .body;
      const ours = (each: { readonly transaction_id: string }) => each.transaction_id === number;
      const fen = (text = '0') => Math.round(Number(text) * 100);
      return {
        charges: charges.filter(ours),
        refunds: refunds.filter(ours),
        sum: Object.values(balances).reduce((sum, text) => sum + fen(text), 0),
        held: Object.entries(balances)
          .filter(([account]) => account.startsWith('merchant:'))
          .reduce((sum, [, text]) => sum + fen(text), 0),
      };
    },
  };
}
