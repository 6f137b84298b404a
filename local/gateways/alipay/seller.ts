// One merchant at Alipay: its application, its trades and their refunds. The numbers of one are unknown to the other.
import type { Application } from './application.ts';
import type { Refunds } from './refunds.ts';
import type { Trades } from './trades.ts';

export interface Seller {
  readonly application: Application;
  readonly trades: Trades;
  readonly refunds: Refunds;
}
