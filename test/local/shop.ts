// A shop at a booted machine: creates payments, plays the payer, and hears what is published.
import type { Machine } from '../../local/machine.ts';
import { signedFetch } from '../../local/signed-fetch.ts';

export interface Shop {
  /** POST of a new order; further members go into the body */
  post(more?: object): Promise<Response>;
  /** @returns the id of a payment that can be paid */
  create(): Promise<string>;
  /** what the payer does; `success` without it */
  pay(id: string, outcome?: 'success' | 'decline'): Promise<void>;
  status(id: string): Promise<string | undefined>;
  /** names of the events of a payment that were published, in order */
  events(id: string): Promise<string[]>;
  /** @throws Error when it is not published within 20 s */
  heard(id: string, event: string): Promise<void>;
  get(path: string): Promise<Response>;
}

export function openShop(
  machine: Pick<Machine, 'api' | 'control' | 'gateways' | 'region'> & SigningKey,
): Shop {
  const call = signedFetch(machine, machine.region);
  let orders = 0;

  const post = (more: object = {}) => {
    orders += 1;
    return call(`${machine.api}/payments/transactions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': `shop-${orders}` },
      body: JSON.stringify({
        ...{ business_order_id: `shop-${orders}`, payment_channel: 'ALIPAY', payment_method: 'alipay_qr' },
        ...{ amount: '8.80', currency: 'CNY', subject: 'tea', ...more },
      }),
    });
  };

  const get = (path: string) => call(`${machine.api}${path}`);

  const events = async (id: string): Promise<string[]> => {
    const answer = await fetch(`${machine.control}/events?transaction_id=${id}`);
    const { events: all } = (await answer.json()) as { events: { 'detail-type': string }[] };
    return all.map((event) => event['detail-type']);
  };

  return {
    post,
    events,
    create: async () => {
      const answer = await post();
      const { transaction_id } = (await answer.json()) as { transaction_id?: string };
      if (answer.status !== 201 || transaction_id === undefined)
        throw new Error(`The payment was not created: ${answer.status}.`);
      return transaction_id;
    },
    pay: async (id, outcome = 'success') => {
      const body = JSON.stringify({ transaction_id: id, outcome });
      await fetch(`${machine.gateways}/_control/pay`, { method: 'POST', body });
    },
    heard: async (id, event) => {
      const end = Date.now() + 20_000;
      while (!(await events(id)).includes(event)) {
        if (Date.now() > end) throw new Error(`${event} of ${id} was not published.`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    get,
    status: async (id) => {
      const answer = await get(`/payments/transactions/${id}`);
      return ((await answer.json()) as { status?: string }).status;
    },
  };
}

type SigningKey = Pick<Machine, 'accessKeyId' | 'secretAccessKey'>;
