// One merchant, its orders and its refunds. The numbers of one are unknown to the other.
import type { Merchant } from './merchant.ts';
import type { Orders } from './orders.ts';
import type { Refunds } from './refunds.ts';

export interface Seller {
  readonly merchant: Merchant;
  readonly orders: Orders;
  readonly refunds: Refunds;
}
