// What calls about refunds do. What is refused is thrown, as an ApiError.
// @see https://docs.stripe.com/api/refunds
import type { Call, Done } from './calls.ts';
import { invalid, missing } from './errors.ts';
import { expanded, requireExpandable, requireExpandableInList } from './expand.ts';
import type { Charge, Intent } from './intent.ts';
import { listed as page } from './lists.ts';
import { read } from './params.ts';
import type { Refund } from './refund.ts';
import { listedRefunds, newRefund, reading } from './terms.ts';
import { toldRefund } from './told-refund.ts';

export function createRefund(call: Call): Done {
  const { seller, params, cause, origin } = call;
  const { payment_intent: intentId, charge: chargeId, expand, ...terms } = read(newRefund, params);
  requireExpandable('refund', expand);
  if ((intentId === undefined) === (chargeId === undefined)) throw oneOfTwo;
  const charge = intentId === undefined ? chargeOf(call, chargeId ?? '') : paidOf(intentOf(call, intentId));
  if (charge.status !== 'succeeded') throw notPaid(charge.id);
  const refund = seller.refunds.create(charge, terms, cause);
  return { body: expanded(toldRefund(refund), expand, seller, origin), refund };
}

export function readRefund({ seller, id, params, origin }: Call): Done {
  const { expand } = read(reading, params);
  requireExpandable('refund', expand);
  const refund = seller.refunds.find(id);
  if (!refund) throw missing('refund', id, 'id');
  return { body: expanded(toldRefund(refund), expand, seller, origin) };
}

export function listRefunds(call: Call): Done {
  const { seller, params, path, origin } = call;
  const { payment_intent: intentId, charge: chargeId, ...asked } = read(listedRefunds, params);
  const expand = requireExpandableInList('refund', asked.expand);
  const intent = intentId === undefined ? undefined : intentOf(call, intentId);
  const charge = chargeId === undefined ? undefined : chargeOf(call, chargeId);
  const found = seller.refunds
    .all()
    .filter((each) => intent === undefined || each.charge.intent === intent)
    .filter((each) => charge === undefined || each.charge === charge);
  const tell = (refund: Refund) => expanded(toldRefund(refund), expand, seller, origin);
  return { body: page(found, asked, path, tell) };
}

function intentOf({ seller }: Call, id: string): Intent {
  const intent = seller.intents.find(id);
  if (!intent) throw missing('payment_intent', id, 'payment_intent', 400);
  return intent;
}

function chargeOf({ seller }: Call, id: string): Charge {
  const charge = seller.charges.get(id);
  if (charge?.intent.livemode !== seller.account.livemode) throw missing('charge', id, 'charge', 400);
  return charge;
}

function paidOf({ id, charge }: Intent): Charge {
  if (charge?.status !== 'succeeded') throw notPaid(id);
  return charge;
}

function notPaid(id: string) {
  const message = `This PaymentIntent (${id}) does not have a successful charge to refund.`;
  return invalid(undefined, message, 'payment_intent');
}

const oneOfTwo = invalid(
  'parameter_missing',
  'One of the following params should be provided for this request: payment_intent or charge.',
);
