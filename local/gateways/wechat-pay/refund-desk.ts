// What people do about refunds: the banks that take them or do not, and the merchant at its own console.
import { randomInt } from 'node:crypto';
import { Refused } from '../http.ts';
import type { LocalRefunds, RefundOutcome } from '../provider.ts';
import { beijingDigits } from './beijing.ts';
import { refundRow } from './books.ts';
import { isPaid, type PaidOrder, type Refund, type RefundObstacle, type RefundStatus } from './refunds.ts';
import type { Seller } from './seller.ts';
import { readYuan } from './yuan.ts';

export function refundDesk(sellers: readonly Seller[], now: () => number): LocalRefunds {
  return {
    decide(refundId, outcome) {
      for (const { refunds } of sellers) {
        const refund = refunds.find(refundId);
        if (!refund && !refunds.isUnpayable(refundId)) continue;
        expectPossible(outcome);
        if (!refund) refunds.decideAhead(refundId, outcome);
        else if (!isDone(refunds, refund, outcome)) throw cannotBecome(refund, outcome);
        return true;
      }
      return false;
    },
    decideNext(transactionId, outcome) {
      const found = paidAt(sellers, transactionId);
      if (!found) return false;
      expectPossible(outcome);
      found.seller.refunds.decideNext(found.order, outcome);
      return true;
    },
    console(transactionId, amount) {
      const found = paidAt(sellers, transactionId);
      if (!found) return undefined;
      const fen = readYuan(amount);
      if (fen === undefined) throw new Refused(422, 'amount: yuan as text, such as "8.80". No money moved.');
      const { seller, order } = found;
      const { merchant, refunds } = seller;
      const refund = refunds.place(order, {
        outRefundNo: consoleNumber(merchant.account.mchid, now()),
        fen,
        totalFen: order.paid.totalFen,
        // The address that the merchant left there; who left none hears of it where it heard of the payment.
        notifyUrl: merchant.callbackUrl ?? order.terms.notifyUrl,
        by: 'console',
      });
      if ('refused' in refund) throw new Refused(409, `${sentences[refund.refused]} No money moved.`);
      return refundRow(refund, merchant.channelCode);
    },
  };
}

/** Of the console's own making. */
function consoleNumber(mchid: string, now: number): string {
  return `${mchid}${beijingDigits(now)}${String(randomInt(10 ** 8)).padStart(8, '0')}`;
}

function paidAt(
  sellers: readonly Seller[],
  transactionId: string,
): { seller: Seller; order: PaidOrder } | undefined {
  for (const seller of sellers) {
    const order = seller.orders.find(transactionId);
    if (isPaid(order)) return { seller, order };
  }
  return undefined;
}

function expectPossible(outcome: RefundOutcome): void {
  if (outcome === 'returned')
    throw new Refused(
      422,
      'At WeChat Pay a refund that succeeded never comes back: what a bank returns is ABNORMAL before. Decide "abnormal".',
    );
}

const ends: Readonly<Partial<Record<RefundOutcome, RefundStatus>>> = {
  success: 'SUCCESS',
  failed: 'CLOSED',
  abnormal: 'ABNORMAL',
};

function isDone(refunds: Seller['refunds'], refund: Refund, outcome: RefundOutcome): boolean {
  if (outcome === 'pending') return refunds.hold(refund);
  const status = ends[outcome];
  return status !== undefined && refunds.end(refund, status);
}

function cannotBecome({ terms, status }: Refund, outcome: RefundOutcome): Refused {
  const why =
    outcome === 'insufficient_balance'
      ? 'want of money is told when a refund is asked for: decide it ahead, by transaction_id'
      : `it is ${status}`;
  return new Refused(409, `${terms.outRefundNo} cannot become ${outcome}: ${why}. Nothing was decided.`);
}

const sentences: Readonly<Record<RefundObstacle, string>> = {
  other_facts: 'The number of this refund is used for another.',
  other_total: 'The order is of another sum.',
  too_late: 'More than a year has passed since the payment.',
  nothing_left: 'All of it has been given back already.',
  over_rest: 'That is more than is left of it.',
  too_many: 'It was refunded fifty times already.',
  too_soon: 'A minute must pass between two refunds of an order.',
  not_enough: 'The merchant has not enough money, as was decided.',
};
