// Every call to AWS that a payment makes on its way, with every fault that it can have, one at a time: the shop repeats,
// the provider repeats, the queue and the stream repeat, and in the end all agree.
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { disagreements, expectAgreement } from './agree.ts';
import {
  expectSuffered,
  expectWay,
  faultsOf,
  plant,
  type Action,
  type Fault,
  type Named,
  type Way,
} from './aws-ways.ts';
import { bootPatience, newKey, startService, type Answer, type Service } from './service.ts';
import { asked, create, newOrder, pay, read, shown, type Order } from './shop.ts';
import { look, subject } from './sight.ts';

/** The calls of one payment's way, in order. */
const way: Way = [
  ['create-payment', 'PutItem', 'the key is taken'],
  ['create-payment', 'GetItem', 'the channel is read'],
  ['create-payment', 'GetSecretValue', 'the key to sign with is read'],
  ['create-payment', 'GetItem', 'the lock of the order is read'],
  ['create-payment', 'TransactWriteItems', 'the payment is written'],
  ['create-payment', 'TransactWriteItems', 'the means to pay are written'],
  ['create-payment', 'UpdateItem', 'the answer is kept'],
  ['receive-callback', 'GetItem', 'the channel is read'],
  ['receive-callback', 'SendMessage', 'the callback is queued'],
  ['apply-notification', 'GetItem', 'the policy of the channel is read'],
  ['apply-notification', 'GetItem', 'the payment is read'],
  ['apply-notification', 'TransactWriteItems', 'it is paid'],
  ['publish-events', 'PutEvents', 'it is told'],
];

let service: Service;

beforeAll(async () => {
  service = await startService();
}, bootPatience);

afterAll(() => service.stop());

afterEach(() => service.control('/faults', undefined, 'DELETE'));

const advance = (span: string) => service.control('/clock', { advance: span });

/** The shop repeats under its key until it has something to show. */
async function createAtLast(order: Order): Promise<Answer[]> {
  const key = newKey();
  const answers = [await create(service.app, order, key)];
  while (answers.length < 5 && ![200, 201].includes(answers.at(-1)?.status ?? 0)) {
    await advance('30s');
    answers.push(await create(service.app, order, key));
  }
  return answers;
}

/** Time goes by, and everybody repeats what was not heard. @returns what does not agree in the end */
async function settle(order: Order): Promise<string[]> {
  let found: string[] = [];
  for (const span of ['0s', '4m', '4m', '10m']) {
    await advance(span);
    found = disagreements(await look(service, [order]));
    if (found.length === 0) return [];
  }
  return found;
}

async function expectToEndWell(faults: readonly Fault[], more: Partial<Order> = {}): Promise<void> {
  // Functions know a channel for five minutes: each journey reads it anew.
  await advance('6m');
  const order = newOrder(more);
  for (const fault of faults) await plant(service, fault);
  const answers = await createAtLast(order);
  for (const { status, body } of answers.slice(0, -1)) {
    expect([202, 409, 500, 502, 503, 504]).toContain(status);
    expect(status === 202 || body.retryable).toBe(true);
  }
  const id = answers.at(-1)?.body.transaction_id ?? '';
  await pay(service, id);
  expect(await settle(order)).toEqual([]);
  await expectSuffered(service);
  expect(await read(service, id)).toMatchObject({ status: 'PAID_SUCCESS', version: 3 });
  expect(asked(service, id, 'prepay').length).toBeLessThanOrEqual(2);
}

test('the table has every call of the way', async () => {
  await service.control('/faults', { operation: 'create-payment', action: 'PutItem', fault: 'crash_before' });
  await create(service.app, newOrder());
  await expectToEndWell([]);
  await expectWay(service, way);
});

const all = faultsOf(way);
const isOfCreate = ([, [first]]: Named) => first?.operation === 'create-payment';
const making = all.filter(isOfCreate);
const telling = all.filter((named) => !isOfCreate(named));

// Whatever befell the making of a payment is over before it is paid: two faults that have nothing to do with each other
// share a journey.
describe('on its way', () => {
  const journeys = making.map(([what, faults], place): readonly [string, string, readonly Fault[]] => {
    const [later, more] = telling[place] ?? ['nothing more', []];
    return [what, later, [...faults, ...more]];
  });

  test('no fault is left out', () => {
    expect(making.length).toBeGreaterThanOrEqual(telling.length);
  });

  test.each(journeys)('%s, then %s', async (_what, _later, faults) => {
    await expectToEndWell(faults);
  });
});

// Where what proves a callback is a secret.
describe('a callback that is sealed', () => {
  const opening: Way = [
    ['receive-callback', 'GetItem', 'the channel is read'],
    ['receive-callback', 'GetSecretValue', 'the key that opens it is read'],
  ];
  const sealed = { payment_channel: 'WECHAT_PAY', payment_method: 'wechat_native' };

  test.each(faultsOf(opening))('%s', async (_, faults) => {
    await expectToEndWell(faults, sealed);
  });
});

describe('the same fault until AWS is given up', () => {
  test.each<[action: Action, operation: string, fault: string]>([
    ['TransactWriteItems', 'create-payment', 'lost_answer'],
    ['TransactWriteItems', 'create-payment', 'internal_error'],
    ['TransactWriteItems', 'apply-notification', 'lost_answer'],
    ['SendMessage', 'receive-callback', 'lost_answer'],
    ['SendMessage', 'receive-callback', 'internal_error'],
    ['PutEvents', 'publish-events', 'lost_answer'],
  ])('%s of %s: %s', async (action, operation, fault) => {
    await expectToEndWell([{ operation, action, fault, times: 3 }]);
  });
});

test('the stream hands over a batch again: told twice, one effect', async () => {
  const order = newOrder();
  const id = await shown(service.app, order);
  await pay(service, id);
  await expectAgreement(service, [order]);
  const told = async () =>
    (await look(service, [order])).told.filter((event) => subject(event) === id).length;
  const before = await told();
  const again = { operation: 'publish-events', fault: 'redeliver' };
  expect(await service.control('/faults', again)).toEqual({ redelivered: 'handled' });
  expect(await told()).toBeGreaterThan(before);
  await expectAgreement(service, [order]);
});
