// Whether the sums of a purchase unit agree with each other and with their currency.
// @see https://developer.paypal.com/docs/api/orders/v2/#definition-amount_with_breakdown
import { readAmount, type Money } from './money.ts';
import type { Detail, Issue } from './replies.ts';
import type { Unit } from './terms.ts';

type Written = Readonly<Pick<Unit['amount'], 'currency_code' | 'value'>>;
type Parts = NonNullable<Unit['amount']['breakdown']>;

/** How each part of a breakdown counts. */
const counted = {
  item_total: 1,
  shipping: 1,
  handling: 1,
  tax_total: 1,
  insurance: 1,
  shipping_discount: -1,
  discount: -1,
} as const satisfies Record<keyof Parts, 1 | -1>;

/** @returns what the unit costs, or what is wrong with its sums */
export function refusedSums(unit: Unit): Money | Detail {
  const { amount, items = [] } = unit;
  const at = `/purchase_units/@reference_id=='${unit.reference_id ?? 'default'}'`;
  const fault = (issue: Issue, field: string, value: string): Detail => ({
    ...{ issue, value },
    field: `${at}/${field}`,
  });
  const currency = amount.currency_code;
  const minor = readAmount(amount.value, currency);
  if (minor === 'CURRENCY_NOT_SUPPORTED') return fault(minor, 'amount/currency_code', currency);
  if (typeof minor === 'string') return fault(minor, 'amount/value', amount.value);
  if (minor <= 0) return fault('CANNOT_BE_ZERO_OR_NEGATIVE', 'amount/value', amount.value);
  const parts = Object.entries(amount.breakdown ?? {}) as [keyof Parts, Written][];
  const named: [string, Written][] = [
    ...parts.map(([name, part]): [string, Written] => [`amount/breakdown/${name}`, part]),
    ...items.map((item, index): [string, Written] => [`items/${index}/unit_amount`, item.unit_amount]),
  ];
  for (const [field, money] of named) {
    const issue = issueOf(money, currency);
    if (issue) return fault(issue, `${field}/value`, money.value);
  }
  const issue = disagreement(unit, minor, parts);
  return issue ? fault(issue, 'amount/value', amount.value) : { currency, minor };
}

function issueOf({ currency_code: code, value }: Written, currency: string): Issue | undefined {
  if (code !== currency) return 'MULTI_CURRENCY_ORDER';
  const minor = readAmount(value, currency);
  if (typeof minor === 'string') return minor;
  return minor < 0 ? 'CANNOT_BE_NEGATIVE' : undefined;
}

function disagreement(
  { amount, items = [] }: Unit,
  minor: number,
  parts: readonly [keyof Parts, Written][],
): Issue | undefined {
  const read = ({ value }: Written) => readAmount(value, amount.currency_code) as number;
  const total = parts.reduce((sum, [name, part]) => sum + counted[name] * read(part), 0);
  if (amount.breakdown && total !== minor) return 'AMOUNT_MISMATCH';
  if (items.length === 0) return undefined;
  const itemTotal = amount.breakdown?.item_total;
  if (!itemTotal) return 'ITEM_TOTAL_REQUIRED';
  const sum = items.reduce((so, { unit_amount: each, quantity }) => so + read(each) * Number(quantity), 0);
  return sum === read(itemTotal) ? undefined : 'ITEM_TOTAL_MISMATCH';
}
