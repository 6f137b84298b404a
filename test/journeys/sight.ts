// What each party knows, read through its own door: the provider's books, our record, the subscriber's events.
import type { RefundView } from './refunding.ts';
import type { PaymentView, Service } from './service.ts';

export interface Charge {
  readonly channel_code: string;
  readonly transaction_id: string;
  readonly gateway_transaction_id: string;
  readonly amount: string;
  readonly currency: string;
  readonly status: string;
  readonly paid_at: string;
}

/** A refund in the provider's books: whatever became of it. */
export interface BookRefund {
  readonly channel_code: string;
  /** the merchant's number, or the provider's of one that was made at its console */
  readonly refund_id: string;
  readonly gateway_refund_id?: string;
  readonly transaction_id: string;
  readonly gateway_transaction_id: string;
  readonly amount: string;
  readonly currency: string;
  readonly status: string;
}

/** Facts of a payment, or of a refund, by their outside names. */
export type Facts = Readonly<Record<string, unknown>>;

/** Of the first one `after` has all facts; of a later one, what changed. */
export interface TimelineEntry {
  readonly version: number;
  readonly name: string;
  readonly at: string;
  readonly actor: string;
  readonly reason: string;
  readonly before: Facts;
  readonly after: Facts;
  /** of a refund's entry: the same of the refund */
  readonly refund?: { readonly refund_id: string; readonly before: Facts; readonly after: Facts };
  readonly hash: string;
}

export interface Told {
  readonly 'detail-type': string;
  readonly source: string;
  readonly detail: {
    readonly id: string;
    readonly version: number;
    readonly occurred_at: string;
    readonly data: Facts;
  };
}

export interface SeenPayment {
  readonly payment: PaymentView;
  readonly timeline: readonly TimelineEntry[];
  /** the earliest first */
  readonly refunds: readonly RefundView[];
}

export interface SeenOrder {
  readonly name: string;
  readonly payments: readonly SeenPayment[];
}

export interface SeenQueue {
  readonly name: string;
  readonly depth: number;
  readonly in_flight: number;
  readonly dead_letter_depth?: number;
}

export interface Sight {
  readonly orders: readonly SeenOrder[];
  readonly charges: readonly Charge[];
  readonly refunds: readonly BookRefund[];
  readonly balances: Readonly<Record<string, string>>;
  readonly told: readonly Told[];
  readonly queues: readonly SeenQueue[];
  /** numbers that the books or the subscriber name and the service does not know */
  readonly unknownNumbers: readonly string[];
}

export interface OrderName {
  readonly application?: string;
  readonly business_order_id: string;
  readonly business_order_type?: string;
}

export async function look(service: Service, orders: readonly OrderName[]): Promise<Sight> {
  // The record last: whoever was told, or has charged, has done so before we look at it.
  const { queues } = await service.control<{ queues: SeenQueue[] }>('/queues');
  const { events: told } = await service.control<{ events: Told[] }>('/events');
  const { charges, refunds, balances } =
    await service.gateway<Pick<Sight, 'charges' | 'refunds' | 'balances'>>('/books');
  const looked = await Promise.all(orders.map((order) => seenOrder(service, order)));
  const own = new Set(
    looked.flatMap(({ payments }) => payments.map(({ payment }) => payment.transaction_id)),
  );
  const named = new Set([
    ...told.map(subject),
    ...[...charges, ...refunds].map(({ transaction_id: id }) => id),
  ]);
  const unknownNumbers: string[] = [];
  for (const id of named) if (!own.has(id) && !(await isThere(service, id))) unknownNumbers.push(id);
  return { orders: looked, charges, refunds, balances, told, queues, unknownNumbers };
}

/** Payments of other orders that were seen: none ever goes away. */
const seen = new WeakMap<Service, Set<string>>();

async function isThere(service: Service, id: string): Promise<boolean> {
  const before = seen.get(service) ?? new Set();
  seen.set(service, before);
  if (before.has(id)) return true;
  const { status } = await service.operator(`/payments/transactions/${id}`);
  if (status === 200) before.add(id);
  return status === 200;
}

/** The payment that an event tells of. */
export function subject({ detail }: Told): string {
  return detail.id.split('/')[0] ?? '';
}

async function seenOrder(service: Service, order: OrderName): Promise<SeenOrder> {
  const { application = 'local-app', business_order_id, business_order_type } = order;
  const query = new URLSearchParams({
    application,
    business_order_id,
    ...(business_order_type !== undefined && { business_order_type }),
  });
  const { items } = await get<{ items: PaymentView[] }>(service, `?${query.toString()}`);
  const payments = items.map(async ({ transaction_id: id }) => {
    // The timeline after the payment: it may know more, never less.
    const payment = await get<PaymentView>(service, `/${id}`);
    const { events: timeline } = await get<{ events: TimelineEntry[] }>(service, `/${id}/timeline`);
    return { payment, timeline, refunds: await refundsOf(service, id) };
  });
  return { name: `${application}/${business_order_id}`, payments: await Promise.all(payments) };
}

async function refundsOf(service: Service, id: string): Promise<RefundView[]> {
  interface Page {
    readonly items: readonly RefundView[];
    readonly next_cursor: string | null;
  }
  const found: RefundView[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const more: string = cursor === '' ? '' : `&cursor=${cursor}`;
    const page: Page = await get<Page>(service, `/${id}/refunds?limit=50${more}`);
    found.push(...page.items);
    cursor = page.next_cursor;
  }
  return found;
}

async function get<Body>({ operator }: Service, path: string): Promise<Body> {
  const { status, body } = await operator<Body>(`/payments/transactions${path}`);
  if (status === 200) return body;
  throw new Error(`GET …${path} was answered ${status}: ${JSON.stringify(body)}`);
}
