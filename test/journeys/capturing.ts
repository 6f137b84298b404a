// What journeys of captures look at, and do.
import type { Service } from './service.ts';
import { asked, pay, shown, untilStatus, type Order } from './shop.ts';

/** The payer's browser does not come back. */
export const gone = { return: false };

/** What the provider did with its captures; without an answer it did nothing. */
export function answers(service: Service, id: string): readonly unknown[] {
  return asked(service, id, 'capture').map((line) => line['answer']);
}

interface Books {
  readonly charges: readonly { readonly transaction_id: string; readonly paid_at: string }[];
}

export async function charges(service: Service, id: string): Promise<Books['charges']> {
  const books = await service.gateway<Books>('/books');
  return books.charges.filter(({ transaction_id }) => transaction_id === id);
}

/** Nobody has paid the order: another payment takes the place, and is paid. */
export async function expectFree(service: Service, order: Order): Promise<void> {
  const again = await shown(service.app, order);
  await pay(service, again);
  await untilStatus(service, again, 'PAID_SUCCESS');
}
