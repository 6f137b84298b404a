// What a shop and its payers do, in one line each.
import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import type { Product } from './products.ts';
import { newKey, until, type Answer, type Client, type PaymentView, type Service } from './service.ts';

export interface Order {
  readonly business_order_id: string;
  readonly business_order_type?: string;
  readonly payment_channel: string;
  readonly payment_method: string;
  readonly amount: string;
  readonly currency: string;
  readonly subject: string;
  readonly return_url?: string;
  readonly openid?: string;
  readonly client_ip?: string;
  readonly expires_at?: string;
}

/** An order that nobody has made before. */
export function newOrder(more: Partial<Order> = {}): Order {
  return {
    business_order_id: `order-${randomUUID()}`,
    payment_channel: 'ALIPAY',
    payment_method: 'alipay_qr',
    amount: '8.80',
    currency: 'CNY',
    subject: '一壶茶',
    ...more,
  };
}

export function create(client: Client, order: Order, key = newKey()): Promise<Answer> {
  return client('/payments/transactions', {
    method: 'POST',
    headers: { 'idempotency-key': key },
    body: order,
  });
}

/** @returns the id of a new payment that can be paid @throws Error for any answer but 201 PENDING_PAYMENT */
export async function shown(client: Client, order: Order): Promise<string> {
  const { status, body } = await create(client, order);
  if (status === 201 && body.status === 'PENDING_PAYMENT' && body.transaction_id) return body.transaction_id;
  throw new Error(`A create was answered ${status}: ${JSON.stringify(body)}`);
}

/** Asked for in another moment: Retry-After is over. */
export async function createAfter(service: Service, order: Order, seconds = 3): Promise<Answer> {
  await service.control('/clock', { advance: `${seconds}s` });
  return create(service.app, order);
}

export function close(client: Client, transactionId: string, key = newKey()): Promise<Answer> {
  return client(`/payments/transactions/${transactionId}/close`, {
    method: 'POST',
    headers: { 'idempotency-key': key },
    body: {},
  });
}

/** Read, then decided, as people do. */
export async function resolve(
  client: Client,
  transactionId: string,
  action: 'accept' | 'refund' | 'dismiss',
): Promise<Answer> {
  const { body } = await client<PaymentView>(`/payments/transactions/${transactionId}`);
  return client(`/payments/transactions/${transactionId}/anomaly/resolution`, {
    method: 'POST',
    headers: { 'idempotency-key': newKey() },
    body: { action, version: body.version, reason: 'looked at the provider’s console' },
  });
}

/** ms. After expiry: 60 s of grace, up to 6 s of chance, and up to 60 s until the clock ticks. */
const untilAsked = 130_000;

/** Time passes until the payment can be paid no more, and its channel was asked for it since. */
export async function timeRunsOut(service: Service, transactionId: string): Promise<void> {
  const { expires_at } = await read(service, transactionId);
  await service.control('/clock', { to: new Date(Date.parse(expires_at) + untilAsked).toISOString() });
}

export interface Paying {
  readonly trade_status: string | null;
  readonly gateway_transaction_id: string | null;
  /** what the payer's browser was answered when it came back */
  readonly returned?: { readonly url: string; readonly status: number; readonly location?: string };
}

/** @param more `amount`: a wrong sum · `prepay_info`: what was shown, where the API does not show it any more */
export function pay(
  { gateway }: Service,
  transactionId: string,
  outcome: 'success' | 'decline' | 'abandon' | 'pending' = 'success',
  more: object = {},
): Promise<Paying> {
  return gateway('/pay', { transaction_id: transactionId, outcome, ...more });
}

/** A payer opens what is not known before somebody does, and waits. */
export async function open(service: Service, { isKnownAtOnce }: Product, id: string): Promise<void> {
  if (!isKnownAtOnce) await pay(service, id, 'pending');
}

/** Whoever tries to pay this is refused, or agrees to what nobody takes. */
export async function payInVain(
  service: Service,
  { isCaptured }: Product,
  id: string,
  means: { readonly prepay_info?: unknown },
): Promise<void> {
  const paying = pay(service, id, 'success', means);
  if (isCaptured) expect(await paying).toMatchObject({ gateway_transaction_id: null });
  else await expect(paying).rejects.toThrow('No money moved');
}

export async function read({ operator }: Service, transactionId: string): Promise<PaymentView> {
  const { body } = await operator<PaymentView>(`/payments/transactions/${transactionId}`);
  return body;
}

export function untilStatus(service: Service, transactionId: string, status: string): Promise<PaymentView> {
  return until(`${status} of ${transactionId}`, async () => {
    const payment = await read(service, transactionId);
    return payment.status === status ? payment : undefined;
  });
}

export interface Delivery {
  readonly status: number | null;
  readonly body: string | null;
  readonly accepted: boolean;
  readonly fault?: string;
}

/** The callbacks of a payment with our answers, once there are so many. */
export function deliveries({ gateway }: Service, transactionId: string, many = 1): Promise<Delivery[]> {
  return until(`${many} callbacks of ${transactionId}`, async () => {
    const { callbacks } = await gateway<{ callbacks: Delivery[] }>(
      `/callbacks?transaction_id=${transactionId}`,
    );
    return callbacks.length >= many ? callbacks : undefined;
  });
}

export function resend({ gateway }: Service, transactionId: string): Promise<unknown> {
  return gateway('/callbacks/resend', { transaction_id: transactionId });
}

/** A line that the service logged about a payment. */
export function logged(service: Service, transactionId: string, name: string): Promise<object> {
  return until(`${name} of ${transactionId} in the log`, () =>
    service.lines.find((line) => line.name === name && line.transaction_id === transactionId),
  );
}

/** How often the provider was asked for the payment, by operation; `answer` is the code it gave. */
export function asked(
  service: Service,
  transactionId: string,
  operation: 'prepay' | 'query' | 'close' | 'capture',
) {
  return service.lines.filter(
    (line) =>
      line.name.endsWith('.called') &&
      line['operation'] === operation &&
      line.transaction_id === transactionId,
  );
}
