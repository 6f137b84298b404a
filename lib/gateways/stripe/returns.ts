// What a payer's browser brings back from Stripe's checkout. Nothing of it is signed: whoever knows our number and the
// session's has come from there, or could have. It says which payment to ask for, and nothing else.
// @see https://docs.stripe.com/payments/checkout/custom-success-page
import { isTransactionId } from '../../domain/ids.ts';
import { CallbackRefused, type ReturnedPayer } from '../gateway.ts';
import type { Setting } from '../provider.ts';
import { isLive } from './config.ts';
import { sessions } from './orders.ts';

/** characters: about what browsers and gateways pass on */
const longest = 8 * 1024;

/** @throws CallbackRefused */
export function readReturn(query: string, { environment }: Pick<Setting, 'environment'>): ReturnedPayer {
  if (query.length > longest) throw new CallbackRefused('malformed', 'the query is too long');
  const parameters = new URLSearchParams(query);
  const transactionId = only(parameters, 'transaction_id');
  const gatewayOrderId = only(parameters, 'session_id');
  if (!isTransactionId(transactionId))
    throw new CallbackRefused('malformed', 'transaction_id is not one of our numbers');
  const [, world] = sessions.form.exec(gatewayOrderId) ?? [];
  if (world === undefined) throw new CallbackRefused('malformed', 'session_id is not of its form');
  if ((world === 'live') !== isLive(environment))
    throw new CallbackRefused('foreign', `the session is of the ${world} world`);
  return { transactionId, gatewayOrderId };
}

function only(parameters: URLSearchParams, name: string): string {
  const [value = '', ...more] = parameters.getAll(name);
  if (more.length > 0) throw new CallbackRefused('malformed', `${name} stands twice`);
  return value;
}
