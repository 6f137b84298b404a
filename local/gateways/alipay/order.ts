// An order that the merchant signed and the payer brings, to the cashier or to the app.
import { obstacles } from './obstacles.ts';
import { orders, type OrderMethod, type Request } from './request.ts';
import type { Seller } from './seller.ts';
import { products, readTerms, type Terms } from './terms.ts';

export type Order = Request<Seller> & { readonly ok: true };

/** @returns what was ordered, or the sub_code and what was wrong with it */
export function placed(
  order: Order,
  method: OrderMethod,
  now: number,
): { terms: Terms } | { code: string; words: string } {
  const { merchant: seller, notifyUrl } = order;
  const facts = { notifyUrl, sellerId: seller.application.account.sellerId, now };
  const terms = readTerms(order.biz, products[orders[method]], facts);
  if ('wrong' in terms) {
    return {
      code: 'ACQ.INVALID_PARAMETER',
      words: `Alipay does not take the order: ${terms.wrong}. No money moved. Tell the shop.`,
    };
  }
  const obstacle = seller.trades.obstacle(terms);
  return obstacle ? obstacles[obstacle] : { terms };
}
