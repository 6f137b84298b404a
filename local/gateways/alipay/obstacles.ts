// Why a payer cannot pay an order, or a shop not place it again: Alipay's code for it, and the words for people.
import type { RefusalCode } from './answers.ts';

export type Obstacle = 'paid' | 'closed' | 'other_terms' | 'expired';

export const obstacles: Readonly<Record<Obstacle, { code: RefusalCode; detail?: string; words: string }>> = {
  paid: {
    code: 'ACQ.TRADE_HAS_SUCCESS',
    words: 'The order is already paid. No money moved this time. There is nothing left to do.',
  },
  closed: {
    code: 'ACQ.TRADE_HAS_CLOSE',
    words: 'The order is closed. No money moved. The shop has to make a new payment.',
  },
  other_terms: {
    code: 'ACQ.CONTEXT_INCONSISTENT',
    words:
      'The order was already opened with another amount or subject. No money moved. Pay by what the shop shows now.',
  },
  expired: {
    code: 'ACQ.INVALID_PARAMETER',
    detail: 'time_expire',
    words: 'The time to pay this order is over. No money moved. The shop has to make a new payment.',
  },
};
