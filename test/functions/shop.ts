// A shop that asks for one order again and again, and gateways' answers for it.
import { createPayment } from '../../functions/create-payment/create-payment.ts';
import type { Created } from '../../functions/create-payment/prepay.ts';
import { PaymentError } from '../../lib/domain/errors.ts';
import type { Outcome, Prepay } from '../../lib/gateways/gateway.ts';
import { ports, type Database } from '../store/database.ts';
import { scripted, type Script } from './channel.ts';

let orders = 0;

type Changes = Partial<Record<'amount' | 'subject' | 'payment_method' | 'return_url', string>> & {
  currency?: 'JPY';
};

/** One order, asked for as often as one likes, with a clock that stands still until it is moved. */
export function shopOf(database: Database, script: Script) {
  const gateway = scripted(script);
  const clock = ports();
  const right = {
    business_order_id: `again-${++orders}`,
    payment_channel: 'ALIPAY',
    payment_method: 'alipay_qr',
    amount: '8.80',
    currency: 'CNY' as const,
    subject: 'tea',
  };
  const ask = (changes: Changes = {}, by = 'shop') =>
    createPayment(
      { channel: gateway.channel, tables: database.tables({ ports: clock }), ports: clock },
      {
        application: by,
        returnOrigins: ['https://shop.example'],
        body: { ...right, ...changes },
        deadline: clock.time + 20_000,
      },
    );
  const order = { application: 'shop', businessOrderId: right.business_order_id };
  return { ...gateway, clock, ask, order };
}

export async function codeOf(asked: Promise<Created>): Promise<string> {
  return asked.then(
    ({ kind }) => kind,
    (error: unknown) => {
      if (error instanceof PaymentError) return error.code;
      throw error;
    },
  );
}

export const lost = () => ({ kind: 'unknown', reason: 'timeout' }) as const;
export const crash = (): Promise<Outcome<Prepay>> => Promise.reject(new Error('the function was killed'));
export const notFound: NonNullable<Script['query']>[number] = ({ transactionId }) => ({
  kind: 'ok',
  value: { state: 'not_found', transactionId },
});
