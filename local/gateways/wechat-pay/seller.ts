// One merchant and its orders. The numbers of one are unknown to the other.
import type { Merchant } from './merchant.ts';
import type { Orders } from './orders.ts';

export interface Seller {
  readonly merchant: Merchant;
  readonly orders: Orders;
}
