// Asking Pretend Pay what became of an order, and to end one.
import { isCurrency, money } from '../../domain/money.ts';
import type { TransactionId } from '../../domain/ids.ts';
import type { PaymentSnapshot } from '../../domain/settlement.ts';
import type { CallOptions, Closing, Outcome, PaymentQuery } from '../gateway.ts';
import { call, type Client, type Node } from './client.ts';
import type { PretendConfig } from './config.ts';
import { stateOf } from './status.ts';

export async function queryPayment(
  client: Client,
  { transactionId }: PaymentQuery,
  options: CallOptions,
): Promise<Outcome<PaymentSnapshot>> {
  const answer = await call(client, '/query', transactionId, {}, options);
  if (answer.kind !== 'answered') return answer;
  const value = snapshotOf(answer.node, transactionId, client.config);
  return value ? { kind: 'ok', value } : { kind: 'unknown', reason: 'unlisted_code' };
}

export async function closePayment(
  client: Client,
  { transactionId }: PaymentQuery,
  options: CallOptions,
): Promise<Outcome<Closing>> {
  const answer = await call(client, '/close', transactionId, {}, options);
  if (answer.kind !== 'answered') return answer;
  const state = stateOf(answer.node['state']);
  if (state === 'closed' || state === 'not_found') return { kind: 'ok', value: state };
  if (state !== 'paid') return { kind: 'unknown', reason: 'unlisted_code' };
  return { kind: 'declined', code: 'already_paid', channelCode: 'paid', message: 'It is paid.' };
}

/** @returns undefined for what is not of its form */
export function snapshotOf(
  node: Node,
  transactionId: TransactionId,
  { merchant_id }: PretendConfig,
): PaymentSnapshot | undefined {
  const state = stateOf(node['state']);
  if (state !== 'paid') return state && { state, transactionId };
  const { minor, currency, number, paid_at: at } = node;
  if (typeof minor !== 'number' || typeof currency !== 'string' || !isCurrency(currency)) return undefined;
  if (typeof number !== 'string' || typeof at !== 'string' || Number.isNaN(Date.parse(at))) return undefined;
  return {
    state,
    transactionId,
    gatewayTransactionId: number,
    amount: money(minor, currency),
    paidAt: new Date(at).toISOString(),
    payee: { merchantId: merchant_id },
  };
}
