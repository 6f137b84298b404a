// The shop's own address, told which payment its payer comes from.
import type { Payment } from '../../lib/domain/payment.ts';

/**
 * `transaction_id` and `status` replace what the address had under these names; the rest of its query stays as it is, in
 * its order and spelling. They are for showing: nothing here is signed, so a shop reads the payment before it delivers.
 * @param address a normalised URL without fragment
 */
export function shopAddress(address: string, { transactionId, status }: Payment): string {
  const [page = '', ...query] = address.split('?');
  const kept = query
    .join('?')
    .split('&')
    .filter((pair) => pair !== '' && !isOurs(pair));
  return `${page}?${[...kept, `transaction_id=${transactionId}`, `status=${status}`].join('&')}`;
}

function isOurs(pair: string): boolean {
  // The ampersand keeps a question mark that is part of the name.
  const [name] = new URLSearchParams(`&${pair}`).keys();
  return name === 'transaction_id' || name === 'status';
}
