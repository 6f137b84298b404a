// Every way in which each provider's gateway can fail us while a payment is closed. What is not known is never called closed; the same
// request again heals it, and a payer who was quicker, or later, loses nothing.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { expectAgreement } from './agree.ts';
import { oneOfEach, orderOf, type Product } from './products.ts';
import { bootPatience, startService, until, type Answer, type Service } from './service.ts';
import { asked, close, open, pay, read, shown, type Order } from './shop.ts';

const requested = { status: 202, body: { status: 'PENDING_PAYMENT' } };
const fine = { status: 200, body: { status: 'CLOSED' } };

/** What a close must answer that meets the fault. ms: how long a line is held before it is cut */
const faults: readonly (readonly [fault: string, answer: object, ms?: number])[] = [
  ['reset_before', requested],
  ['reset_after', requested],
  ['timeout_before', requested, 300],
  ['timeout_after', requested, 300],
  ['http_500_before', requested],
  ['http_500_after', requested],
  ['html_200', requested],
  ['truncated', requested],
  ['bad_signature', requested],
  ['wrong_order', requested],
  ['unknown_code', requested],
  ['rate_limited', requested],
  ['slow', fine, 1500],
];
const names = faults.map(([fault]) => fault);
/** Those whose gateway is told of a closing. */
const told = oneOfEach.filter(({ isCaptured }) => !isCaptured);

interface Story {
  readonly order: Order;
  readonly id: string;
  /** the answer that met the fault */
  readonly met: Answer;
  /** the payer had the code, and pays after that answer: whether money moved */
  readonly paid?: boolean;
  /** the answer to the same request a minute later */
  readonly again: Answer;
}

let service: Service;
const stories = new Map<string, Story>();
const storyOf = ({ channel }: Product, name: string): Story => {
  const story = stories.get(`${channel} ${name}`);
  if (!story) throw new Error(`${name} was not played at ${channel}`);
  return story;
};

/** The payer has opened it, the shop wants it closed, and the gateway fails in that. */
async function meet(product: Product, operation: 'query' | 'close', fault: string, ms?: number) {
  const order = orderOf(product);
  const id = await shown(service.app, order);
  await open(service, product, id);
  const { prepay_info } = await read(service, id);
  await service.gateway('/faults', { transaction_id: id, call: { operation, fault, ms } });
  return { order, id, key: `close-${id}`, prepay_info, met: await close(service.app, id, `close-${id}`) };
}

type Met = Awaited<ReturnType<typeof meet>>;

/** @returns whether money moved */
function paysNow({ id, prepay_info }: Met): Promise<boolean> {
  return pay(service, id, 'success', { prepay_info }).then(
    () => true,
    (error: unknown) => {
      expect(String(error)).toContain('No money moved');
      return false;
    },
  );
}

async function play(name: string, met: Promise<Met>, isPaid: boolean): Promise<() => Promise<void>> {
  const story = await met;
  const paid = isPaid ? await paysNow(story) : undefined;
  if (paid)
    await until(`the word of late money for ${name}`, async () => (await read(service, story.id)).anomaly);
  return async () => {
    const again = await close(service.app, story.id, story.key);
    stories.set(`${story.order.payment_channel} ${name}`, {
      ...story,
      again,
      ...(paid !== undefined && { paid }),
    });
  };
}

beforeAll(async () => {
  service = await startService();
  const endings = await Promise.all(
    told.flatMap((product) =>
      faults.flatMap(([fault, , ms]) => [
        play(`query ${fault}`, meet(product, 'query', fault, ms), false),
        play(`close ${fault}`, meet(product, 'close', fault, ms), false),
        play(`late ${fault}`, meet(product, 'close', fault, ms), true),
      ]),
    ),
  );
  await service.control('/clock', { advance: '61s' });
  await Promise.all(endings.map((end) => end()));
}, oneOfEach.length * bootPatience);

afterAll(() => service.stop());

const every = told.flatMap((product) =>
  (['query', 'close'] as const).map((operation) => ({ product, channel: product.channel, operation })),
);

describe.each(every)('$channel: $operation', ({ product, operation }) => {
  test.each(faults.map(([fault, answer]) => [fault, answer] as const))('%s', async (fault, usual) => {
    const { id, met, again } = storyOf(product, `${operation} ${fault}`);
    // Its callback may be quicker than the answer that goes astray.
    const answer = product.tellsClosing && met.status === 200 ? fine : usual;
    expect(met).toMatchObject(answer);
    expect(met.headers.has('retry-after')).toBe(answer === requested);
    expect(met.body.close_requested_at !== undefined).toBe(answer === requested);
    expect(met.body).not.toHaveProperty('prepay_info');
    expect(met.body).not.toHaveProperty('code');
    expect(again).toMatchObject(fine);
    expect(await read(service, id)).toMatchObject({ status: 'CLOSED', version: answer === fine ? 3 : 4 });
    expect(asked(service, id, 'close').length).toBeLessThanOrEqual(2);
  });
});

describe.each(told)('$channel: the payer pays what was to be closed', (product) => {
  test.each(names)('%s', async (fault) => {
    const { id, paid, again } = storyOf(product, `late ${fault}`);
    expect(again).toMatchObject(fine);
    const { anomaly, amount_paid } = await read(service, id);
    expect([anomaly?.kind, anomaly?.amount, amount_paid]).toEqual([
      ...(paid ? ['PAID_AFTER_CLOSE', '8.80'] : [undefined, undefined]),
      undefined,
    ]);
  });

  test('no money moved where the gateway had closed it, and only there', () => {
    const moved = names.filter((fault) => storyOf(product, `late ${fault}`).paid);
    expect(moved).toEqual(['reset_before', 'timeout_before', 'http_500_before', 'rate_limited']);
  });
});

test(
  'all agree',
  async () => {
    await expectAgreement(
      service,
      [...stories.values()].map(({ order }) => order),
    );
  },
  bootPatience,
);
