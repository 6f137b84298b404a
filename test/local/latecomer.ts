// Payments whose course is not the usual one, at a booted machine: closed, paid late, paid unheard, paid in a browser.
import type { Machine } from '../../local/machine.ts';
import { signedFetch } from '../../local/signed-fetch.ts';
import type { Shop } from './shop.ts';

export interface Made {
  readonly id: string;
  readonly prepay_info: unknown;
}

export type Latecomer = ReturnType<typeof openLatecomer>;

export function openLatecomer(machine: Machine, shop: Shop) {
  const call = signedFetch(machine, machine.region);
  const order = (base: string, path: string, method: string, body?: object) =>
    fetch(`${base}${path}`, { method, ...(body && { body: JSON.stringify(body) }) });
  const fault = (body: object) => order(machine.gateways, '/_control/faults', 'POST', body);

  /** @throws Error when it is not created */
  async function make(more: object): Promise<Made> {
    const answer = await shop.post(more);
    const { transaction_id: id, prepay_info } = (await answer.json()) as {
      transaction_id?: string;
      prepay_info?: unknown;
    };
    if (answer.status !== 201 || id === undefined)
      throw new Error(`The payment was not created: ${answer.status}.`);
    return { id, prepay_info };
  }

  const close = (id: string) =>
    call(`${machine.api}/payments/transactions/${id}/close`, {
      method: 'POST',
      headers: { 'idempotency-key': `close-${id}` },
    });

  return {
    make,
    close,
    fault,
    /** a way to pay that leads back to the shop */
    page: { payment_method: 'alipay_page', return_url: 'https://shop.example/paid' },
    noFaults: () => order(machine.gateways, '/_control/faults', 'DELETE'),
    /** faults of AWS */
    control: (method: string, body?: object) => order(machine.control, '/faults', method, body),
    advance: (by: string) => order(machine.control, '/clock', 'POST', { advance: by }),
    /** No callback of this payment ever arrives. */
    lose: (id: string) => fault({ transaction_id: id, callback: { fault: 'lost' } }),
    /** A payer has scanned the code: the provider knows the payment, and can close it. */
    closedAtOnce: async (more: object): Promise<boolean> => {
      const { id } = await make(more);
      await shop.pay(id, 'decline');
      return (await close(id)).status === 200;
    },
    /** A payment that is to be closed, and that a payer can still pay: the provider does not know it yet. */
    closing: async (more: object): Promise<Made> => {
      const payment = await make(more);
      const { status } = await close(payment.id);
      if (status !== 202) throw new Error(`The payment was not to be closed: ${status}.`);
      return payment;
    },
    /**
     * @param amount of another sum than what was asked for
     * @returns what the shop's page, or ours, answered to the browser that came back
     */
    payer: async (
      { id, prepay_info }: Made,
      amount?: string,
    ): Promise<{ status: number | null } | undefined> => {
      const body = { transaction_id: id, outcome: 'success', prepay_info, amount };
      const answer = await order(machine.gateways, '/_control/pay', 'POST', body);
      return ((await answer.json()) as { returned?: { status: number | null } }).returned;
    },
    anomaly: async (id: string): Promise<object | undefined> => {
      const answer = await shop.get(`/payments/transactions/${id}`);
      return ((await answer.json()) as { anomaly?: object }).anomaly;
    },
  };
}
