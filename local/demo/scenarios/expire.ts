// Nobody pays: the payment ends by itself, and the order can be paid anew.
import { books } from '../books.ts';
import { look, plain, type Payable } from '../doors.ts';
import { until } from '../service.ts';
import { check, collect, newOrder, timeGoesBy, type Scene, type Step } from '../steps.ts';
import { events, timeline } from '../told.ts';

/** Minutes after its time: a minute of grace, and one until somebody looks. */
const after = 3;

export async function* expire(scene: Scene): AsyncGenerator<Step> {
  const { service } = scene;
  const order = newOrder(scene.product);
  const { payment, step } = await collect(service, order);
  yield {
    ...step,
    says: [...step.says, `It can be paid until ${payment.expires_at.slice(11, 16)} UTC. Nobody does.`],
  };
  const { now } = await plain<{ now: string }>(service, 'control', '/clock');
  const left = Date.parse(payment.expires_at) - Date.parse(now);
  yield await timeGoesBy(service, Math.ceil(left / 60_000) + after);

  const closed = await until('CLOSED', async () => {
    const seen = await look(service, payment);
    return seen.status === 'PENDING_PAYMENT' ? undefined : seen;
  });
  check(closed.status === 'CLOSED', `It is ${closed.status}.`);
  yield {
    step: 'closed',
    says: ['Status sync asked: nobody has paid, and nobody can any more. CLOSED.'],
    saw: closed,
  };
  yield await events(service, closed);
  yield await timeline(
    service,
    closed,
    ['payment.created', 'payment.pending', 'payment.closed'],
    'status sync',
  );
  const again = await collect(service, order);
  yield anew(payment, again);
  yield await books(scene, [order], { paid: 0, back: 0 });
}

function anew(earlier: Payable, { payment, step }: Awaited<ReturnType<typeof collect>>): Step {
  check(payment.transaction_id !== earlier.transaction_id, 'The closed payment was shown again.');
  return {
    ...step,
    says: ['The payer comes back. The same order gets a new payment:', ...step.says.slice(1)],
  };
}
