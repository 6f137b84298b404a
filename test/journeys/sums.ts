// Amounts are decimal text; they are reckoned with in minor units.
import type { Facts } from './sight.ts';

/** Nothing at all is zero. */
export function minor(text: unknown = '0'): number {
  return Number(String(text).replace('.', ''));
}

export function sum(texts: readonly unknown[]): number {
  return texts.reduce<number>((total, text) => total + minor(text), 0);
}

export function isPaid(status: unknown): boolean {
  return status === 'PAID_SUCCESS' || status === 'REFUND_PARTIAL' || status === 'REFUND_FULL';
}

/** With what may still go back, as it is shown of what is paid. */
export function shown(facts: Facts): Facts {
  const { status, amount_paid: paid, amount_refunded: refunded, amount_reserved: reserved } = facts;
  if (!isPaid(status) || paid === undefined) return facts;
  const left = minor(paid) - minor(refunded) - minor(reserved);
  const decimals = (paid as string).split('.')[1]?.length ?? 0;
  return { ...facts, refundable_amount: (left / 10 ** decimals).toFixed(decimals) };
}
