// A channel whose gateway does as a test tells it.
import type { ConnectedChannel, ReadableChannel } from '../../lib/channels/channels.ts';
import type {
  Acknowledgement,
  Callback,
  Closing,
  Gateway,
  NotificationReader,
  Outcome,
  PaymentQuery,
  Prepay,
  PrepayRequest,
  ProvedNotification,
} from '../../lib/gateways/gateway.ts';
import type { PaymentSnapshot } from '../../lib/domain/settlement.ts';
import type { ChannelRow } from '../../lib/store/channels.ts';

export function aChannelRow(changes: Partial<ChannelRow> = {}): ChannelRow {
  return {
    channelCode: 'ALIPAY',
    provider: 'alipay',
    environment: 'sandbox',
    callbackUrlPayment: 'https://pay.example.com/payments/callbacks/ALIPAY',
    isActive: true,
    sourcePolicy: 'monitor',
    sourceRanges: [],
    config: {},
    secretVersion: '0190-secret',
    fingerprints: {},
    version: 1,
    updatedAt: '2026-11-22T07:00:00.000Z',
    updatedBy: 'operators',
    ...changes,
  };
}

const channelFacts = {
  code: 'ALIPAY',
  payee: { merchantId: '2088102146225135', appId: '2021000000000001' },
  methods: {
    alipay_qr: {
      amounts: { CNY: ['1', '100000'], JPY: ['1', '100000'] },
      expiry: { default: 900, minimum: 120, maximum: 7200 },
    },
    alipay_page: {
      amounts: { CNY: ['1', '100000'] },
      expiry: { default: 900, minimum: 120, maximum: 7200 },
    },
  },
  sync: {
    tiers: [
      { until: 120, every: 60 },
      { until: Infinity, every: 300 },
    ],
    lead: 60,
    grace: 60,
    limit: 86_400,
  },
} as const;

/** What the gateway does when it is called; each call takes the first that is left, and the last stays. */
export interface Script {
  prepay: readonly ((request: PrepayRequest) => Outcome<Prepay> | Promise<Outcome<Prepay>>)[];
  query?: readonly Answer<PaymentSnapshot>[];
  close?: readonly Answer<Closing>[];
}

export type Answer<T> = (query: PaymentQuery) => Outcome<T> | Promise<Outcome<T>>;

export interface Scripted {
  readonly channel: (code: string) => Promise<ConnectedChannel>;
  /** what was asked, in order */
  readonly prepays: PrepayRequest[];
  readonly calls: string[];
}

export const qr: Outcome<Prepay> = {
  kind: 'ok',
  value: { prepayInfo: { kind: 'qr_code', qr_code: 'https://qr.example.com/1' } },
};

export function scripted(script: Script, row: Partial<ChannelRow> = {}): Scripted {
  const prepays: PrepayRequest[] = [];
  const calls: string[] = [];
  const [prepay, query, close] = [[...script.prepay], [...(script.query ?? [])], [...(script.close ?? [])]];
  const gateway: Gateway = {
    ...reader(),
    prepay: (request) => {
      calls.push('prepay');
      prepays.push(request);
      const act = prepay.length > 1 ? prepay.shift() : prepay[0];
      if (!act) throw new Error('no prepay was expected');
      return Promise.resolve(act(request));
    },
    queryPayment: (asked) => {
      calls.push('query');
      const act = query.length > 1 ? query.shift() : query[0];
      if (!act) throw new Error('no query was expected');
      return Promise.resolve(act(asked));
    },
    closePayment: (asked) => {
      calls.push('close');
      const act = close.length > 1 ? close.shift() : close[0];
      if (!act) throw new Error('no close was expected');
      return Promise.resolve(act(asked));
    },
  };
  const connected: ConnectedChannel = { ...channelFacts, row: aChannelRow(row), gateway };
  return { channel: () => Promise.resolve(connected), prepays, calls };
}

/** @param read proves and reads, or throws CallbackRefused */
export function reader(
  read: (callback: Callback) => ProvedNotification = () => {
    throw new Error('no callback was expected');
  },
): NotificationReader {
  const accepted: Acknowledgement = { status: 200, contentType: 'text/plain', body: 'success' };
  return {
    readNotification: read,
    acknowledge: (verdict) => (verdict === 'accepted' ? accepted : { ...accepted, body: 'fail' }),
  };
}

export function readable(
  read: (callback: Callback) => ProvedNotification,
  row: Partial<ChannelRow> = {},
): (code: string) => Promise<ReadableChannel> {
  return () => Promise.resolve({ ...channelFacts, row: aChannelRow(row), reader: reader(read) });
}
