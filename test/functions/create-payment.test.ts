// The story of making a payment against a gateway that does as it is told, on the real database.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPayment } from '../../functions/create-payment/create-payment.ts';
import type { Created } from '../../functions/create-payment/prepay.ts';
import { PaymentError } from '../../lib/domain/errors.ts';
import type { Payment } from '../../lib/domain/payment.ts';
import { settlePayment } from '../../lib/flows/settle-payment.ts';
import type { PrepayRequest } from '../../lib/gateways/gateway.ts';
import { listEvents } from '../../lib/store/events.ts';
import { getOrderLock } from '../../lib/store/locks.ts';
import { getPayment } from '../../lib/store/payments.ts';
import { ports, startDatabase, type Database, type TestPorts } from '../store/database.ts';
import { qr, scripted, type Script, type Scripted } from './channel.ts';

let database: Database;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

let orders = 0;

interface Shop extends Scripted {
  readonly clock: TestPorts;
  readonly order: { application: string; businessOrderId: string };
  /** the order's payment is asked for, by a request of 20 seconds */
  ask(changes?: { amount?: string; currency?: 'CNY' | 'JPY' }): Promise<Created>;
  stored(): Promise<Payment>;
}

function shop(script: Script): Shop {
  const gateway = scripted(script);
  const clock = ports();
  const tables = database.tables({ ports: clock });
  const order = { application: 'shop', businessOrderId: `order-${++orders}` };
  const body = {
    business_order_id: order.businessOrderId,
    payment_channel: 'ALIPAY',
    payment_method: 'alipay_qr',
    amount: '8.80',
    currency: 'CNY' as const,
    subject: 'tea',
  };
  return {
    ...gateway,
    clock,
    order,
    ask: (changes = {}) =>
      createPayment(
        { channel: gateway.channel, tables, ports: clock },
        {
          application: 'shop',
          returnOrigins: [],
          body: { ...body, ...changes },
          deadline: clock.time + 20_000,
        },
      ),
    stored: async () => {
      const lock = await getOrderLock(tables, order);
      const found = lock && (await getPayment(tables, lock.live));
      if (!found) throw new Error('nothing was stored');
      return found.payment;
    },
  };
}

async function refusal(asked: Promise<Created>): Promise<Partial<PaymentError>> {
  const error: unknown = await asked.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof PaymentError)) throw new Error('no refusal', { cause: error });
  return { code: error.code, details: error.details };
}

const no = (code: 'refused' | 'misconfigured' | 'already_paid' | 'already_closed') => () =>
  ({ kind: 'declined', code, channelCode: 'ACQ.SOME_CODE', message: 'raw text' }) as const;
const lost = () => ({ kind: 'unknown', reason: 'timeout' }) as const;
const busy = () => ({ kind: 'retry_later', channelCode: 'LIMIT', message: 'raw text' }) as const;

function settleFrom(of: Shop, word: { state: 'closed' } | { state: 'paid'; minor: number }) {
  return async ({ transactionId }: PrepayRequest) => {
    const { payee } = await of.channel('ALIPAY');
    const paid = {
      state: 'paid',
      transactionId,
      gatewayTransactionId: `gw-${transactionId}`,
      amount: { minor: word.state === 'paid' ? word.minor : 0, currency: 'CNY' },
      paidAt: '2026-11-22T08:00:01.000Z',
      payee,
    } as const;
    await settlePayment(
      { tables: database.tables(), ports: of.clock },
      {
        channelCode: 'ALIPAY',
        snapshot: word.state === 'paid' ? paid : { state: 'closed', transactionId },
        cause: { actor: 'channel:ALIPAY', reason: 'callback' },
        policy: {},
      },
    );
    return qr;
  };
}

describe('what the gateway answers', () => {
  it('ok: the payment waits for its payer, with the means to pay', async () => {
    const asked = shop({ prepay: [() => qr] });
    const { kind, payment } = await asked.ask();
    expect(kind).toBe('created');
    expect(payment).toMatchObject({ status: 'PENDING_PAYMENT', version: 2, prepayInfo: { kind: 'qr_code' } });
    expect(await asked.stored()).toEqual(payment);
    expect(asked.prepays).toEqual([
      expect.objectContaining({
        transactionId: payment.transactionId,
        amount: { minor: 880, currency: 'CNY' },
        callbackUrl: 'https://pay.example.com/payments/callbacks/ALIPAY',
      }),
    ]);
  });

  it('nothing yet: our row is there before the gateway is called', async () => {
    const seen: string[] = [];
    const asked: Shop = shop({
      prepay: [
        async ({ transactionId }) => {
          const row = await getPayment(database.tables(), transactionId);
          seen.push(row?.payment.status ?? 'missing');
          return qr;
        },
      ],
    });
    await asked.ask();
    expect(seen).toEqual(['PENDING_CREATE']);
  });

  it.each([
    ['refused', 'CHANNEL_DECLINED'],
    ['misconfigured', 'CHANNEL_MISCONFIGURED'],
  ] as const)('%s: the payment has failed, and a new one may be made', async (code, errorCode) => {
    const asked = shop({ prepay: [no(code), () => qr] });
    const first = await asked.ask();
    expect(first).toMatchObject({ kind: 'declined', code, payment: { status: 'PAID_FAILED', errorCode } });
    expect(first.payment.channelErrorCode).toBe('ACQ.SOME_CODE');
    const second = await asked.ask();
    expect(second).toMatchObject({ kind: 'created', payment: { status: 'PENDING_PAYMENT' } });
    expect(second.payment.transactionId).not.toBe(first.payment.transactionId);
    expect((await getOrderLock(database.tables(), asked.order))?.all).toHaveLength(2);
  });

  it.each([
    ['unknown', lost, 'timeout'],
    ['retry_later', busy, undefined],
  ] as const)('%s: the payment is neither failed nor closed', async (kind, outcome, reason) => {
    const asked = shop({ prepay: [outcome] });
    const answer = await asked.ask().catch((error: unknown) => error);
    const expected =
      kind === 'unknown'
        ? { kind, reason, retryAfter: 2 }
        : { code: 'GATEWAY_UNAVAILABLE', details: { retryAfter: 2 } };
    expect(answer).toMatchObject(expected);
    expect(await asked.stored()).toMatchObject({ status: 'PENDING_CREATE', version: 1 });
    expect(await listEvents(database.tables(), (await asked.stored()).transactionId)).toHaveLength(1);
  });

  it('"already paid": asked for the facts, it is paid', async () => {
    const asked: Shop = shop({
      prepay: [no('already_paid')],
      query: [(query) => paidNow(query.transactionId, 880)],
    });
    expect(await asked.ask()).toMatchObject({
      payment: { status: 'PAID_SUCCESS', amountPaid: { minor: 880 } },
    });
    expect(asked.calls).toEqual(['prepay', 'query']);
    expect((await refusal(asked.ask())).code).toBe('ORDER_ALREADY_PAID');
  });

  it.each(['not_found', 'pending'] as const)(
    '"already paid", but the facts say %s: unknown',
    async (state) => {
      const asked = shop({
        prepay: [no('already_paid')],
        query: [({ transactionId }) => ({ kind: 'ok', value: { state, transactionId } })],
      });
      expect(await asked.ask()).toMatchObject({ kind: 'unknown', payment: { status: 'PENDING_CREATE' } });
    },
  );

  it('"already paid", with another amount: the anomaly is kept, and no answer is final', async () => {
    const asked = shop({ prepay: [no('already_paid')], query: [(query) => paidNow(query.transactionId, 1)] });
    for (let times = 1; times <= 2; times++)
      expect((await refusal(asked.ask())).code).toBe('ORDER_UNDER_REVIEW');
    expect(asked.calls).toEqual(['prepay', 'query']);
  });

  it('"already closed": asked for the facts, it is closed, and a new one may be made', async () => {
    const asked = shop({
      prepay: [no('already_closed'), () => qr],
      query: [({ transactionId }) => ({ kind: 'ok', value: { state: 'closed', transactionId } })],
    });
    expect((await refusal(asked.ask())).code).toBe('STATE_CONFLICT');
    expect(await asked.ask()).toMatchObject({ kind: 'created', payment: { status: 'PENDING_PAYMENT' } });
  });
});

function paidNow(transactionId: PrepayRequest['transactionId'], minor: number) {
  return {
    kind: 'ok',
    value: {
      state: 'paid',
      transactionId,
      gatewayTransactionId: `gw-${transactionId}`,
      amount: { minor, currency: 'CNY' },
      paidAt: '2026-11-22T08:00:01.000Z',
      payee: {},
    },
  } as const;
}

describe('a callback that is quicker than the gateway’s answer', () => {
  it('and says paid stands: the answer tells of it', async () => {
    const prepay: Script['prepay'][number][] = [];
    const asked = shop({ prepay: [(request) => prepay[0]?.(request) ?? qr] });
    prepay.push(settleFrom(asked, { state: 'paid', minor: 880 }));
    const created = await asked.ask();
    expect(created).toMatchObject({ kind: 'created', payment: { status: 'PAID_SUCCESS', version: 2 } });
    expect(created.payment.prepayInfo).toBeUndefined();
    expect(await asked.stored()).toEqual(created.payment);
  });

  it.each([
    ['closes', () => ({ kind: 'ok', value: 'closed' }) as const],
    ['cannot close', lost],
  ])(
    'and says closed stands: the gateway %s what it opened, and nothing to pay with is shown',
    async (_, close) => {
      const prepay: Script['prepay'][number][] = [];
      const asked = shop({ prepay: [(request) => prepay[0]?.(request) ?? qr], close: [close] });
      prepay.push(settleFrom(asked, { state: 'closed' }));
      expect((await refusal(asked.ask())).code).toBe('STATE_CONFLICT');
      expect(await asked.stored()).toMatchObject({ status: 'CLOSED', version: 2 });
      expect(asked.calls).toEqual(['prepay', 'close']);
    },
  );
});
