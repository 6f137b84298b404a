// The typed client before the booted machine: what it promises is what the service answers.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as answers from '../lib/api/answers.ts';
import { paymentsClient } from '../lib/client/client.ts';
import type { CreatePayment } from '../lib/client/requests.ts';
import { Refused } from '../lib/client/send.ts';
import { type Machine, startMachine } from '../local/machine.ts';
import { signedFetch } from '../local/signed-fetch.ts';
import { benches } from './contract/benches.ts';

// The first start after a change builds functions and template.
const patience = 60_000;

type Client = ReturnType<typeof paymentsClient>;

let machine: Machine;
let shop: Client;
let operator: Client;

beforeAll(async () => {
  machine = await startMachine({ port: 0 });
  const { api, region, credentials } = machine;
  shop = paymentsClient(api, signedFetch(credentials.people['local-app'], region));
  operator = paymentsClient(api, signedFetch(credentials.people.operator, region));
}, patience);

afterAll(() => machine.stop());

const order = (business_order_id: string): CreatePayment => ({
  business_order_id,
  payment_channel: 'ALIPAY',
  payment_method: 'alipay_qr',
  amount: '8.80',
  currency: 'CNY',
  subject: '茶',
});

async function refusal(of: Promise<unknown>): Promise<Refused> {
  const thrown = await of.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (thrown instanceof Refused) return thrown;
  throw new Error('It was not refused.', { cause: thrown });
}

describe('the typed client', () => {
  test(
    'collects, reads, lists and tells the story',
    async () => {
      const created = await shop.createPayment(order('client-1'), 'key-1');
      expect(created).toMatchObject({ status: 201, replayed: false, body: { status: 'PENDING_PAYMENT' } });
      const { transaction_id } = created.body;
      const again = await shop.createPayment(order('client-1'), 'key-1');
      expect(again).toEqual({ ...created, replayed: true });

      const read = await shop.getPayment(transaction_id);
      const list = await shop.listPayments({ business_order_id: 'client-1', limit: '5' });
      const story = await shop.getTimeline(transaction_id);
      expect(answers.payment.parse(read.body)).toEqual(created.body);
      expect(answers.paymentList.parse(list.body)).toEqual({ items: [created.body], next_cursor: null });
      expect(answers.timeline.parse(story.body).events.map(({ name }) => name)).toEqual([
        'payment.created',
        'payment.pending',
      ]);
    },
    patience,
  );

  test('reads a channel: what is public of it, and no secret', async () => {
    const { body } = await operator.getChannel('ALIPAY');
    const schema = answers.channel(benches['alipay']?.provider.configSchema ?? answers.facts);
    expect(schema.parse(body)).toEqual(body);
    expect(JSON.stringify(body)).not.toContain('PRIVATE KEY');
  });

  test('throws a refusal with its problem', async () => {
    const { problem, message } = await refusal(shop.createPayment({ ...order('x'), amount: '8.801' }, 'k-2'));
    expect(answers.problem.parse(problem)).toMatchObject({ code: 'AMOUNT_SCALE', param: 'amount' });
    expect(message).toBe(`AMOUNT_SCALE: ${problem.detail}`);
    const { body } = await operator.getChannel('ALIPAY');
    const change = { ...body, environment: 'sandbox', signing_key: 'v1' } as const;
    expect((await refusal(shop.putChannel('ALIPAY', change))).problem.code).toBe('SCOPE_MISSING');
  });

  test('throws what API Gateway itself refuses', async () => {
    const unsigned = paymentsClient(machine.api, (url, init) => fetch(url, init));
    const { problem } = await refusal(unsigned.getPayment('pay_1'));
    expect(answers.problem.parse(problem).code).toBe('NOT_SIGNED_OR_NO_SUCH_ROUTE');
  });

  test('takes no answer from somebody else for the service’s', async () => {
    const html = new Response('<h1>Bad gateway</h1>', {
      status: 502,
      headers: { 'content-type': 'text/html' },
    });
    const through = paymentsClient('http://api.invalid/v1', () => Promise.resolve(html));
    await expect(through.getPayment('pay_1')).rejects.toThrow(/something else.*Whether it took effect/);
  });
});
