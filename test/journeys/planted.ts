// What was seen, as a copy in which a disagreement can be planted.
import type { Sight } from './sight.ts';

export type Loose = Record<string, unknown>;

export interface ToldRefund {
  readonly before: Loose;
  readonly after: Loose;
}

/** A copy that may be written to. */
export interface Copy {
  orders: {
    payments: {
      payment: Loose;
      timeline: (Loose & { before: Loose; after: Loose; refund?: ToldRefund })[];
      refunds: Loose[];
    }[];
  }[];
  charges: Loose[];
  refunds: Loose[];
  balances: Record<string, string>;
  told: (Loose & { detail: Loose & { data: Loose } })[];
  queues: Loose[];
  unknownNumbers: string[];
}

export const at = <T>(list: T[] | undefined, place: number): T => {
  const one = list?.at(place);
  if (one === undefined) throw new Error(`nothing stands at ${place}`);
  return one;
};
export const payment = (copy: Copy, order: number) => at(at(copy.orders, order).payments, 0);
export const entry = (copy: Copy, order: number, version: number) =>
  at(payment(copy, order).timeline, version - 1);
export const chargeOf = (copy: Copy, order: number) => {
  const id = payment(copy, order).payment['transaction_id'];
  return copy.charges.findIndex((charge) => charge['transaction_id'] === id);
};
export const eventOf = (copy: Copy, order: number, version: number) => {
  const id = `${String(payment(copy, order).payment['transaction_id'])}/${version}`;
  return copy.told.findIndex(({ detail }) => detail['id'] === id);
};

export const copyOf = (genuine: Sight) => structuredClone(genuine) as unknown as Copy;
export const seenBy = (copy: Copy) => copy as unknown as Sight;

export function otherwise(copy: Copy, order: number, version: number): Copy['told'][number] {
  const event = structuredClone(at(copy.told, eventOf(copy, order, version)));
  event.detail.data['status'] = 'CLOSED';
  return event;
}

export function neverWas(copy: Copy, order: number, version: number): Copy['told'][number] {
  const event = structuredClone(at(copy.told, eventOf(copy, order, version - 1)));
  event.detail['id'] = String(event.detail['id']).replace(/\d+$/, String(version));
  event.detail['version'] = version;
  return event;
}
