// Every way in which a gateway can fail us while we take what its payer has agreed to. What is not known is asked for, the
// same capture may be made again, and the money is taken once.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { expectAgreement } from './agree.ts';
import { oneOfEach, orderOf, type Product } from './products.ts';
import { bootPatience, startService, type PaymentView, type Service } from './service.ts';
import { asked, pay, read, shown, type Order } from './shop.ts';

/** How many captures it takes. ms: how long a line is held before it is cut */
const faults: readonly (readonly [fault: string, captures: number, ms?: number])[] = [
  ['reset_before', 2],
  ['reset_after', 1],
  ['timeout_before', 2, 300],
  ['timeout_after', 1, 300],
  ['http_500_before', 2],
  ['http_500_after', 1],
  ['html_200', 1],
  ['truncated', 1],
  ['bad_signature', 1],
  ['wrong_order', 1],
  ['unknown_code', 1],
  ['rate_limited', 2],
  ['slow', 1, 1500],
];

interface Story {
  readonly order: Order;
  readonly id: string;
}

let service: Service;
const stories = new Map<string, Story>();
/** by number: the payment once the fault was met */
const met = new Map<string, PaymentView>();
const storyOf = ({ channel }: Product, fault: string): Story => {
  const story = stories.get(`${channel} ${fault}`);
  if (!story) throw new Error(`${fault} was not played at ${channel}`);
  return story;
};
const captured = oneOfEach.filter(({ isCaptured }) => isCaptured);

/** Neither the browser nor any callback tells of it. */
async function begin(product: Product, fault: string, ms?: number): Promise<void> {
  const order = orderOf(product);
  const id = await shown(service.app, order);
  await service.gateway('/faults', {
    transaction_id: id,
    call: { operation: 'capture', fault, ms },
    callback: { kind: 'payment', fault: 'lost' },
  });
  await pay(service, id, 'success', { return: false });
  stories.set(`${product.channel} ${fault}`, { order, id });
}

/** All are due within twelve seconds, and none again for longer than a minute after it was asked for. */
async function meetAll(): Promise<void> {
  const isAsked = ({ id }: Story) =>
    service.lines.some(({ name, transaction_id }) => synced.test(name) && transaction_id === id);
  for (let steps = 0; steps < 20 && ![...stories.values()].every(isAsked); steps++)
    await service.control('/clock', { advance: '10s' });
}

const synced = /^payment\.sync(ed|_unanswered)$/;

beforeAll(async () => {
  service = await startService();
  await Promise.all(captured.flatMap((product) => faults.map(([fault, , ms]) => begin(product, fault, ms))));
  await meetAll();
  for (const { id } of stories.values()) met.set(id, await read(service, id));
  await service.control('/clock', { advance: '10m' });
}, bootPatience);

afterAll(() => service.stop());

describe.each(captured)('$channel: capture', (product) => {
  test.each(faults)('%s', async (fault, captures) => {
    const { id } = storyOf(product, fault);
    const unknown = { status: 'PENDING_PAYMENT', version: 3 };
    const fine = { status: 'PAID_SUCCESS', version: 4 };
    expect(met.get(id)).toMatchObject(fault === 'slow' ? fine : unknown);
    expect(await read(service, id)).toMatchObject(fine);
    expect(asked(service, id, 'capture')).toHaveLength(captures);
  });

  test('each is charged once, and all agree', async () => {
    const { charges } = await service.gateway<{ charges: { transaction_id: string }[] }>('/books');
    const own = faults.map(([fault]) => storyOf(product, fault));
    expect(charges.map(({ transaction_id: id }) => id).sort()).toEqual(own.map(({ id }) => id).sort());
    await expectAgreement(
      service,
      own.map(({ order }) => order),
    );
  });
});
