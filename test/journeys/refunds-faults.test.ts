// Every way in which each provider can fail us while money goes back: the call, the question what became of it, the callback.
// Nothing of that is a refusal: the refund is made once, and is never called failed.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { expectAgreement } from './agree.ts';
import { oneOfEach, type Product } from './products.ts';
import { bootPatience, startService, type Service } from './service.ts';
import { read } from './shop.ts';
import { inBooks, paidBy, readRefund, refunding, stepsOf, type Paid } from './refunding.ts';

/** ms: how long a line is held before it is cut */
const faults: readonly (readonly [fault: string, ms?: number])[] = [
  ['reset_before'],
  ['reset_after'],
  ['timeout_before', 300],
  ['timeout_after', 300],
  ['http_500_before'],
  ['http_500_after'],
  ['html_200'],
  ['truncated'],
  ['bad_signature'],
  ['wrong_order'],
  ['unknown_code'],
  ['rate_limited'],
  ['slow', 1500],
];

/** `early`: before the answer to the call is there */
const notices = ['lost', 'duplicated', 'delayed', 'early', 'tampered', 'wrong_key', 'stale', 'wrong_amount'];

interface Story extends Paid {
  readonly refund_id: string;
}

let service: Service;
const stories = new Map<string, Story>();
const storyOf = ({ channel }: Product, name: string): Story => {
  const story = stories.get(`${channel} ${name}`);
  if (!story) throw new Error(`${name} was not played at ${channel}`);
  return story;
};

async function begin(product: Product, name: string, planted: object): Promise<void> {
  const paid = await paidBy(service, product);
  await service.gateway('/faults', { transaction_id: paid.id, ...planted });
  const refund_id = await refunding(service, paid.id, '8.80');
  stories.set(`${product.channel} ${name}`, { ...paid, refund_id });
}

/** Nobody but the workflow finds out. */
const unheard = { callback: { kind: 'refund', fault: 'lost' } };
const hint = (fault: string) => ({
  ...(fault === 'early' && { call: { operation: 'refund', fault: 'slow', ms: 1500 } }),
  callback: { kind: 'refund', fault },
});

/** PayPal shows a refund whose number we have not heard within its order. */
const question = ({ provider }: Product) => (provider === 'paypal' ? 'query' : 'refund_query');

async function play(product: Product): Promise<void> {
  for (const [fault, ms] of faults) {
    await begin(product, fault, { ...unheard, call: { operation: 'refund', fault, ms } });
    const lost = { operation: 'refund', fault: 'reset_after' };
    await begin(product, `${fault}, then asked`, { ...unheard, call: lost });
    const { id: transaction_id } = storyOf(product, `${fault}, then asked`);
    await service.gateway('/faults', { transaction_id, call: { operation: question(product), fault, ms } });
  }
  for (const fault of notices) await begin(product, fault, hint(fault));
}

beforeAll(async () => {
  service = await startService();
  await Promise.all(oneOfEach.map((product) => play(product)));
  // Faster than that no bank is, and no provider repeats its callbacks.
  for (let minutes = 0; minutes < 20; minutes++) await service.control('/clock', { advance: '1m' });
}, oneOfEach.length * bootPatience);

afterAll(() => service.stop());

describe.each(oneOfEach)('$channel', (product) => {
  const expectOnce = async (name: string) => {
    const { id, refund_id } = storyOf(product, name);
    expect(await readRefund(service, refund_id)).toMatchObject({
      status: 'SUCCESS',
      amount_refunded: '8.80',
    });
    expect(await read(service, id)).toMatchObject({ status: 'REFUND_FULL', refundable_amount: '0.00' });
    expect(await inBooks(service, id)).toMatchObject([{ refund_id, amount: '8.80' }]);
    const steps = await stepsOf(service, id);
    expect(steps).not.toContain('refund.failed');
    expect(steps.filter((step) => step === 'refund.succeeded')).toHaveLength(1);
  };

  test.each(faults)('the call: %s', (fault) => expectOnce(fault));
  test.each(faults)('the answer is lost, and the question: %s', (fault) =>
    expectOnce(`${fault}, then asked`),
  );
  test.each(notices)('the callback: %s', (fault) => expectOnce(fault));

  test('all of them were met', async () => {
    interface Planted {
      readonly call: readonly { readonly transaction_id: string }[];
      readonly callback: readonly { readonly transaction_id: string; readonly times?: number }[];
    }
    const { faults: planted } = await service.gateway<{ faults: Planted }>('/faults');
    const own = new Set(
      [...stories].flatMap(([name, { id }]) => (name.startsWith(`${product.channel} `) ? [id] : [])),
    );
    const left = [...planted.call, ...planted.callback.filter(({ times }) => times !== undefined)];
    expect(left.filter(({ transaction_id: id }) => own.has(id))).toEqual([]);
  });

  test('all agree', async () => {
    const own = [...stories].filter(([name]) => name.startsWith(`${product.channel} `));
    expect(own).toHaveLength(2 * faults.length + notices.length);
    await expectAgreement(
      service,
      own.map(([, { order }]) => order),
    );
  });
});
