// The payer changes the way to pay, and wants to pay both ways: one of them pays the order. What comes by the other
// goes back, or it cannot be paid at all, where its provider knew it and could close it.
import { books } from '../books.ts';
import {
  look,
  pay,
  payInVain,
  post,
  transactions,
  type Order,
  type Payable,
  type Payment,
} from '../doors.ts';
import { otherThan } from '../products.ts';
import { untilGone, workflowOf } from '../refunds.ts';
import { until, type Service } from '../service.ts';
import {
  byOtherWay,
  check,
  collect,
  newOrder,
  payerDoes,
  paying,
  untilPaid,
  type Scene,
  type Step,
} from '../steps.ts';
import { events, logOf, timeline } from '../told.ts';

export async function* paidTwice(scene: Scene): AsyncGenerator<Step> {
  const { service, product } = scene;
  const order = newOrder(product);
  const first = await collect(service, order);
  yield first.step;
  const changed = byOtherWay(order, otherThan(product));
  const second = await collect(service, changed);
  const earlier = await look(service, first.payment);
  yield otherWay(earlier, second);

  yield await paying(service, second.payment);
  yield await paidOnce(service, changed, await untilPaid(service, second.payment));
  const isClosed = earlier.status === 'CLOSED';
  yield* isClosed ? refused(service, first.payment) : paidAgain(service, first.payment);
  yield await books(scene, [order], { paid: 1, back: isClosed ? 0 : 1 });
}

/** What its provider knows can be closed there first. What only the payer has, nobody can take back. */
function otherWay(earlier: Payment, { payment: second, step }: Awaited<ReturnType<typeof collect>>): Step {
  const isClosed = earlier.status === 'CLOSED';
  check(
    (isClosed || earlier.superseded_by === second.transaction_id) && !('prepay_info' in earlier),
    'The earlier payment is shown as before.',
  );
  const says = [
    `The payer wants to pay by ${second.payment_method} instead. The same order again:`,
    ...step.says.slice(1),
    isClosed
      ? 'The provider knows the earlier one: it was closed there first. CLOSED.'
      : 'The earlier one is superseded and shown no more; the payer still has it.',
  ];
  return { ...step, says, saw: { ...second, earlier } };
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

/** There is no second time: the earlier payment was closed before the new one was made. */
async function* refused(service: Service, payment: Payable): AsyncGenerator<Step> {
  const saw = await payInVain(service, payment);
  yield {
    step: 'refused',
    says: [
      'The earlier means are still at hand.',
      payerDoes(payment, 'too, and the provider refuses:'),
      saw,
      'This order cannot be paid twice.',
    ],
    saw,
  };
  const closed = await look(service, payment);
  check(closed.anomaly === undefined, `It says ${String(closed.anomaly?.kind)}.`);
  yield await events(service, closed);
  yield await timeline(service, closed, ['payment.created', 'payment.pending', 'payment.closed']);
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
  const known = await until('The anomaly', async () => {
    const now = await look(service, payment);
    return now.anomaly?.resolution ? now : undefined;
  });
  const { anomaly } = known;
  check(anomaly?.kind === 'DUPLICATE_PAID', `It was found to be ${String(anomaly?.kind)}.`);
  yield {
    step: 'anomaly',
    says: [
      `It is not taken for the order, and not lost: ${anomaly.kind}.`,
      `${anomaly.amount} ${known.currency}, trade ${anomaly.gateway_transaction_id}.`,
    ],
    saw: known,
  };
  yield await alarmed(service, known);
  yield* goesBack(service, known);
  const end = await look(service, payment);
  yield await events(service, end);
  yield await timeline(service, end, [
    ...['payment.created', 'payment.pending', 'payment.close_requested', 'payment.anomaly_found'],
    ...['refund.created', 'payment.closed', 'refund.processing', 'refund.succeeded'],
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

/** The channel's policy has decided, and status sync begins the workflow. */
async function* goesBack(service: Service, { status, anomaly }: Payment): AsyncGenerator<Step> {
  const { action, by, refund_id: id = '' } = anomaly?.resolution ?? {};
  check(
    action === 'refund' && by === 'policy',
    `It was decided otherwise: ${String(action)} by ${String(by)}.`,
  );
  yield {
    step: 'resolution',
    says: [
      'Nobody has to ask: by the policy of its channel it goes back.',
      `${id}  the payment is ${status}.`,
    ],
    saw: anomaly,
  };
  const refund = await untilGone(service, id, '61s');
  check(refund.origin === 'SYSTEM', `Its refund is of ${refund.origin}.`);
  yield await workflowOf(service, refund);
}
