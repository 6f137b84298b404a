// What a payer's browser brings back from PayPal, whether the payer agreed or turned away: two numbers, and no signature.
// @see https://developer.paypal.com/docs/api/orders/v2/#definition-experience_context_base
import { isTransactionId } from '../../domain/ids.ts';
import { CallbackRefused, type ReturnedPayer } from '../gateway.ts';
import { isPayPalId } from './snapshot.ts';

/** characters */
const longest = 1024;

/**
 * `transaction_id` stood in the address that PayPal was given; it appends `token`, which is its number of the order, and who
 * pays, which is not looked at.
 * @throws CallbackRefused
 */
export function readReturn(query: string): ReturnedPayer {
  const pairs = query.length <= longest ? query.split('&').map((pair) => pair.split('=')) : [];
  const [transactionId, gatewayOrderId] = [once(pairs, 'transaction_id'), once(pairs, 'token')];
  if (!isPayPalId(gatewayOrderId))
    throw new CallbackRefused('malformed', 'token is not of the form of an order’s number');
  if (!isTransactionId(transactionId))
    throw new CallbackRefused('foreign', 'transaction_id is not one of our numbers');
  return { transactionId, gatewayOrderId };
}

function once(pairs: readonly (readonly string[])[], name: string): string {
  const [value, ...more] = pairs.filter(([each]) => each === name);
  if (!value || more.length > 0 || value.length !== 2)
    throw new CallbackRefused('malformed', `${name} is missing, or stands twice`);
  return value[1] ?? '';
}
