// One merchant with its orders, refunds, request ids and webhooks. What is one's is unknown to the other.
import type { Merchant } from './merchant.ts';
import type { Orders } from './orders.ts';
import type { Refunds } from './refunds.ts';
import type { Repeats } from './repeats.ts';
import type { Webhooks } from './webhooks.ts';

export interface Seller {
  readonly merchant: Merchant;
  readonly orders: Orders;
  readonly refunds: Refunds;
  readonly repeats: Repeats;
  readonly webhooks: Webhooks;
}
