// 3.3 Closing, by whom and when; 3.5 payers who come back. The gateway is asked, and only what it says counts.
import { expect } from '@jest/globals';
import { form, notice, returnedFields } from '../../contract/alipay-side.ts';
import type { Trade } from '../alipay-gateway.ts';
import { made, now, seen, told } from '../play.ts';
import { post } from '../post.ts';
import { create, fresh, json, read, terms, type Scene } from '../row.ts';
import type { Answer, Sent, World } from '../world.ts';

const close = (id: string, change: Partial<Sent> = {}): Sent => ({
  method: 'POST',
  path: `/payments/transactions/${id}/close`,
  headers: [json, ['idempotency-key', fresh('key')]],
  body: '{}',
  as: 'local-app',
  ...change,
});

let serial = 0;

/** The payer has opened the payment. */
function opened(world: World, id: string): Trade {
  const trade_no = `20261123220014${String(++serial).padStart(14, '0')}`;
  const trade: Trade = { trade_no, trade_status: 'WAIT_BUYER_PAY', total_amount: '8.80' };
  world.alipay.trades.set(id, trade);
  return trade;
}

async function pays(world: World, id: string, trade: Trade): Promise<void> {
  const at = new Date((await now(world)) + 8 * 3_600_000).toISOString();
  const send_pay_date = at.slice(0, 19).replace('T', ' ');
  world.alipay.trades.set(id, { ...trade, trade_status: 'TRADE_SUCCESS', send_pay_date });
}

const alreadyPaid = ({ status, json: said }: Answer) => {
  expect([status, said['code'], said['retryable']]).toEqual([409, 'ORDER_ALREADY_PAID', false]);
};

const methodsFor = ({ alipay }: World, id: string) =>
  alipay.asked.filter(({ business }) => business['out_trade_no'] === id).map(({ method }) => method);

const alike = ({ status, json: said }: Answer) => [status, { ...said, request_id: '', instance: '' }];

async function returned(world: World, trade: (world: World, id: string) => unknown): Promise<void> {
  const { transaction_id: id } = await made(world);
  trade(world, id);
  const before = await world.stateHash();
  const query = new URLSearchParams(notice(returnedFields(id, await now(world)))).toString();
  const { status, text } = await world.send({ path: '/payments/returns/alipay', query });
  expect([status, text.includes('waiting for the provider')]).toEqual([200, true]);
  expect(methodsFor(world, id)).toEqual(['alipay.trade.precreate', 'alipay.trade.query']);
  expect(await world.stateHash()).toBe(before);
  const posted = await world.send(post(query));
  expect([posted.status, posted.text]).toEqual([400, 'fail']);
  await world.settled();
  expect(await world.stateHash()).toBe(before);
  expect(await seen(world, id)).toMatchObject({ status: 'PENDING_PAYMENT', version: 2 });
}

async function payerIsQuicker(world: World): Promise<void> {
  const { transaction_id: id } = await made(world);
  const trade = opened(world, id);
  world.alipay.before('alipay.trade.close', id, () => pays(world, id, trade));
  alreadyPaid(await world.send(close(id)));
  const paid = await seen(world, id);
  expect(paid).toMatchObject({ status: 'PAID_SUCCESS', gateway_transaction_id: trade.trade_no });
  expect(paid).not.toHaveProperty('anomaly');
  expect(paid).not.toHaveProperty('close_requested_at');
}

async function createWhileClosing(world: World): Promise<void> {
  const body = terms();
  const { transaction_id: id } = await made(world, body);
  opened(world, id);
  let during: Answer | undefined;
  world.alipay.before('alipay.trade.close', id, async () => {
    during = await world.send(create(body));
  });
  expect((await world.send(close(id))).json['status']).toBe('CLOSED');
  expect([during?.status, during?.json['code'], during?.json['transaction_id']]).toEqual([
    ...[409, 'STATE_CONFLICT', id],
  ]);
  expect(during?.json['retryable']).toBe(true);
  expect(Number(during?.headers['retry-after'])).toBeGreaterThan(0);
  const next = await made(world, body);
  expect(next.transaction_id).not.toBe(id);
}

export const closingScenes: readonly Scene[] = [
  {
    rows: [58],
    what: 'paid is not closed: nothing is written, and the gateway is not asked',
    play: async (world) => {
      const { transaction_id: id } = await made(world);
      expect(await told(world, id)).toMatchObject({ status: 'PAID_SUCCESS' });
      const before = await world.stateHash();
      alreadyPaid(await world.send(close(id)));
      expect(await world.stateHash()).toBe(before);
      expect(methodsFor(world, id)).toEqual(['alipay.trade.precreate']);
    },
  },
  {
    rows: [58],
    what: 'paid, and we have not heard of it: the gateway says so, and PAID it is',
    play: async (world) => {
      const { transaction_id: id } = await made(world);
      await pays(world, id, opened(world, id));
      alreadyPaid(await world.send(close(id)));
      expect(await seen(world, id)).toMatchObject({ status: 'PAID_SUCCESS', amount_paid: '8.80' });
    },
  },
  {
    rows: [58],
    what: 'the payer pays between our question and our closing: nothing is closed, nothing is late',
    play: payerIsQuicker,
  },
  {
    rows: [58],
    what: 'closed twice, by two keys: the same answer, and the gateway is asked once',
    play: async (world) => {
      const { transaction_id: id } = await made(world);
      opened(world, id);
      const first = await world.send(close(id));
      expect([first.status, first.json['status']]).toEqual([200, 'CLOSED']);
      const [before, asked] = [await world.stateHash(), methodsFor(world, id)];
      const second = await world.send(close(id));
      expect([second.status, second.text]).toEqual([200, first.text]);
      expect([await world.stateHash(), methodsFor(world, id)]).toEqual([before, asked]);
    },
  },
  {
    rows: [59],
    what: 'a create while its order is being closed waits; what is created then is another payment',
    play: createWhileClosing,
  },
  {
    rows: [49],
    what: "another application's payment is neither closed nor decided about, and is not there for it",
    play: async (world) => {
      const { transaction_id: id } = await made(world);
      opened(world, id);
      const before = await world.stateHash();
      const nobody = 'pay_01jd0000000000000000000000';
      const [foreign, unknown] = [
        await world.send(close(id, { as: 'other-app' })),
        await world.send(close(nobody, { as: 'other-app' })),
      ];
      expect([foreign.status, foreign.json['code']]).toEqual([404, 'NOT_FOUND']);
      expect(alike(foreign)).toEqual(alike(unknown));
      expect(methodsFor(world, id)).toEqual(['alipay.trade.precreate']);
      expect(await world.stateHash()).toBe(before);
      expect((await world.send(read(`/${id}`))).json['status']).toBe('PENDING_PAYMENT');
    },
  },
  ...(
    [
      ['knows of no trade', () => undefined],
      ['says that nobody has paid', opened],
    ] as const
  ).map(([what, trade]): Scene => ({
    rows: [109],
    what: `a genuine return while the gateway ${what}: it is asked once, nothing changes; nor is it a callback`,
    play: async (world) => {
      await returned(world, trade);
    },
  })),
  {
    rows: [109],
    what: 'a genuine callback is no return',
    play: async (world) => {
      const { transaction_id: id } = await made(world);
      const before = await world.stateHash();
      const callback = form(
        notice({ ...returnedFields(id, await now(world)), notify_type: 'trade_status_sync' }),
      );
      const answer = await world.send({ path: '/payments/returns/alipay', query: callback.toString() });
      expect(answer.status).toBe(400);
      expect([await world.stateHash(), methodsFor(world, id)]).toEqual([before, ['alipay.trade.precreate']]);
    },
  },
];
