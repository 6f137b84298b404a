// One merchant at Alipay: its application and its trades. The numbers of one are unknown to the other.
import type { Application } from './application.ts';
import type { Trades } from './trades.ts';

export interface Seller {
  readonly application: Application;
  readonly trades: Trades;
}
