// Pretend Pay's own side: one merchant, its orders and books, and a payer with a phone.
import { createHmac, randomBytes } from 'node:crypto';
import { Deliveries } from '../deliveries.ts';
import type { AnyCallbackFault, Operation } from '../faults.ts';
import { Refused, type WireAnswer, type WireRequest } from '../http.ts';
import type { LocalProvider, Means, Opening, Payer } from '../provider.ts';

interface Order {
  readonly order: string;
  readonly minor: number;
  readonly currency: string;
  readonly callback_url: string;
  readonly until: string;
  state: 'open' | 'paid' | 'closed';
  number?: string;
  paid_at?: string;
}

const operations: Readonly<Record<string, Operation>> = {
  '/pretend/orders': 'prepay',
  '/pretend/query': 'query',
  '/pretend/close': 'close',
};

const name = 'pretend';
const code = 'PRETEND';
const merchant_id = '4711';
const nothing = 'Pretend Pay’s notifications have nothing that could be falsified so.';
const cannotPlay = Object.fromEntries(
  ['wrong_amount', 'wrong_currency', 'wrong_merchant', 'other_mode', 'signtest'].map((fault) => [
    fault,
    nothing,
  ]),
);

export function openPretend({ ports, faults, origin }: Opening): Promise<LocalProvider> {
  const [secret, callbackSecret] = [randomBytes(32).toString('hex'), randomBytes(32).toString('hex')];
  const orders = new Map<string, Order>();
  const plan = faults.of<AnyCallbackFault>(name, cannotPlay);
  const deliveries = new Deliveries(ports, plan, {
    provider: name,
    retryAfter: [60_000, 600_000],
    patience: 10_000,
    takes: (status) => status === 200,
  });

  const headers = (body: string, by = secret) => {
    const second = String(Math.floor(ports.now() / 1000));
    const signature = createHmac('sha256', by).update(`${second}.${body}`).digest('hex');
    return { 'pretend-signature': `t=${second},v1=${signature}` };
  };

  function carryOut(path: string, asked: Order): object {
    const { order } = asked;
    const known = orders.get(order);
    if (path === '/pretend/orders') {
      if (!known) orders.set(order, { ...asked, state: 'open' });
      return { order, code: `pretend:${order}` };
    }
    if (!known) return { order, state: 'unheard_of' };
    if (path === '/pretend/close' && known.state === 'open') known.state = 'closed';
    return { ...known, merchant_id };
  }

  /** Faults that end in `_before` leave the request undone; under all others it is carried out. */
  async function answer({
    method,
    target,
    body,
    headers: sent,
  }: WireRequest): Promise<WireAnswer | undefined> {
    const operation = operations[target];
    if (method !== 'POST' || operation === undefined) return undefined;
    const [, second = '', signature = ''] =
      /^t=(\d+),v1=(\w+)$/.exec(String(sent['pretend-signature'])) ?? [];
    const genuine = createHmac('sha256', secret).update(`${second}.${body}`).digest('hex');
    if (signature !== genuine) return said(401, '{}');
    const asked = JSON.parse(body) as Order;
    const { fault = 'none', ms } = plan.takeCall(operation, asked.order) ?? {};
    const result = fault.endsWith('_before') ? undefined : JSON.stringify(carryOut(target, asked));
    ports.onEvent({
      name: 'pretend.called',
      operation,
      transaction_id: asked.order,
      answer: 'SUCCESS',
      fault,
    });
    if (operation === 'prepay' && plan.takeCallback(asked.order, (each) => each === 'early'))
      await payNow(asked.order);
    if (result === undefined || fault !== 'none') return spoiled(fault, result, ms);
    return said(200, result);
  }

  function spoiled(fault: string, result: string | undefined, ms = 1000): WireAnswer {
    if (fault === 'slow') return { ...said(200, result ?? ''), afterMs: ms };
    if (fault.startsWith('reset')) return { kind: 'reset' };
    if (fault.startsWith('timeout')) return { kind: 'hold', ms };
    return said(500, '');
  }

  function said(status: number, body: string): Extract<WireAnswer, { kind: 'answer' }> {
    return { kind: 'answer', status, contentType: 'application/json', body, headers: headers(body) };
  }

  function pay(means: Means, { outcome }: Payer): Promise<object> {
    const found = orders.get(means.kind === 'qr_code' ? means.qr_code.slice(8) : '');
    if (!found) throw new Refused(404, 'Pretend Pay never gave out this code. No money moved.');
    if (found.state !== 'open' || Date.parse(found.until) <= ports.now())
      throw new Refused(409, 'Nobody can pay this any more. No money moved.');
    if (outcome === 'success') settle(found);
    return Promise.resolve({ outcome, gateway_transaction_id: found.number ?? null });
  }

  function settle(order: Order): void {
    const paid = { state: 'paid', number: `pp${randomBytes(8).toString('hex')}` } as const;
    Object.assign(order, { ...paid, paid_at: new Date(ports.now()).toISOString() });
    tell(order);
  }

  /** So quick that the callback is there before the shop has the answer to its order. */
  async function payNow(order: string): Promise<void> {
    const found = orders.get(order);
    if (found) settle(found);
    await Promise.race([deliveries.idle(), new Promise((resolve) => setTimeout(resolve, 2000).unref())]);
  }

  function tell(paid: Order): void {
    const body = JSON.stringify({ ...paid, merchant_id, kind: 'payment', notice: paid.number });
    deliveries.announce({
      transactionId: paid.order,
      url: paid.callback_url,
      id: paid.number ?? '',
      write: () => ({
        headers: { 'content-type': 'application/json', ...headers(body, callbackSecret) },
        body,
      }),
    });
  }

  const paidOnes = () => [...orders.values()].filter(({ state }) => state === 'paid');
  const decimal = (minor: number) => (minor / 100).toFixed(2);
  return Promise.resolve({
    ...{ name, cannotPlay, answer, pay },
    channels: [
      {
        code,
        connect: () => ({
          gateway_url: `${origin()}/pretend`,
          merchant_id,
          call_secret: secret,
          callback_secret: callbackSecret,
        }),
      },
    ],
    owns: (means) => means.kind === 'qr_code' && means.qr_code.startsWith('pretend:'),
    books: () => ({
      charges: paidOnes().map(({ order, number, minor, currency, paid_at }) => ({
        ...{ provider: name, channel_code: code, transaction_id: order, gateway_transaction_id: number },
        ...{ amount: decimal(minor), currency, status: 'paid', paid_at },
      })),
      refunds: [],
      balances: {},
    }),
    callbacks: (transactionId) => deliveries.made(transactionId),
    resend: (transactionId) => deliveries.resend(transactionId),
    idle: () => deliveries.idle(),
    stop: () => {
      deliveries.stop();
    },
  });
}
