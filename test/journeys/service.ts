// The whole service on one machine, and the people around it: applications, operators, a payer, a provider to be spoiled.
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { jest } from '@jest/globals';
import type { Line } from '../../local/journal.ts';
import { startMachine, type Machine } from '../../local/machine.ts';
import { signedFetch } from '../../local/signed-fetch.ts';

/** A payment as the API shows it; amounts are decimal text. */
export interface PaymentView {
  readonly transaction_id: string;
  readonly application: string;
  readonly business_order_id: string;
  readonly business_order_type?: string;
  readonly payment_channel: string;
  readonly status: string;
  readonly version: number;
  readonly amount_requested: string;
  readonly amount_paid?: string;
  readonly amount_refunded?: string;
  readonly amount_reserved?: string;
  readonly refundable_amount?: string;
  readonly currency: string;
  readonly gateway_transaction_id?: string;
  readonly created_at: string;
  readonly expires_at: string;
  readonly payment_method: string;
  readonly anomaly?: {
    readonly kind: string;
    readonly amount: string;
    readonly currency: string;
    readonly gateway_transaction_id: string;
    readonly resolution?: { readonly action: string; readonly by: string; readonly refund_id?: string };
  };
  readonly other_anomalies?: readonly NonNullable<PaymentView['anomaly']>[];
  readonly close_requested_at?: string;
  readonly superseded_by?: string;
  readonly prepay_info?: { readonly kind: string; readonly qr_code?: string; readonly url?: string };
}

export interface Problem {
  readonly code: string;
  readonly param: string;
  readonly detail: string;
  readonly retryable: boolean;
  readonly outcome: string;
}

export interface Answer<Body = Partial<PaymentView & Problem>> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

export interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
}

/** A caller of the API; paths begin behind the stage. */
export type Client = <Body = Partial<PaymentView & Problem>>(
  path: string,
  sent?: Sent,
) => Promise<Answer<Body>>;

/** No signature; answers are JSON. */
export type Plain = <Body>(path: string, body?: object, method?: string) => Promise<Body>;

export interface Service {
  readonly api: string;
  /** the providers of this machine, where their pages stand, too */
  readonly gateways: string;
  readonly app: Client;
  readonly otherApp: Client;
  readonly operator: Client;
  readonly finance: Client;
  /** everything that happened on the machine, in order */
  readonly lines: readonly Line[];
  /** `{control}`: GET, or POST where there is a body. @throws Error with what was answered, when it is no 2xx */
  readonly control: Plain;
  /** `{gateways}/_control`, likewise */
  readonly gateway: Plain;
  /** Step Functions, as a person at its console has it */
  readonly workflows: Pick<Machine['workflows'], 'machines' | 'operations'>;
  readonly stop: () => Promise<void>;
}

/** ms; the first start after a change builds functions and template */
export const bootPatience = 60_000;
// The machine may have other things to do: a journey that hangs says so by `until`, long before this.
jest.setTimeout(120_000);

export async function startService(): Promise<Service> {
  const lines: Line[] = [];
  const machine = await startMachine({ port: 0, onLine: (line) => lines.push(line) });
  const { api, region, credentials } = machine;
  const client = (person: keyof typeof credentials.people): Client => {
    const call = signedFetch(credentials.people[person], region);
    return async (path, { method = 'GET', headers = {}, body } = {}) => {
      const response = await call(api + path, {
        method,
        headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
        ...(body && { body: JSON.stringify(body) }),
      });
      return { status: response.status, headers: response.headers, body: (await response.json()) as never };
    };
  };
  return {
    api,
    gateways: machine.gateways,
    app: client('local-app'),
    otherApp: client('other-app'),
    operator: client('operator'),
    finance: client('finance'),
    lines,
    control: (path, body, method) => plain(machine.control + path, body, method),
    gateway: (path, body, method) => plain(`${machine.gateways}/_control${path}`, body, method),
    workflows: machine.workflows,
    stop: () => machine.stop(),
  };
}

async function plain<Body>(url: string, body?: object, method = body ? 'POST' : 'GET'): Promise<Body> {
  const response = await fetch(url, { method, ...(body && { body: JSON.stringify(body) }) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url} was answered ${response.status}: ${text}`);
  return JSON.parse(text) as Body;
}

/** Asks again until the answer is there. @throws Error saying what did not come */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined> | T | undefined,
  patience = 10_000,
): Promise<T> {
  const end = performance.now() + patience;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > end) throw new Error(`${what} did not come within ${patience / 1000} seconds.`);
    await wait(25);
  }
}

export const newKey = (): string => randomUUID();
