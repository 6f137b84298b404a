// The provider's word gets lost, and each repeat of it: the service asks by itself.
import { books } from '../books.ts';
import { deliveries, look, plain, type Payable } from '../doors.ts';
import { check, collect, newOrder, paying, timeGoesBy, untilPaid, type Scene, type Step } from '../steps.ts';
import { events, timeline, toldAgain } from '../told.ts';

export async function* lostCallback(scene: Scene): AsyncGenerator<Step> {
  const { service } = scene;
  const order = newOrder(scene.product);
  const { payment, step } = await collect(service, order);
  yield step;
  const fault = { transaction_id: payment.transaction_id, callback: { kind: 'payment', fault: 'lost' } };
  await plain(service, 'gateways', '/faults', fault);
  try {
    yield* healed(scene, payment);
  } finally {
    await plain(service, 'gateways', '/faults', undefined, 'DELETE');
  }
  yield { step: 'fault', says: ['The way is free again: the provider repeats itself.'], saw: null };
  yield await toldAgain(service, payment);
  const settled = await untilPaid(service, payment);
  yield await events(service, settled);
  yield await timeline(
    service,
    settled,
    ['payment.created', 'payment.pending', 'payment.paid'],
    'status sync',
  );
  yield await books(scene, [order], { paid: 1, back: 0 });
}

async function* healed({ service }: Scene, payment: Payable): AsyncGenerator<Step> {
  // A browser that came back would make the service ask at once.
  yield await paying(service, payment, ['The callback gets lost, and so will each repeat.'], {
    return: false,
  });
  const waiting = await look(service, payment);
  check(waiting.status === 'PENDING_PAYMENT', `It is ${waiting.status}, and nobody can have told.`);
  yield {
    step: 'waiting',
    says: ['The money is at the provider, and the service does not know: PENDING_PAYMENT.'],
    saw: waiting,
  };
  yield await timeGoesBy(service, 5);
  const settled = await untilPaid(service, payment);
  const lost = await deliveries(service, payment);
  check(
    lost.length > 1 && lost.every(({ fault, status }) => fault === 'lost' && status === null),
    `The callback and its repeat were to be lost, and were not: ${JSON.stringify(lost)}`,
  );
  yield {
    step: 'lost',
    says: [
      'The provider called, and nothing came through:',
      ...lost.map(({ attempt, at }) => `  ${attempt}  ${at.slice(11, 19)}  lost`),
    ],
    saw: lost,
  };
  yield {
    step: 'state',
    says: [
      `Status sync asked the provider: PAID_SUCCESS, ${String(settled.amount_paid)} ${settled.currency} paid.`,
    ],
    saw: settled,
  };
}
