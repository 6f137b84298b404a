// Every way in which each provider's gateway can fail us while a payment is made. What is not known is never called failed; the same
// create again heals it, and the gateway never has two orders of one payment.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { setTimeout as wait } from 'node:timers/promises';
import { expectAgreement } from './agree.ts';
import { oneOfEach, orderOf, type Product } from './products.ts';
import { bootPatience, startService, until, type Answer, type Service } from './service.ts';
import { asked, create, pay, read, type Order } from './shop.ts';

const unknown = { status: 202, body: { status: 'PENDING_CREATE' } };
const notCarriedOut = {
  status: 503,
  body: { code: 'GATEWAY_UNAVAILABLE', retryable: true, outcome: 'not_attempted' },
};
const fine = { status: 201, body: { status: 'PENDING_PAYMENT' } };

/** What a create must answer that meets the fault. ms: how long a line is held before it is cut */
const faults: readonly (readonly [fault: string, answer: object, ms?: number])[] = [
  ['reset_before', unknown],
  ['reset_after', unknown],
  ['timeout_before', unknown, 300],
  ['timeout_after', unknown, 300],
  ['http_500_before', unknown],
  ['http_500_after', unknown],
  ['html_200', unknown],
  ['truncated', unknown],
  ['bad_signature', unknown],
  ['wrong_order', unknown],
  ['unknown_code', unknown],
  ['rate_limited', notCarriedOut],
  ['slow', fine, 1500],
];
/** The gateway says nothing at all: it is waited for to the end of the deadline. */
const silence = ['timeout_after', unknown] as const;

interface Story {
  readonly order: Order;
  /** the answer that met the fault */
  readonly met: Answer;
  /** the first answer after it that was neither unknown nor refused for now */
  readonly healed: Answer;
}

let service: Service;
/** by channel: what another create of the order is answered while the first meets silence */
const during = new Map<string, Answer>();
const stories = new Map<string, Story>();
const storyOf = ({ channel }: Product, name: string): Story => {
  const story = stories.get(`${channel} ${name}`);
  if (!story) throw new Error(`${name} was not played at ${channel}`);
  return story;
};

/**
 * Begins a create that meets the fault. Its number is not known before, so nobody else may speak to the gateway until
 * the fault was met.
 */
async function begin(order: Order, fault: string, ms?: number): Promise<{ answer: Promise<Answer> }> {
  await service.gateway('/faults', { call: { operation: 'prepay', fault, ms } });
  const answer = create(service.app, order);
  await until(`${fault} met`, async () => {
    const { faults } = await service.gateway<{ faults: { call: object[] } }>('/faults');
    return faults.call.length === 0 || undefined;
  });
  return { answer };
}

/** The shop does as it is told: it waits as long as Retry-After says and asks again. */
async function again(order: Order, before: Answer, enough: (answer: Answer) => boolean): Promise<Answer> {
  let answer = before;
  for (let tries = 0; tries < 5; tries++) {
    await wait(Number(answer.headers.get('retry-after')) * 1000);
    answer = await create(service.app, order);
    if (enough(answer)) return answer;
  }
  throw new Error(
    `${order.business_order_id} is not healed: ${answer.status} ${JSON.stringify(answer.body)}`,
  );
}

const isHealed = ({ status }: Answer): boolean => status === 200 || status === 201;

async function finish(name: string, order: Order, met: Answer): Promise<void> {
  stories.set(`${order.payment_channel} ${name}`, {
    order,
    met,
    healed: isHealed(met) ? met : await again(order, met, isHealed),
  });
}

/** The first answer was lost; the question what became of it meets the fault. */
async function finishQuery(fault: string, order: Order, lost: Answer, ms?: number): Promise<void> {
  const { transaction_id } = lost.body;
  await service.gateway('/faults', { transaction_id, call: { operation: 'query', fault, ms } });
  const met = await again(order, lost, ({ body }) => body.code !== 'CREATE_IN_PROGRESS');
  await finish(`query ${fault}`, order, met);
}

/** @returns how the stories of a product end, each begun */
async function play(product: Product): Promise<(() => Promise<void>)[]> {
  const endings: (() => Promise<void>)[] = [];
  const quiet = orderOf(product);
  for (const [name, fault, ms] of [
    ['silence', silence[0]],
    ...faults.map(([each, , held]) => [`prepay ${each}`, each, held] as const),
  ] as const) {
    const order = name === 'silence' ? quiet : orderOf(product);
    const { answer } = await begin(order, fault, ms);
    endings.push(async () => finish(name, order, await answer));
  }
  for (const [fault, , ms] of product.numbersOrders ? [] : faults) {
    const order = orderOf(product);
    const { answer } = await begin(order, 'reset_after');
    endings.push(async () => finishQuery(fault, order, await answer, ms));
  }
  during.set(product.channel, await create(service.app, quiet));
  return endings;
}

beforeAll(async () => {
  service = await startService();
  const endings: (() => Promise<void>)[] = [];
  for (const product of oneOfEach) endings.push(...(await play(product)));
  await Promise.all(endings.map((end) => end()));
}, oneOfEach.length * bootPatience);

afterAll(() => service.stop());

/** A question that is put off proves nothing about the payment that was asked about. */
const queryFaults = faults.map(
  ([fault, answer]) => [fault, fault === 'rate_limited' ? unknown : answer] as const,
);

// Where the order's own number was lost with the answer, there is nothing to ask for.
const every = oneOfEach.flatMap((product) => [
  { product, channel: product.channel, operation: 'prepay', all: faults },
  ...(product.numbersOrders
    ? []
    : [{ product, channel: product.channel, operation: 'query', all: queryFaults }]),
]);

describe.each(every)('$channel: $operation', ({ product, operation, all }) => {
  test.each(all.map(([fault, answer]) => [fault, answer] as const))('%s', (fault, answer) => {
    const { met, healed } = storyOf(product, `${operation} ${fault}`);
    expect(met).toMatchObject(answer);
    expect(met.headers.has('retry-after')).toBe(answer !== fine);
    expect(met.body).not.toHaveProperty(answer === fine ? 'code' : 'prepay_info');
    expect(healed).toMatchObject(fine);
    expect(healed.body.transaction_id).toBe(met.body.transaction_id);
    // An error that the provider keeps under its key is met once more, before the next key is taken.
    const most = product.numbersOrders ? 3 : 2;
    expect(asked(service, healed.body.transaction_id ?? '', 'prepay').length).toBeLessThanOrEqual(most);
  });
});

test.each(oneOfEach)('$channel: silence: in progress until the deadline, unknown then', (product) => {
  const { met, healed } = storyOf(product, 'silence');
  const meanwhile = during.get(product.channel);
  expect(meanwhile).toMatchObject({ status: 409, body: { code: 'CREATE_IN_PROGRESS', retryable: true } });
  expect(Number(meanwhile?.headers.get('retry-after'))).toBeGreaterThan(10);
  expect(met).toMatchObject(unknown);
  expect(healed).toMatchObject(fine);
  const line = service.lines.find(
    ({ name, transaction_id }) => name === 'payment.unknown' && transaction_id === met.body.transaction_id,
  );
  expect(line).toMatchObject({ reason: 'timeout' });
});

test('the gateway knows each payment by its own number, and no other', () => {
  // A token, or a list, is about no payment.
  const called = service.lines.filter(
    ({ name, transaction_id }) => name.endsWith('.called') && typeof transaction_id === 'string',
  );
  const own = [...stories.values()].map(({ healed }) => healed.body.transaction_id);
  expect(new Set(called.map(({ transaction_id }) => transaction_id))).toEqual(new Set(own));
});

test(
  'each can be paid once, and all agree',
  async () => {
    const all = [...stories.values()];
    const play = async ({ healed: { body } }: Story) => {
      const id = body.transaction_id ?? '';
      expect(await read(service, id)).toMatchObject({ prepay_info: body.prepay_info });
      await pay(service, id);
    };
    await Promise.all(all.map(play));
    await expectAgreement(
      service,
      all.map(({ order }) => order),
    );
    const paid = await Promise.all(all.map(({ healed }) => read(service, healed.body.transaction_id ?? '')));
    expect(new Set(paid.map(({ status }) => status))).toEqual(new Set(['PAID_SUCCESS']));
  },
  bootPatience,
);
