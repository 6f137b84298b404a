// What shop, payer, operator and provider say at the doors that everybody uses, and what they are answered.
import { randomUUID } from 'node:crypto';
import type { SignedFetch } from '../signed-fetch.ts';
import type { Service } from './service.ts';

export interface Order {
  readonly business_order_id: string;
  readonly payment_channel: string;
  readonly payment_method: string;
  readonly amount: string;
  readonly currency: string;
  readonly subject: string;
  readonly return_url: string;
  /** what its method must know of the payer */
  readonly openid?: string;
  readonly client_ip?: string;
}

export type PrepayInfo =
  | { readonly kind: 'qr_code'; readonly qr_code: string }
  | { readonly kind: 'redirect_url'; readonly url: string }
  | { readonly kind: 'client_secret'; readonly client_secret: string; readonly publishable_key: string }
  | {
      readonly kind: 'app_parameters' | 'jsapi_parameters';
      readonly parameters: Readonly<Record<string, string>>;
    };

/** Amounts are decimal text. */
export interface Payment {
  readonly transaction_id: string;
  readonly business_order_id: string;
  readonly payment_channel: string;
  readonly payment_method: string;
  readonly status: string;
  readonly version: number;
  readonly amount_requested: string;
  readonly amount_paid?: string;
  readonly currency: string;
  readonly gateway_transaction_id?: string;
  readonly expires_at: string;
  readonly superseded_by?: string;
  readonly anomaly?: {
    readonly kind: string;
    readonly amount: string;
    readonly gateway_transaction_id: string;
    readonly resolution?: {
      readonly action: string;
      readonly by: string;
      readonly reason: string;
      readonly refund_id?: string;
    };
  };
}

/** As a shop gets it: with what the payer pays by. */
export interface Payable extends Payment {
  readonly prepay_info: PrepayInfo;
}

export interface Problem {
  readonly code: string;
  readonly detail: string;
  readonly transaction_id?: string;
}

export interface Answer {
  readonly status: number;
  readonly body: Partial<Payable & Problem>;
}

export interface Paid {
  readonly gateway_transaction_id: string | null;
  readonly trade_status: string | null;
  /** what the shop's side answered to the browser that came back */
  readonly returned?: {
    readonly url: string;
    readonly status: number | null;
    readonly location?: string;
  };
}

export interface Delivery {
  readonly attempt: number;
  /** UTC ISO-8601 ms */
  readonly at: string;
  readonly status: number | null;
  readonly body: string | null;
  readonly accepted: boolean;
  readonly fault?: string;
}

export const transactions = '/payments/transactions';

export function get<T>({ facts, call }: Service, path: string): Promise<T> {
  return call(facts.api + path).then((response) => read<T>(response, `GET ${path}`));
}

/** @param call another caller than the shop */
export async function post(
  { facts, call: shop }: Service,
  path: string,
  body: object,
  call: SignedFetch = shop,
): Promise<Answer> {
  const response = await call(facts.api + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID() },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Answer['body'] };
}

/** The payment as the shop reads it. */
export function look(service: Service, { transaction_id: id }: Payment): Promise<Payment> {
  return get(service, `${transactions}/${id}`);
}

/** Tells the shop's wish that nobody pays any more. */
export function close(service: Service, { transaction_id: id }: Payment): Promise<Answer> {
  return post(service, `${transactions}/${id}/close`, { reason: 'the payer left the till' });
}

/** @param conduct `outcome: 'pending'`: comes, and does not pay yet · `return: false`: leaves without coming back */
export async function pay(service: Service, payment: Payable, conduct: object = {}): Promise<Paid> {
  return read(await payer(service, payment, conduct), 'The payer');
}

/** @returns what the provider told the payer, who could not pay */
export async function payInVain(service: Service, payment: Payable): Promise<string> {
  const response = await payer(service, payment, {});
  const { error, gateway_transaction_id: money } = (await response.json()) as {
    error: string;
    gateway_transaction_id?: string | null;
  };
  if (response.ok && money === null) return 'Agreed to, and nobody takes the money: it is not captured.';
  if (response.ok) throw new Error('The provider took the money.');
  if (error.includes('No money moved')) return error;
  throw new Error(`The provider did not say that no money moved: ${error}`);
}

/** With what the shop showed, whether or not the API still shows it. */
function payer({ facts }: Service, payment: Payable, conduct: object): Promise<Response> {
  const { transaction_id, prepay_info } = payment;
  const body = JSON.stringify({ transaction_id, prepay_info, outcome: 'success', ...conduct });
  return fetch(`${facts.gateways}/_control/pay`, { method: 'POST', body });
}

/** `{gateways}/_control` or `{control}`: POST where there is a body, else GET. */
export async function plain<T>(
  { facts }: Service,
  room: 'gateways' | 'control',
  path: string,
  body?: object,
  method = body ? 'POST' : 'GET',
): Promise<T> {
  const url = room === 'gateways' ? `${facts.gateways}/_control${path}` : facts.control + path;
  return read(await fetch(url, { method, ...(body && { body: JSON.stringify(body) }) }), `${method} ${url}`);
}

export async function deliveries(service: Service, { transaction_id: id }: Payment): Promise<Delivery[]> {
  const path = `/callbacks?transaction_id=${id}`;
  return (await plain<{ callbacks: Delivery[] }>(service, 'gateways', path)).callbacks;
}

async function read<T>(response: Response, what: string): Promise<T> {
  if (!response.ok) throw new Error(`${what} was answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}
