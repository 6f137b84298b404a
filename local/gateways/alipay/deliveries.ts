// Alipay's way to deliver notices: until the body of the answer is exactly `success`, eight times within 25 hours.
import type { Deliveries as Carrier, Delivery, Manners, Notice } from '../deliveries.ts';
import type { About, CallbackFault } from '../faults.ts';
import type { Signers } from './application.ts';
import { written, type Notice as Fields } from './notice.ts';

export type { Delivery };
export type Deliveries = Carrier<CallbackFault>;

const minute = 60_000;
const hour = 60 * minute;
const retryAfter = [4 * minute, 10 * minute, 10 * minute, hour, 2 * hour, 6 * hour, 15 * hour];

/** The type that Alipay really sends: not a well-formed one, to be ignored by whoever reads the form. */
const contentType = 'application/x-www-form-urlencoded; text/html; charset=utf-8';

export const manners: Manners = {
  provider: 'alipay',
  retryAfter,
  patience: 10_000,
  takes: (status, body) => status === 200 && body === 'success',
};

/** A notice, to be announced. */
export function addressed(
  transactionId: string,
  url: string,
  fields: Fields,
  signers: Signers,
  about: About = 'payment',
): Notice<CallbackFault> {
  return {
    ...{ about, transactionId, url },
    id: fields['notify_id'] ?? '',
    write: (fault) => ({ headers: { 'content-type': contentType }, body: written(fields, fault, signers) }),
  };
}

/** Until the merchant has heard what there is to tell, or does not listen. */
export async function heard(deliveries: Deliveries): Promise<void> {
  await Promise.race([deliveries.idle(), new Promise((resolve) => setTimeout(resolve, 2000).unref())]);
}
