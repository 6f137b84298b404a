// What a shop and a provider do about refunds.
import { randomUUID } from 'node:crypto';
import type { Product } from './products.ts';
import { orderOf } from './products.ts';
import { newKey, until, type Answer, type Client, type Problem, type Service } from './service.ts';
import { pay, read, shown, untilStatus, type Order } from './shop.ts';
import type { BookRefund } from './sight.ts';

/** A refund as the API shows it; amounts are decimal text. */
export interface RefundView {
  readonly refund_id: string;
  readonly original_transaction_id: string;
  readonly business_refund_id?: string;
  readonly origin: string;
  readonly refund_method: string;
  readonly currency: string;
  readonly gateway_transaction_id: string;
  readonly status: string;
  readonly amount_requested: string;
  readonly amount_refunded?: string;
  readonly needs_action?: { readonly reason: string };
  readonly gateway_refund_id?: string;
  readonly channel_error_code?: string;
}

export interface Paid {
  readonly order: Order;
  /** of the payment */
  readonly id: string;
}

/** An order of 8.80 that was paid so. */
export async function paidBy(service: Service, product: Product): Promise<Paid> {
  const order = orderOf(product);
  const id = await shown(service.app, order);
  await pay(service, id);
  await untilStatus(service, id, 'PAID_SUCCESS');
  return { order, id };
}

export function refund(
  client: Client,
  id: string,
  amount: string,
  more: object = {},
  key = newKey(),
): Promise<Answer<Partial<RefundView & Problem>>> {
  return client<Partial<RefundView & Problem>>('/refunds/transactions', {
    method: 'POST',
    headers: { 'idempotency-key': key },
    body: {
      ...{ original_transaction_id: id, business_refund_id: `r-${randomUUID().slice(0, 18)}`, amount },
      ...more,
    },
  });
}

/** @returns the number of a new refund @throws Error for any answer but 201 PENDING */
export async function refunding(service: Service, id: string, amount: string): Promise<string> {
  const { status, body } = await refund(service.app, id, amount);
  if (status === 201 && body.status === 'PENDING' && body.refund_id) return body.refund_id;
  throw new Error(`A refund was answered ${status}: ${JSON.stringify(body)}`);
}

export async function readRefund(service: Service, id: string): Promise<RefundView> {
  return (await service.app<RefundView>(`/refunds/transactions/${id}`)).body;
}

export async function refundsOf({ app }: Service, id: string): Promise<readonly RefundView[]> {
  interface Page {
    readonly items: readonly RefundView[];
  }
  return (await app<Page>(`/payments/transactions/${id}/refunds?limit=50`)).body.items;
}

/** Moves the clock until it stands so: workflows wait for it. */
export async function untilRefund(
  service: Service,
  id: string,
  status: string,
  step = '15s',
): Promise<RefundView> {
  return until(`refund ${id} to be ${status}`, async () => {
    const found = await readRefund(service, id);
    if (found.status === status) return found;
    await service.control('/clock', { advance: step });
    return undefined;
  });
}

/** Money that came late or wrong has gone back, by the refund that was decided on. Status sync begins it. */
export async function untilBack(service: Service, id: string): Promise<RefundView> {
  const decided = await until(`${id} to be decided about`, async () => {
    return (await read(service, id)).anomaly?.resolution?.refund_id;
  });
  return untilRefund(service, decided, 'SUCCESS', '61s');
}

/** Time stands still meanwhile. */
export function untilNeedsAction(service: Service, id: string): Promise<RefundView> {
  return until(`somebody to be needed for ${id}`, async () => {
    const found = await readRefund(service, id);
    return found.needs_action ? found : undefined;
  });
}

type About = { readonly refund_id: string } | { readonly transaction_id: string };

/** What becomes of a refund, or of the next one of a payment. */
export function decide({ gateway }: Service, about: About, outcome: string): Promise<unknown> {
  return gateway('/refunds/decide', { ...about, outcome });
}

/** What the provider's books have of it. */
export async function inBooks({ gateway }: Service, id: string): Promise<readonly BookRefund[]> {
  const { refunds } = await gateway<{ refunds: readonly BookRefund[] }>('/books');
  return refunds.filter(({ transaction_id }) => transaction_id === id);
}

/** The steps of all refunds of a payment, by their names. */
export async function stepsOf({ operator }: Service, id: string): Promise<readonly string[]> {
  interface Timeline {
    readonly events: readonly { readonly name: string }[];
  }
  const { body } = await operator<Timeline>(`/payments/transactions/${id}/timeline`);
  return body.events.map(({ name }) => name).filter((name) => name.startsWith('refund.'));
}
