// Shop and payer at the same moment, in both orders: either the money counts, or nobody can pay any more.
import { books } from '../books.ts';
import { close, look, pay, payInVain, plain, type Answer, type Payable } from '../doors.ts';
import { until, type Service } from '../service.ts';
import { check, collect, newOrder, payerDoes, untilPaid, type Scene, type Step } from '../steps.ts';
import { events, timeline } from '../told.ts';

export async function* paidWhileClosing(scene: Scene): AsyncGenerator<Step> {
  const { method, isCaptured } = scene.product;
  check(
    !isCaptured,
    `By ${method} there is no such moment: what is closed here is not captured, and nobody is told.`,
  );
  const orders = [newOrder(scene.product), newOrder(scene.product)] as const;
  const first = await collect(scene.service, orders[0]);
  yield first.step;
  yield* payerIsQuicker(scene, first.payment);
  const second = await collect(scene.service, orders[1]);
  yield second.step;
  yield* closingIsQuicker(scene, second.payment);
  yield await books(scene, orders, { paid: 1, back: 0 });
}

async function* payerIsQuicker({ service, product }: Scene, payment: Payable): AsyncGenerator<Step> {
  if (!product.isKnownAtOnce) yield await undecided(service, payment);
  const { closing } = await closeSlowly(service, payment, 'query');
  yield {
    step: 'close',
    says: ['The shop closes it. The service asks the provider first: not paid, and that answer is slow.'],
    saw: null,
  };
  const paying = await pay(service, payment);
  yield {
    step: 'payer',
    says: [
      `The payer pays now: trade ${String(paying.gateway_transaction_id)}.`,
      'That is between our question and our closing.',
    ],
    saw: paying,
  };
  const { status, body } = await closing;
  check(
    status === 409 && body.code === 'ORDER_ALREADY_PAID',
    `The closing was answered ${status}: ${JSON.stringify(body)}`,
  );
  const paid = await untilPaid(service, payment);
  yield {
    step: 'paid',
    says: [
      'Now the provider refuses to close it: it is paid.',
      `  the shop     ${status} ORDER_ALREADY_PAID`,
      `  the payer    paid ${payment.amount_requested} ${payment.currency}`,
      `  the service  ${paid.status}, ${String(paid.amount_paid)} ${paid.currency}; nothing was lost`,
    ],
    saw: { answer: body, payment: paid },
  };
  yield await events(service, paid);
  yield await timeline(service, paid, ['payment.created', 'payment.pending', 'payment.paid']);
}

async function* closingIsQuicker({ service, product }: Scene, payment: Payable): AsyncGenerator<Step> {
  if (!product.isKnownAtOnce) yield await undecided(service, payment);
  const { closing } = await closeSlowly(service, payment, 'close');
  yield {
    step: 'close',
    says: ['The shop closes it. The provider does, and only its answer is slow.'],
    saw: null,
  };
  const refusal = await payInVain(service, payment);
  yield {
    step: 'refused',
    says: ['The payer wants to pay now, and the provider refuses:', refusal],
    saw: refusal,
  };
  const { status, body } = await closing;
  check(
    status === 200 && body.status === 'CLOSED',
    `The closing was answered ${status}: ${JSON.stringify(body)}`,
  );
  const closed = await look(service, payment);
  yield {
    step: 'closed',
    says: [
      'The answer is there:',
      `  the shop     ${status} ${body.status}`,
      '  the payer    paid nothing',
      `  the service  ${closed.status}`,
    ],
    saw: closed,
  };
  yield await timeline(service, closed, ['payment.created', 'payment.pending', 'payment.closed']);
}

/** The provider knows the trade from now on, and can close it. */
async function undecided(service: Service, payment: Payable): Promise<Step> {
  const saw = await pay(service, payment, { outcome: 'pending' });
  return { step: 'payer', says: [payerDoes(payment, 'and does not pay yet.')], saw };
}

/** ms of real time: enough for a payer to pay in between */
const slowness = 2_000;

/** Once the provider is at it: its answer is still to come, and so is the shop's. */
async function closeSlowly(
  service: Service,
  payment: Payable,
  operation: 'query' | 'close',
): Promise<{ readonly closing: Promise<Answer> }> {
  const { transaction_id } = payment;
  const call = { operation, fault: 'slow', ms: slowness };
  await plain(service, 'gateways', '/faults', { transaction_id, call });
  const closing = close(service, payment);
  // Whoever stops listening before it is answered has another reason to tell.
  closing.catch(() => undefined);
  await until('The closing at the provider', async () => {
    const { faults } = await plain<Planted>(service, 'gateways', '/faults');
    return faults.call.some((fault) => fault.transaction_id === transaction_id) ? undefined : true;
  });
  return { closing };
}

/** Faults that are still to come. */
interface Planted {
  readonly faults: { readonly call: readonly { readonly transaction_id?: string }[] };
}
