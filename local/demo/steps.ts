// Steps that several stories share. Each looks at the service from outside, and says what it saw or throws what is wrong.
import { randomUUID } from 'node:crypto';
import { returnOrigins } from '../credentials.ts';
import {
  look,
  pay,
  plain,
  post,
  transactions,
  type Order,
  type Paid,
  type Payable,
  type Payment,
  type PrepayInfo,
} from './doors.ts';
import type { Product } from './products.ts';
import { until, type Service } from './service.ts';

export interface Step {
  readonly step: string;
  /** lines for people */
  readonly says: readonly string[];
  /** for programs */
  readonly saw: unknown;
}

export interface Scene {
  readonly service: Service;
  readonly product: Product;
  /** makes the lines of a QR code */
  readonly draw: (text: string) => string[];
}

export type Story = (scene: Scene) => AsyncGenerator<Step>;

export function check(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Error(otherwise);
}

const amount = '8.80';

/** An order that nobody has made before. */
export function newOrder({ channel, method, currency, payer }: Product): Order {
  return {
    business_order_id: `demo-${randomUUID().slice(0, 8)}`,
    payment_channel: channel,
    payment_method: method,
    amount,
    currency,
    subject: 'A pot of tea',
    return_url: `${returnOrigins('local-app')[0] ?? ''}/orders?cart=7`,
    ...payer,
  };
}

/** The same order, to be paid another way. */
export function byOtherWay({ business_order_id }: Order, product: Product): Order {
  return { ...newOrder(product), business_order_id };
}

/** The shop asks to collect, and gets a new payment that can be paid. */
export async function collect(
  service: Service,
  order: Order,
): Promise<{ readonly payment: Payable; readonly step: Step }> {
  const { status, body } = await post(service, transactions, order);
  check(status === 201, `The order was answered ${status}: ${JSON.stringify(body)}`);
  const payment = body as Payable;
  check('prepay_info' in payment, 'The answer brought no means to pay.');
  const { business_order_id: id, currency, payment_method: method, payment_channel: channel } = order;
  const { openid, client_ip: address } = order;
  const says = [
    `Order ${id}: ${order.amount} ${currency} by ${method} on ${channel}.`,
    `${status}  ${payment.transaction_id}  ${payment.status}`,
    ...(openid === undefined ? [] : [`The payer's openid: ${openid}`]),
    ...(address === undefined ? [] : [`The payer's address: ${address}`]),
  ];
  return { payment, step: { step: 'order', says, saw: payment } };
}

const comes: Readonly<Record<PrepayInfo['kind'], string>> = {
  qr_code: 'scans the code',
  redirect_url: 'opens the address',
  app_parameters: 'opens the app',
  jsapi_parameters: 'taps the button',
  client_secret: 'gives the card to the SDK',
};

/** "The payer scans the code and pays": what a payer does with what the shop showed. */
export function payerDoes({ prepay_info: { kind } }: Payable, andThen: string): string {
  return `The payer ${comes[kind]} ${andThen}`;
}

/** @param more lines after the first */
export async function paying(
  service: Service,
  payment: Payable,
  more: readonly string[] = [],
  conduct: object = {},
): Promise<Step & { readonly saw: Paid }> {
  const saw = await pay(service, payment, conduct);
  const says = [payerDoes(payment, `and pays: trade ${String(saw.gateway_transaction_id)}.`), ...more];
  return { step: 'payer', says, saw };
}

/** Waits until the payment is paid, in full and without any doubt. */
export async function untilPaid(service: Service, payment: Payment): Promise<Payment> {
  const paid = await until('PAID_SUCCESS', async () => {
    const now = await look(service, payment);
    return now.status === 'PAID_SUCCESS' ? now : undefined;
  });
  check(paid.amount_paid === payment.amount_requested, `It says ${String(paid.amount_paid)} was paid.`);
  check(paid.anomaly === undefined, `It says ${String(paid.anomaly?.kind)}.`);
  return paid;
}

/** @param text of what the payer pays by, which may be much longer than a line */
export function shortened(text: string, room = 72): string[] {
  if (text.length <= room) return [text];
  return [`${text.slice(0, room)}…`, `(${text.length} characters)`];
}

/** Time goes by for the service and for the provider. @param minutes more than one */
export async function timeGoesBy(service: Service, minutes: number): Promise<Step> {
  const saw = await plain<{ now: string }>(service, 'control', '/clock', { advance: `${minutes}m` });
  const says = service.own
    ? `${minutes} minutes go by.`
    : `The clock of the running service was moved by ${minutes} minutes.`;
  return { step: 'clock', says: [says, `It is ${saw.now.slice(11, 16)} UTC.`], saw };
}
