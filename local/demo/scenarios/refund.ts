// A payment goes back: a part of it, then the rest; each refund's workflow is watched.
import { randomUUID } from 'node:crypto';
import { look, plain, post, type Payable, type Payment } from '../doors.ts';
import { refunded, untilGone, workflowOf, type Refund } from '../refunds.ts';
import { until, type Service } from '../service.ts';
import { check, collect, newOrder, paying, untilPaid, type Scene, type Step } from '../steps.ts';
import { events, timeline } from '../told.ts';

const part = '3.00';

const story = [
  ...['payment.created', 'payment.pending', 'payment.paid'],
  ...[...refunded, 'payment.partially_refunded'],
  ...[...refunded, 'payment.refunded'],
];

export async function* refunding(scene: Scene): AsyncGenerator<Step> {
  const { service, product } = scene;
  const { payment, step } = await collect(service, newOrder(product));
  yield step;
  yield await paying(service, payment);
  const paid = await untilPaid(service, payment);
  yield { step: 'paid', says: [`PAID_SUCCESS: ${String(paid.amount_paid)} ${paid.currency}.`], saw: paid };

  yield* oneRefund(service, payment, part, 'REFUND_PARTIAL');
  const before = (await look(service, payment)) as Payment & { readonly refundable_amount: string };
  yield await tooMuch(service, payment, before.refundable_amount);
  yield* oneRefund(service, payment, before.refundable_amount, 'REFUND_FULL');
  const end = await look(service, payment);
  yield await events(service, end);
  yield await timeline(service, end, story);
  yield await refundBooks(service, payment);
}

async function* oneRefund(
  service: Service,
  payment: Payable,
  amount: string,
  becomes: string,
): AsyncGenerator<Step> {
  const { status, body } = await ask(service, payment, amount);
  const { refund_id: id = '', status: now = '' } = body as Partial<Refund>;
  check(status === 201, `The refund was answered ${status}: ${JSON.stringify(body)}`);
  yield {
    step: 'refund',
    says: [
      `The shop refunds ${amount} ${payment.currency}.`,
      `${status}  ${id}  ${now}: reserved and durable.`,
    ],
    saw: body,
  };
  const refund = await untilGone(service, id, '15s');
  yield await workflowOf(service, refund);
  const stands = await until(becomes, async () => {
    const found = await look(service, payment);
    return found.status === becomes ? found : undefined;
  });
  yield { step: 'refunded', says: [`The payment is ${becomes}.`], saw: stands };
}

function ask(service: Service, { transaction_id }: Payment, amount: string) {
  const body = {
    original_transaction_id: transaction_id,
    business_refund_id: `demo-${randomUUID()}`,
    amount,
  };
  return post(service, '/refunds/transactions', body);
}

/** One 分 more than is left. */
async function tooMuch(service: Service, payment: Payable, left: string): Promise<Step> {
  const more = left.replace(/\d$/, (digit) => String((Number(digit) + 1) % 10));
  const { status, body } = await ask(service, payment, more);
  check(status === 422 && body.code === 'REFUND_EXCEEDS_PAID', `More than is left was answered ${status}.`);
  return {
    step: 'too_much',
    says: [`${more} is more than is left: 422 REFUND_EXCEEDS_PAID.`, `  ${String(body.detail)}`],
    saw: body,
  };
}

async function refundBooks(service: Service, { transaction_id: id, currency }: Payment): Promise<Step> {
  interface Row {
    readonly transaction_id: string;
    readonly amount: string;
  }
  const books = await plain<{ charges: Row[]; refunds: Row[] }>(service, 'gateways', '/books');
  const sum = (rows: readonly Row[]) =>
    rows
      .filter((row) => row.transaction_id === id)
      .reduce((total, { amount }) => total + Number(amount.replace('.', '')), 0);
  check(sum(books.charges) === sum(books.refunds), 'The books do not agree: not all of it went back.');
  const refunds = books.refunds.filter((row) => row.transaction_id === id);
  return {
    step: 'books',
    says: [
      `The provider's own books: ${refunds.map(({ amount }) => `${amount} ${currency}`).join(' and ')} back.`,
      'As much as was taken. The books agree.',
    ],
    saw: refunds,
  };
}
