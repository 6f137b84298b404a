// A merchant at PayPal that gives money back.
import {
  orderNumber,
  type Answered,
  type Call,
  type Fields,
  type Heard,
  type World,
} from './paypal-merchant.ts';

export interface Captured {
  /** our number of the payment */
  readonly number: string;
  /** PayPal's, of the order */
  readonly id: string;
  readonly captureId: string;
}

export interface Delivered {
  readonly notify_id: string;
  readonly status: number;
  readonly accepted: boolean;
  readonly fault?: string;
}

export function usd(value: string): Fields {
  return { currency_code: 'USD', value };
}

/** The events of refunds among those heard. */
export function isOfRefund({ event }: Heard): boolean {
  return event['resource_type'] === 'refund';
}

export function refunding(world: World) {
  /** 10.99 USD, taken */
  const captured = async (conduct: Fields = {}, change: Fields = {}, call: Call = {}): Promise<Captured> => {
    const number = orderNumber();
    const created = await world.created(number, change, call);
    await world.pay(created, conduct);
    await world.capture(created.id, call);
    await world.gateways.idle();
    const { body } = await world.retrieve(created.id, call);
    const [unit] = body['purchase_units'] as { payments: { captures: { id: string }[] } }[];
    return { number, id: created.id, captureId: unit?.payments.captures[0]?.id ?? '' };
  };
  const raw = (captureId: string, body: unknown, call: Call = {}) =>
    world.raw('POST', `/v2/payments/captures/${captureId}/refund`, body, call);
  /** @param refundId our number, and the request's; all that is left without a value */
  const refund = async (
    captureId: string,
    refundId: string,
    value?: string,
    call: Call = {},
  ): Promise<Answered> => {
    const body = {
      ...(value === undefined ? {} : { amount: usd(value) }),
      ...{ custom_id: refundId, invoice_id: refundId },
    };
    const path = `/v2/payments/captures/${captureId}/refund`;
    const headers = { prefer: 'return=representation' };
    const answer = await world.call('POST', path, body, {
      requestId: `${refundId}-refund`,
      headers,
      ...call,
    });
    await world.gateways.idle();
    return answer;
  };
  return {
    captured,
    raw,
    refund,
    refundOf: (id: string, call?: Call) => world.call('GET', `/v2/payments/refunds/${id}`, undefined, call),
    capture: async (id: string) => (await world.call('GET', `/v2/payments/captures/${id}`)).body,
    /** of the order */
    payments: async (orderId: string) => {
      const [unit] = (await world.retrieve(orderId)).body['purchase_units'] as { payments: Fields }[];
      return unit?.payments ?? {};
    },
    decide: (refundId: string, outcome: string) =>
      world.control('POST', '/refunds/decide', { refund_id: refundId, outcome }),
    decideNext: (transactionId: string, outcome: string) =>
      world.control('POST', '/refunds/decide', { transaction_id: transactionId, outcome }),
    atConsole: async (transactionId: string, amount: string) => {
      const answer = await world.control('POST', '/refunds/console', {
        transaction_id: transactionId,
        amount,
      });
      await world.gateways.idle();
      return answer;
    },
    books: async () =>
      (await world.control('GET', '/books?provider=paypal')).body as unknown as {
        charges: (Fields & { transaction_id: string })[];
        refunds: (Fields & { refund_id: string })[];
        balances: Record<string, string>;
      },
    heard: (orderOrRefund: string) => world.heard(orderOrRefund).filter(isOfRefund),
    deliveries: async (number: string) =>
      (await world.control('GET', `/callbacks?transaction_id=${number}`)).body['callbacks'] as Delivered[],
  };
}
