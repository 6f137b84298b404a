// What a create asks for, judged as the story judges it: by the schema, then by the channel's rules.
import { createPaymentBody, waysOf } from '../../functions/create-payment/schema.ts';
import { wantedPayment } from '../../functions/create-payment/terms.ts';
import { validate } from '../../lib/api/validation.ts';
import type { ConnectedChannel } from '../../lib/channels/channels.ts';
import { PaymentError } from '../../lib/domain/errors.ts';
import { readJson } from '../../lib/domain/strict-json.ts';
import { alipay } from '../../lib/gateways/alipay/index.ts';
import { ports } from '../store/database.ts';
import { aChannelRow } from './channel.ts';

export const right = {
  business_order_id: 'order-1',
  payment_channel: 'ALIPAY',
  payment_method: 'alipay_qr',
  amount: '8.80',
  currency: 'CNY',
  subject: 'tea',
};
export const channel: ConnectedChannel = {
  code: 'ALIPAY',
  row: aChannelRow(),
  payee: { merchantId: 'm', appId: 'a' },
  methods: {
    ...alipay.methods,
    anywhere: {
      ...alipay.methods['alipay_qr'],
      amounts: { JPY: ['1', '1000'], KWD: ['1', '1000'], CNY: ['1', '1000'] },
    },
  } as ConnectedChannel['methods'],
  sync: alipay.sync,
  // Nothing is asked of it before what is wanted is judged.
  gateway: undefined as never,
};

export function wanted(body: unknown, on = channel, clock = ports()) {
  const request = {
    application: 'shop',
    returnOrigins: ['https://shop.example'],
    body: validate(createPaymentBody, body),
    deadline: 0,
  };
  const way = { channel: on, method: request.body.payment_method ?? '' };
  return wantedPayment(request, waysOf(request.body), way, clock);
}

/** The body goes the way of a real one: as text. */
export function judged(body: unknown) {
  return wanted(readJson(Buffer.from(JSON.stringify(body)))).payment();
}

export function refusal(body: unknown): { code: string; status?: number; param: string | undefined } {
  try {
    judged(body);
  } catch (error) {
    if (error instanceof PaymentError) return { code: error.code, param: error.details.param };
    throw error;
  }
  return { code: 'taken', param: undefined };
}

export const withField = (param: string, value: unknown) => refusal({ ...right, [param]: value });
