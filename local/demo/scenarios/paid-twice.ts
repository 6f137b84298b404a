// The payer changes the way to pay, and pays both ways: one of them pays the order, the other is held for a person.
import { books } from '../books.ts';
import { look, pay, post, transactions, type Order, type Payable, type Payment } from '../doors.ts';
import { otherThan } from '../products.ts';
import { as, until, type Service } from '../service.ts';
import { check, collect, newOrder, payerDoes, paying, untilPaid, type Scene, type Step } from '../steps.ts';
import { events, logOf, timeline } from '../told.ts';

export async function* paidTwice(scene: Scene): AsyncGenerator<Step> {
  const { service, product } = scene;
  const order = newOrder(product);
  const first = await collect(service, order);
  yield first.step;
  const other = otherThan(product);
  const changed = { ...order, payment_channel: other.channel, payment_method: other.method };
  const second = await collect(service, changed);
  yield await superseded(service, first.payment, second);

  yield await paying(service, second.payment);
  yield await paidOnce(service, changed, await untilPaid(service, second.payment));
  yield* paidAgain(service, first.payment);
  yield await books(scene, [order], { paid: 1, held: 1 });
}

async function superseded(
  service: Service,
  first: Payment,
  { payment: second, step }: Awaited<ReturnType<typeof collect>>,
): Promise<Step> {
  const saw = await look(service, first);
  check(
    saw.superseded_by === second.transaction_id && !('prepay_info' in saw),
    'The earlier payment is shown as before.',
  );
  const says = [
    `The payer wants to pay by ${second.payment_method} instead. The same order again:`,
    ...step.says.slice(1),
    'The earlier one is superseded and shown no more; the payer still has it.',
  ];
  return { ...step, says, saw: { ...second, earlier: saw } };
}

/** The order's lock names who paid it: a further payment is not made. */
async function paidOnce(service: Service, order: Order, paid: Payment): Promise<Step> {
  const { status, body } = await post(service, transactions, order);
  check(
    status === 409 && body.code === 'ORDER_ALREADY_PAID' && body.transaction_id === paid.transaction_id,
    `One more order was answered ${status}: ${JSON.stringify(body)}`,
  );
  const says = [
    `PAID_SUCCESS, ${String(paid.amount_paid)} ${paid.currency}. The order is paid by this one, and by no other:`,
    `asked to collect once more, the service says ${status} ${body.code}.`,
  ];
  return { step: 'paid', says, saw: { payment: paid, answer: body } };
}

/** Money comes on the earlier payment, too. */
async function* paidAgain(service: Service, payment: Payable): AsyncGenerator<Step> {
  const saw = await pay(service, payment);
  const comes = payerDoes(payment, 'too, and pays.');
  yield {
    step: 'payer',
    says: ['The earlier means are still at hand.', comes, `Trade ${String(saw.gateway_transaction_id)}.`],
    saw,
  };
  const held = await until('The anomaly', async () => {
    const now = await look(service, payment);
    return now.anomaly ? now : undefined;
  });
  const { anomaly, status } = held;
  check(anomaly?.kind === 'DUPLICATE_PAID', `It was found to be ${String(anomaly?.kind)}.`);
  yield {
    step: 'anomaly',
    says: [
      `It is not taken for the order, and not lost: ${anomaly.kind}.`,
      `${anomaly.amount} ${held.currency}, trade ${anomaly.gateway_transaction_id}, held (${status}).`,
    ],
    saw: held,
  };
  yield await events(service, held);
  yield await alarmed(service, held);
  yield await dismissed(service, held);
  yield await timeline(service, held, [
    ...['payment.created', 'payment.pending', 'payment.close_requested'],
    ...['payment.anomaly_found', 'payment.closed'],
  ]);
}

async function alarmed(service: Service, { transaction_id: id }: Payment): Promise<Step> {
  const saw = await until('The error in the log', async () =>
    (await logOf(service, id)).find(({ message }) => message === 'payment.anomaly_found'),
  );
  check(saw.level === 'ERROR', `The log tells of it as ${saw.level}.`);
  const says = [
    `The log: ${saw.level} ${saw.message} ${String(saw.reason)}.`,
    'The alarm on the metric anomaly_found calls somebody.',
  ];
  return { step: 'alarm', says, saw };
}

/** Somebody has looked, and decided. */
async function dismissed(service: Service, { transaction_id: id, version }: Payment): Promise<Step> {
  const decision = { action: 'dismiss', version, reason: 'Paid twice; paid back by hand.' };
  const operator = await as(service, 'operator');
  const path = `${transactions}/${id}/anomaly/resolution`;
  const { status, body } = await post(service, path, decision, operator);
  const resolution = body.anomaly?.resolution;
  check(
    status === 200 && resolution?.action === 'dismiss',
    `The decision was answered ${status}: ${JSON.stringify(body)}`,
  );
  const says = [
    `An operator decides: ${resolution.action}. "${resolution.reason}"`,
    `${status}  ${id}  ${String(body.status)}, decided by ${resolution.by}`,
  ];
  return { step: 'resolution', says, saw: body };
}
