// Pretend Pay's one way to pay: a code to scan.
import type { CallOptions, Outcome, Prepay, PrepayRequest } from '../gateway.ts';
import type { MethodRule } from '../provider.ts';
import { call, type Client } from './client.ts';

/** s. So much earlier than ours Pretend Pay's own time ends. */
export const expiryLead = 10;

export const methods: Readonly<Record<string, MethodRule>> = {
  pretend_code: {
    amounts: { CNY: ['0.01', '5000.00'] },
    expiry: { default: 600, minimum: 120, maximum: 3600 },
  },
};

export async function prepay(
  client: Client,
  { transactionId, amount, callbackUrl, expiresAt }: PrepayRequest,
  options: CallOptions,
): Promise<Outcome<Prepay>> {
  const { minor, currency } = amount;
  const until = new Date(Date.parse(expiresAt) - expiryLead * 1000).toISOString();
  const terms = { minor, currency, callback_url: callbackUrl, until };
  const answer = await call(client, '/orders', transactionId, terms, options);
  if (answer.kind !== 'answered') return answer;
  const { code } = answer.node;
  if (typeof code !== 'string' || !/^pretend:[a-z0-9_]{1,64}$/.test(code))
    return { kind: 'unknown', reason: 'unreadable' };
  return { kind: 'ok', value: { prepayInfo: { kind: 'qr_code', qr_code: code } } };
}
