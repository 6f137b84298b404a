// The providers' books beside our record: they know nothing of each other.
import { get, plain, transactions, type Order, type Payment } from './doors.ts';
import { check, type Scene, type Step } from './steps.ts';

interface Charge {
  readonly transaction_id: string;
  readonly gateway_transaction_id: string;
  readonly amount: string;
  readonly currency: string;
}

interface Books {
  readonly charges: readonly Charge[];
  readonly refunds: readonly Pick<Charge, 'transaction_id' | 'amount'>[];
  /** decimal text per account */
  readonly balances: Readonly<Record<string, string>>;
}

export async function paymentsOf(
  { service }: Pick<Scene, 'service'>,
  { business_order_id: id }: Order,
): Promise<readonly Payment[]> {
  const path = `${transactions}?business_order_id=${encodeURIComponent(id)}`;
  return (await get<{ items: Payment[] }>(service, path)).items;
}

/**
 * Every charge of the orders stands in our record, as what paid a payment or as money that came late or twice and went back;
 * and whatever is called paid was charged once.
 * @param many how many of each there are to be
 */
export async function books(
  { service }: Scene,
  orders: readonly Order[],
  many: { readonly paid: number; readonly back: number },
): Promise<Step> {
  const payments = (await Promise.all(orders.map((order) => paymentsOf({ service }, order)))).flat();
  const { charges: all, refunds, balances } = await plain<Books>(service, 'gateways', '/books');
  const charges = all.filter((charge) => payments.some((payment) => isOf(charge, payment)));
  const rows = charges.map((charge) => ({ charge, as: placeOf(charge, payments) }));
  const paid = rows.filter(({ as }) => as === paying).length;
  const calledPaid = payments.filter(({ status }) => status === 'PAID_SUCCESS').length;
  const said = rows
    .map(({ charge, as }) => `${charge.amount} for ${charge.transaction_id}: ${as}`)
    .join('; ');
  check(
    paid === many.paid && calledPaid === many.paid && rows.length === many.paid + many.back,
    `The books do not agree: ${calledPaid} payments are paid, the charges are: ${said || 'none'}.`,
  );
  for (const { charge } of rows.filter(({ as }) => as !== paying)) {
    const amounts = refunds.filter((refund) => isOf(refund, charge)).map(({ amount }) => amount);
    check(
      amounts.join() === charge.amount,
      `Of ${charge.amount} for ${charge.transaction_id} there went back: ${amounts.join(', ') || 'nothing'}.`,
    );
  }
  check(
    sumOf(Object.values(balances)) === 0,
    `The providers' books do not balance: ${JSON.stringify(balances)}.`,
  );
  return { step: 'books', says: inWords(rows), saw: charges };
}

const paying = 'paid the order';

function inWords(rows: readonly { readonly charge: Charge; readonly as: string }[]): string[] {
  const [only, ...others] = rows;
  if (!only) return ["The providers' own books: no charge. The books agree."];
  const { amount, currency } = only.charge;
  if (others.length === 0)
    return [`The provider's own books: one charge of ${amount} ${currency}. The books agree.`];
  return [
    `The providers' own books: ${rows.length} charges.`,
    ...rows.map(({ charge, as }) => `  ${charge.amount} ${charge.currency}  ${charge.transaction_id}  ${as}`),
    'Each stands in our record. The books agree.',
  ];
}

interface OfPayment {
  readonly transaction_id: string;
}

function isOf(one: OfPayment, other: OfPayment): boolean {
  return one.transaction_id === other.transaction_id;
}

/** What our record says of a charge. */
function placeOf(charge: Charge, payments: readonly Payment[]): string {
  const payment = payments.find((each) => isOf(charge, each));
  const isThis = (money: { readonly gateway_transaction_id?: string }, amount: string | undefined) =>
    money.gateway_transaction_id === charge.gateway_transaction_id && amount === charge.amount;
  if (payment?.status === 'PAID_SUCCESS' && isThis(payment, payment.amount_paid)) return paying;
  if (payment?.anomaly && isThis(payment.anomaly, payment.anomaly.amount))
    return `${payment.anomaly.kind}, went back`;
  throw new Error(
    `The books do not agree: ${charge.amount} ${charge.currency} were taken for ${charge.transaction_id}, and the payment does not say so.`,
  );
}

/** of minor units */
function sumOf(amounts: readonly string[]): number {
  return amounts.reduce((sum, amount) => sum + Number(amount.replace('.', '')), 0);
}
