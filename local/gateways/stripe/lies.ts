// What a genuinely signed, but wrong event says otherwise.
import type { AnyCallbackFault } from '../faults.ts';
import { newId, newTail } from './ids.ts';

interface Told {
  readonly id?: string;
  readonly livemode?: boolean;
  readonly created?: number;
  readonly data?: { readonly object: Subject };
}

type Subject = Readonly<Record<string, unknown>>;

/** A connected account that nobody here has connected. */
const strangerAccount = newId('acct_1', 15);

/** @param event as it is told. @param isThin tell of a new type in the new form. @returns the same where the content is true */
export function lied(event: object, fault: AnyCallbackFault, isThin: boolean): object {
  const truth = event as Told;
  const subject = truth.data?.object ?? {};
  const about = (changes: Subject) => ({
    ...truth,
    data: { ...truth.data, object: { ...subject, ...changes } },
  });
  switch (fault) {
    case 'wrong_amount':
      return about(more(subject));
    case 'wrong_currency':
      return about({ currency: subject['currency'] === 'usd' ? 'eur' : 'usd' });
    case 'wrong_merchant':
      return { ...truth, account: strangerAccount };
    case 'other_mode':
      return { ...about({ livemode: !truth.livemode }), livemode: !truth.livemode };
    case 'unknown_type':
      return isThin
        ? thin(truth)
        : { ...truth, type: `${subject['object'] === 'refund' ? 'refund' : 'payment_intent'}.weather` };
    case 'unknown_number':
      return about(stranger(subject));
    case 'lost':
    case 'duplicated':
    case 'delayed':
    case 'early':
    case 'tampered':
    case 'wrong_key':
    case 'stale':
    case 'signtest':
      return event;
  }
}

/** One hundred units more in every amount that stands there. */
function more(subject: Subject): Subject {
  const amounts = [
    'amount',
    'amount_received',
    'amount_captured',
    'amount_refunded',
    'amount_subtotal',
    'amount_total',
  ];
  const standing = amounts.filter((name) => typeof subject[name] === 'number' && subject[name] !== 0);
  return Object.fromEntries(standing.map((name) => [name, Number(subject[name]) + 100]));
}

/** An object that was never made, for a payment that was never made. */
function stranger(subject: Subject): Subject {
  const id = String(subject['id']);
  const [prefix = ''] = /^[a-z]+_(?:test_|live_)?/.exec(id) ?? [];
  const metadata = (subject['metadata'] ?? {}) as Record<string, string>;
  const numbers = ['transaction_id', 'refund_id'].flatMap((name) => {
    const number = metadata[name];
    return number === undefined ? [] : [[name, other(number)] as const];
  });
  const reference = subject['client_reference_id'];
  return {
    id: prefix === 'cs_test_' || prefix === 'cs_live_' ? newId(`${prefix}a1`, 58) : prefix + newTail(),
    ...(numbers.length === 0 ? {} : { metadata: { ...metadata, ...Object.fromEntries(numbers) } }),
    ...(typeof reference === 'string' ? { client_reference_id: other(reference) } : {}),
    ...(typeof subject['payment_intent'] === 'string' ? { payment_intent: `pi_${newTail()}` } : {}),
  };
}

function other(number: string): string {
  return number.slice(0, -4) + (number.endsWith('0000') ? '1111' : '0000');
}

/** An event of the second API: it names its object and does not show it. */
function thin({ id, livemode, created = 0, data }: Told): object {
  const related = String(data?.object['id']);
  return {
    ...{ id, object: 'v2.core.event', type: 'v2.core.weather.changed', livemode },
    created: new Date(created * 1000).toISOString(),
    related_object: { id: related, type: 'weather', url: `/v2/core/weather/${related}` },
  };
}
