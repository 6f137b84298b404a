// One payment from order to event, step by step, through the doors that everybody uses. Each step says what it saw, or
// throws what is wrong with it.
import { randomUUID } from 'node:crypto';
import { until, type Service } from './service.ts';

export interface Step {
  readonly step: string;
  /** lines for people */
  readonly says: readonly string[];
  /** for programs */
  readonly saw: unknown;
}

interface Payment {
  readonly transaction_id: string;
  readonly business_order_id: string;
  readonly status: string;
  readonly version: number;
  readonly amount_requested: string;
  readonly amount_paid?: string;
  readonly currency: string;
  readonly gateway_transaction_id?: string;
  readonly prepay_info?: { readonly kind: string; readonly qr_code: string };
}

interface Delivery {
  readonly attempt: number;
  readonly status: number;
  readonly body: string;
  readonly accepted: boolean;
}

interface TimelineEntry {
  readonly version: number;
  readonly name: string;
  readonly at: string;
  readonly actor: string;
  readonly reason: string;
  readonly before: Readonly<Record<string, unknown>>;
  readonly after: Readonly<Record<string, unknown>>;
  readonly hash: string;
}

/** @param draw makes the QR code's lines */
export async function* journey(service: Service, draw: (text: string) => string[]): AsyncGenerator<Step> {
  const order = {
    business_order_id: `demo-${randomUUID().slice(0, 8)}`,
    payment_channel: 'ALIPAY',
    payment_method: 'alipay_qr',
    amount: '8.80',
    currency: 'CNY',
    subject: 'A pot of tea',
  };
  const created = await create(service, order);
  const id = created.transaction_id;
  const { prepay_info: prepay } = created;
  check(prepay !== undefined, 'The answer brought no means to pay.');
  yield {
    step: 'order',
    says: [`Order ${order.business_order_id}: 8.80 CNY by Alipay QR code.`, `201  ${id}  ${created.status}`],
    saw: created,
  };
  yield { step: 'qr_code', says: ['', ...draw(prepay.qr_code), '', prepay.qr_code], saw: prepay };

  const paid = await pay(service, id);
  yield {
    step: 'payer',
    says: [`The payer scans and pays: trade ${paid.gateway_transaction_id}.`],
    saw: paid,
  };

  const delivery = await until('The callback', async () => (await deliveries(service, id)).at(0));
  check(delivery.accepted, `The callback was answered ${delivery.status} ${delivery.body}.`);
  yield {
    step: 'callback',
    says: [`Alipay calls back. Proved, queued, answered ${delivery.status} "${delivery.body}".`],
    saw: delivery,
  };

  const settled = await until('PAID_SUCCESS', async () => {
    const payment = await get<Payment>(service, `/payments/transactions/${id}`);
    return payment.status === 'PAID_SUCCESS' ? payment : undefined;
  });
  check(settled.amount_paid === order.amount, `It says ${String(settled.amount_paid)} was paid.`);
  yield {
    step: 'state',
    says: [`PENDING_CREATE -> PENDING_PAYMENT -> PAID_SUCCESS, ${settled.amount_paid} CNY paid.`],
    saw: settled,
  };

  const names = await until('All events on the bus', async () => {
    const { events } = await plain<{ events: { 'detail-type': string; detail: { version: number } }[] }>(
      `${service.facts.control}/events?transaction_id=${id}`,
    );
    // They may overtake one another: the version gives the order.
    const inOrder = events.sort((a, b) => a.detail.version - b.detail.version);
    const seen = inOrder.map((event) => event['detail-type']);
    return inOrder.length >= settled.version ? seen : undefined;
  });
  yield { step: 'events', says: ['The bus told the shop:', ...names.map((name) => `  ${name}`)], saw: names };

  yield await duplicate(service, id, settled.version);
  yield await timeline(service, id);
  yield await books(service, id);
}

/** The provider sends the same notice again: accepted, and nothing changes. */
async function duplicate(service: Service, id: string, version: number): Promise<Step> {
  await plain(`${service.facts.gateways}/_control/callbacks/resend`, { transaction_id: id });
  const again = await until('The second callback', async () => (await deliveries(service, id)).at(1));
  await until('The second callback, applied', async () => {
    const { lines } = await plain<{ lines: { message: string }[] }>(
      `${service.facts.control}/log?transaction_id=${id}`,
    );
    return lines.find(({ message }) => message === 'callback.without_effect');
  });
  const payment = await get<Payment>(service, `/payments/transactions/${id}`);
  check(payment.version === version, 'The duplicate changed the payment.');
  return {
    step: 'duplicate',
    says: [`The same callback again: answered "${again.body}", without effect (version ${version}).`],
    saw: again,
  };
}

async function timeline(service: Service, id: string): Promise<Step> {
  const { events } = await get<{ events: TimelineEntry[] }>(service, `/payments/transactions/${id}/timeline`);
  check(
    events.map(({ name }) => name).join() === 'payment.created,payment.pending,payment.paid',
    'The timeline is not the story that was seen.',
  );
  const rows = events.map(
    ({ version, at, name, actor, hash }) =>
      `  ${version}  ${at.slice(11, 23)}  ${name.padEnd(16)} ${actor.padEnd(16)} #${hash.slice(0, 12)}`,
  );
  return {
    step: 'timeline',
    says: ['The timeline, each entry chained to the one before:', ...rows],
    saw: events,
  };
}

/** Two books that know nothing of each other. */
async function books(service: Service, id: string): Promise<Step> {
  const { charges } = await plain<{ charges: { transaction_id: string; amount: string }[] }>(
    `${service.facts.gateways}/_control/books?provider=alipay`,
  );
  const ours = charges.filter((charge) => charge.transaction_id === id);
  check(ours.length === 1 && ours[0]?.amount === '8.80', "Alipay's books do not agree.");
  return { step: 'books', says: ["Alipay's own books: one charge of 8.80 CNY. The books agree."], saw: ours };
}

async function create(service: Service, order: object): Promise<Payment> {
  const response = await service.call(`${service.facts.api}/payments/transactions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID() },
    body: JSON.stringify(order),
  });
  const body = await response.text();
  check(response.status === 201, `The order was answered ${response.status}: ${body}`);
  return JSON.parse(body) as Payment;
}

function pay(service: Service, id: string): Promise<{ gateway_transaction_id: string }> {
  return plain(`${service.facts.gateways}/_control/pay`, { transaction_id: id, outcome: 'success' });
}

async function deliveries(service: Service, id: string): Promise<Delivery[]> {
  const { gateways } = service.facts;
  const answer = await plain<{ callbacks: Delivery[] }>(
    `${gateways}/_control/callbacks?transaction_id=${id}`,
  );
  return answer.callbacks;
}

async function get<T>(service: Service, path: string): Promise<T> {
  const response = await service.call(service.facts.api + path);
  check(response.ok, `GET ${path} was answered ${response.status}: ${await response.clone().text()}`);
  return (await response.json()) as T;
}

async function plain<T>(url: string, body?: object): Promise<T> {
  const response = await fetch(url, body && { method: 'POST', body: JSON.stringify(body) });
  check(response.ok, `${url} was answered ${response.status}: ${await response.clone().text()}`);
  return (await response.json()) as T;
}

function check(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Error(otherwise);
}
