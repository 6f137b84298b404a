// What people do about refunds: Alipay and the payer's bank decide, the merchant refunds at its console.
import { randomInt } from 'node:crypto';
import { Refused } from '../http.ts';
import type { Ports } from '../ports.ts';
import type { LocalRefunds, RefundOutcome } from '../provider.ts';
import { beijingTime } from './beijing.ts';
import { refundRow } from './charges.ts';
import { refundCodes } from './refund.ts';
import type { Decision } from './refunds.ts';
import type { Seller } from './seller.ts';
import { readYuan, yuan } from './yuan.ts';

export function refundDesk(sellers: readonly Seller[], clock: Pick<Ports, 'now'>): LocalRefunds {
  const paid = (outTradeNo: string) =>
    sellers
      .map((seller) => ({ seller, trade: seller.trades.find({ outTradeNo }) }))
      .flatMap(({ seller, trade }) => (trade?.paidAt === undefined ? [] : [{ seller, trade }]))[0];
  return {
    decide(number, outcome) {
      for (const { refunds } of sellers) {
        const refund = refunds.named(number);
        if (!refund) continue;
        if (refunds.decide(refund, possible(outcome))) return true;
        throw new Refused(409, `${number} is ${refund.status} already. Nothing was decided.`);
      }
      return false;
    },
    decideNext(transactionId, outcome) {
      const found = paid(transactionId);
      found?.seller.refunds.decideNext(found.trade, possible(outcome));
      return found !== undefined;
    },
    console(transactionId, amount) {
      const found = paid(transactionId);
      if (!found) return undefined;
      const { seller, trade } = found;
      const fen = readYuan(amount);
      if (fen === undefined) throw new Refused(422, 'amount: yuan as text, such as "8.80". No money moved.');
      const number = consoleNumber(clock.now());
      const made = seller.refunds.request(trade, number, fen);
      if ('refused' in made) {
        const rest = yuan(trade.totalFen - seller.refunds.sum(trade));
        throw new Refused(
          409,
          `Alipay’s console says ${refundCodes[made.refused]}: ${rest} of ${transactionId} is not refunded. No money moved.`,
        );
      }
      const refund = seller.refunds.find(trade, number);
      return refund && refundRow(refund, seller);
    },
  };
}

/** @throws Refused (422) for what never becomes of a refund at Alipay */
function possible(outcome: RefundOutcome): Decision {
  switch (outcome) {
    case 'abnormal':
      throw new Refused(
        422,
        'At Alipay no refund is abnormal: what no card takes goes to the payer’s balance.',
      );
    case 'returned':
      throw new Refused(422, 'From Alipay no refund comes back: what no card takes stays with the payer.');
    case 'success':
    case 'failed':
    case 'insufficient_balance':
    case 'pending':
      return outcome;
  }
}

function consoleNumber(now: number): string {
  return `${beijingTime(now).replaceAll(/\D/g, '')}${String(randomInt(10 ** 10)).padStart(10, '0')}`;
}
