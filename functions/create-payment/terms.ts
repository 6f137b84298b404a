// What a payment is to be, judged by the channel's own rules before anything is written.
import type { ConnectedChannel } from '../../lib/channels/channels.ts';
import { returnUrl } from '../../lib/api/return-url.ts';
import { PaymentError } from '../../lib/domain/errors.ts';
import { newTransactionId, type ChannelCode } from '../../lib/domain/ids.ts';
import {
  compareMoney,
  formatAmount,
  parseAmount,
  type Currency,
  type Money,
} from '../../lib/domain/money.ts';
import type { BusinessOrder, Payer, Payment } from '../../lib/domain/payment.ts';
import type { Ports } from '../../lib/domain/ports.ts';
import type { MethodRule } from '../../lib/gateways/provider.ts';
import type { CreateRequest } from './create-payment.ts';
import type { CreatePaymentBody, Way } from './schema.ts';

/** What is asked for by one way to pay, before it is known whether a new payment is to be made. */
export interface Wanted extends BusinessOrder {
  readonly channel: ConnectedChannel;
  readonly amountRequested: Money;
  readonly paymentChannel: ChannelCode;
  readonly paymentMethod: string;
  /** a live payment that goes any of these ways is what is wanted */
  readonly ways: readonly Way[];
  /**
   * The payment as it will first be written.
   * @throws PaymentError CHANNEL_DISABLED, AMOUNT_OUT_OF_RANGE, EXPIRE_INVALID, INVALID_REQUEST: what only a new payment
   *   must satisfy; an order's earlier payment is found again whatever became of the channel and the time
   */
  readonly payment: () => Payment;
}

/**
 * @param way one of `ways`, and its channel
 * @throws PaymentError METHOD_UNKNOWN, CURRENCY_CHANNEL_MISMATCH, AMOUNT_INVALID, AMOUNT_SCALE, RETURN_URL_NOT_ALLOWED
 */
export function wantedPayment(
  { body, application, returnOrigins }: CreateRequest,
  ways: readonly Way[],
  { channel, method }: { readonly channel: ConnectedChannel; readonly method: string },
  ports: Ports,
): Wanted {
  const facts = {
    application,
    businessOrderId: body.business_order_id,
    ...(body.business_order_type !== undefined && { businessOrderType: body.business_order_type }),
    amountRequested: requested(body),
    paymentChannel: channel.code,
    paymentMethod: method,
  };
  const rule = methodRule(body.currency, channel, method);
  const back = body.return_url === undefined ? {} : { returnUrl: returnUrl(body.return_url, returnOrigins) };
  return {
    ...facts,
    channel,
    ways,
    payment: () => newPayment({ ...facts, ...back }, body, channel, rule, ports),
  };
}

type Facts = Omit<Wanted, 'payment' | 'channel' | 'ways'> & Pick<Payment, 'returnUrl'>;

function newPayment(
  facts: Facts,
  body: CreatePaymentBody,
  channel: ConnectedChannel,
  rule: MethodRule,
  ports: Ports,
): Payment {
  if (!channel.row.isActive) throw new PaymentError('CHANNEL_DISABLED', { param: 'payment_channel' });
  judgeRange(facts, rule);
  const payer = payerOf(body, facts.paymentMethod, rule);
  const time = ports.now();
  const now = new Date(time).toISOString();
  return {
    transactionId: newTransactionId(ports),
    ...facts,
    ...(body.user_id !== undefined && { userId: body.user_id }),
    ...(payer && { payer }),
    payee: channel.payee,
    subject: body.subject,
    ...(body.metadata && { metadata: body.metadata }),
    status: 'PENDING_CREATE',
    version: 1,
    createdAt: now,
    updatedAt: now,
    expiresAt: expiry(body.expires_at, rule, time),
  };
}

function methodRule(currency: Currency, channel: ConnectedChannel, method: string): MethodRule {
  const rule = Object.hasOwn(channel.methods, method) ? channel.methods[method] : undefined;
  if (!rule)
    throw new PaymentError('METHOD_UNKNOWN', {
      param: 'payment_method',
      detail: `Channel ${channel.code} has these methods: ${Object.keys(channel.methods).join(', ')}.`,
    });
  if (!Object.hasOwn(rule.amounts, currency))
    throw new PaymentError('CURRENCY_CHANNEL_MISMATCH', { param: 'currency' });
  return rule;
}

/** What the method requires and nothing else is kept of who pays. */
function payerOf(body: CreatePaymentBody, method: string, { requires = [] }: MethodRule): Payer | undefined {
  const given: Payer = {
    ...(body.openid !== undefined && requires.includes('openid') && { openid: body.openid }),
    ...(body.client_ip !== undefined && requires.includes('clientIp') && { clientIp: body.client_ip }),
  };
  const missing = requires.find((name) => given[name] === undefined);
  if (missing === undefined) return requires.length === 0 ? undefined : given;
  const param = missing === 'clientIp' ? 'client_ip' : missing;
  throw new PaymentError('INVALID_REQUEST', {
    param,
    detail: `${method} needs ${param}. Nothing was created.`,
  });
}

function requested(body: CreatePaymentBody): Money {
  const amount = parseAmount(body.amount, body.currency);
  if (typeof amount === 'string') throw new PaymentError(amount, { param: 'amount' });
  if (amount.minor === 0) throw new PaymentError('AMOUNT_INVALID', { param: 'amount' });
  return amount;
}

function judgeRange({ amountRequested: amount, paymentMethod }: Facts, rule: MethodRule): void {
  const { currency } = amount;
  const [least, most] = (rule.amounts[currency] ?? []).map((text) => bound(text, currency));
  if (!least || !most) throw new Error(`${paymentMethod} has no limits in ${currency}.`);
  if (compareMoney(amount, least) < 0 || compareMoney(amount, most) > 0)
    throw new PaymentError('AMOUNT_OUT_OF_RANGE', {
      param: 'amount',
      detail: `${paymentMethod} takes ${formatAmount(least)} to ${formatAmount(most)} ${currency}.`,
    });
}

function bound(text: string, currency: Currency): Money {
  const amount = parseAmount(text, currency);
  if (typeof amount === 'string') throw new Error(`A method's limit is no amount: ${text} ${currency}.`);
  return amount;
}

function expiry(wanted: string | undefined, rule: MethodRule, now: number): string {
  const { default: usual, minimum, maximum } = rule.expiry;
  const seconds = wanted === undefined ? usual : (Date.parse(wanted) - now) / 1000;
  if (seconds < minimum || seconds > maximum)
    throw new PaymentError('EXPIRE_INVALID', {
      param: 'expires_at',
      detail: `expires_at lies ${minimum} to ${maximum} seconds from now.`,
    });
  return new Date(now + seconds * 1000).toISOString();
}

/** The same order, asked for again: another amount is another order. @see SPEC R5.1 */
export function sameAmount({ amountRequested: wanted }: Wanted, live: Payment): boolean {
  return wanted.minor === live.amountRequested.minor && wanted.currency === live.amountRequested.currency;
}

/** By a channel and method that are wanted. @see SPEC R5.2 */
export function sameWay({ ways }: Wanted, { paymentChannel, paymentMethod }: Payment): boolean {
  return ways.some(({ channel, method }) => channel === paymentChannel && method === paymentMethod);
}
