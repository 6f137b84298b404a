// What people do about refunds: the payers' banks, and the merchant at the dashboard.
import { Refused } from '../http.ts';
import type { LocalRefunds, RefundOutcome } from '../provider.ts';
import type { Books } from './books.ts';
import { ApiError } from './errors.ts';
import { browsed, type Charge } from './intent.ts';
import { readDecimal } from './money.ts';
import type { Refund } from './refund.ts';
import type { Decision, Refunds } from './refunds.ts';
import type { Seller } from './seller.ts';

export function refundsOf(sellers: readonly Seller[], books: Books): LocalRefunds {
  return {
    decide(refundId, outcome) {
      for (const { refunds } of sellers) {
        const refund = refunds.numbered(refundId);
        if (refund) return decide(refunds, refund, known(outcome));
      }
      return false;
    },
    decideNext(transactionId, outcome) {
      const paid = paidFor(sellers, transactionId);
      paid?.seller.refunds.decideNext(paid.charge, known(outcome));
      return paid !== undefined;
    },
    console(transactionId, amount) {
      const paid = paidFor(sellers, transactionId);
      return paid && books.refundRow(refundAtDashboard(paid, amount));
    },
  };
}

interface Paid {
  readonly seller: Seller;
  readonly charge: Charge;
}

function paidFor(sellers: readonly Seller[], transactionId: string): Paid | undefined {
  for (const seller of sellers)
    for (const { transactionId: number, charge } of seller.intents.all())
      if (number === transactionId && charge?.status === 'succeeded') return { seller, charge };
  return undefined;
}

/** @throws Refused (422) */
function known(outcome: RefundOutcome): Decision {
  if (outcome !== 'abnormal') return outcome;
  throw new Refused(
    422,
    'Stripe has no abnormal refunds: what a bank does not take is `failed`, or `returned`. Nothing was decided.',
  );
}

/** @throws Refused (409) */
function decide(refunds: Refunds, refund: Refund, decision: Decision): true {
  const from = decision === 'returned' ? 'succeeded' : 'pending';
  if (refund.status !== from)
    throw new Refused(409, `This refund is ${refund.status}, not ${from}. Nothing was decided.`);
  if (decision === 'success') refunds.succeed(refund);
  else if (decision === 'insufficient_balance') refunds.hold(refund);
  else if (decision !== 'pending') refunds.fail(refund);
  return true;
}

/** Without metadata: nobody writes our number there. @throws Refused (409, 422) */
function refundAtDashboard({ seller, charge }: Paid, text: string): Refund {
  const { currency } = charge.intent.terms;
  const amount = readDecimal(text, currency);
  if (amount === undefined)
    throw new Refused(422, `amount: decimal text in ${currency.toUpperCase()}, such as "8.80".`);
  try {
    const terms = { amount, reason: 'requested_by_customer', metadata: {} };
    return seller.refunds.create(charge, terms, browsed());
  } catch (error) {
    if (error instanceof ApiError) throw new Refused(409, `${error.message} No money moved.`);
    throw error;
  }
}
