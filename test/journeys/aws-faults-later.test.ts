// Every call to AWS of what happens to a payment after it was made, with every fault that it can have, one at a time: the
// shop closes it, its payer comes back, status sync asks for it. Everybody repeats, and in the end all agree.
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { disagreements } from './agree.ts';
import {
  expectSuffered,
  expectWay,
  faultsOf,
  finding,
  invocations,
  plant,
  type Fault,
  type Named,
  type Way,
} from './aws-ways.ts';
import { bootPatience, newKey, startService, type Answer, type Service } from './service.ts';
import { close, newOrder, pay, read, shown, timeRunsOut, type Order } from './shop.ts';
import { look } from './sight.ts';

/** Somebody has opened it: it is closed at once. */
const closing: Way = [
  ['close-payment', 'PutItem', 'the key is taken'],
  ['close-payment', 'GetItem', 'it is seen that the caller may'],
  ['close-payment', 'GetItem', 'the payment is read'],
  ['close-payment', 'GetItem', 'the channel is read'],
  ['close-payment', 'GetItem', 'the lock of the order is read'],
  ['close-payment', 'TransactWriteItems', 'the closing is taken in hand'],
  ['close-payment', 'Sign', 'the question is signed'],
  ['close-payment', 'Sign', 'the closing is signed'],
  ['close-payment', 'GetItem', 'the payment is read again'],
  ['close-payment', 'TransactWriteItems', 'it is closed'],
  ['close-payment', 'TransactWriteItems', 'the closing is let go'],
  ['close-payment', 'GetItem', 'it is seen to be closed'],
  ['close-payment', 'UpdateItem', 'the answer is kept'],
];

/** Nobody has: the wish is written down, and the answer is not kept. */
const wishing: Way = [
  ...closing.slice(0, 7),
  ['close-payment', 'TransactWriteItems', 'the wish is written down'],
  ['close-payment', 'TransactWriteItems', 'the closing of nothing is let go'],
  ['close-payment', 'DeleteItem', 'the key is given back'],
];

/** The last as often as it takes until the payment has moved. */
const returning: Way = [
  ['receive-return', 'GetItem', 'the channel is read, to prove'],
  ['receive-return', 'GetItem', 'the payment is read'],
  ['receive-return', 'GetQueueAttributes', 'the room in the queue is measured'],
  ['receive-return', 'SendMessageBatch', 'it is to be asked for'],
  ['receive-return', 'GetItem', 'the payment is read again'],
];

const asking: Way = [
  ['sync-transaction', 'GetItem', 'the payment is read'],
  ['sync-transaction', 'GetItem', 'the channel is read'],
  ['sync-transaction', 'Sign', 'the question is signed'],
  ['sync-transaction', 'GetItem', 'the payment is read again'],
  ['sync-transaction', 'TransactWriteItems', 'it is paid'],
];

/** Of a channel whose key is a secret: KMS signs for the others. */
const secretOf = (way: Way): Named[] => {
  const before = way.slice(
    0,
    way.findIndex(([, action]) => action === 'Sign'),
  );
  const [[operation] = ['']] = way;
  return faultsOf([...before, [operation, 'GetSecretValue', 'the key to sign with is read']]).slice(-4);
};

let service: Service;

beforeAll(async () => {
  service = await startService();
}, bootPatience);

afterAll(() => service.stop());

afterEach(async () => {
  await service.control('/faults', undefined, 'DELETE');
  await service.gateway('/faults', undefined, 'DELETE');
});

const advance = (span: string) => service.control('/clock', { advance: span });
const kms = { payment_channel: 'ALIPAY_CERT' };
const secret = { payment_channel: 'ALIPAY' };

/** Functions know a channel for five minutes: each journey reads it anew. */
async function made(more: Partial<Order>): Promise<{ order: Order; id: string }> {
  await advance('6m');
  const order = newOrder(more);
  return { order, id: await shown(service.app, order) };
}

/** Time goes by, and everybody repeats what was not heard. */
async function expectAgreementInTheEnd(order: Order): Promise<void> {
  let found: string[] = [];
  for (const span of ['0s', '4m', '4m', '10m', '10m']) {
    await advance(span);
    found = disagreements(await look(service, [order]));
    if (found.length === 0) break;
  }
  expect(found).toEqual([]);
  await expectSuffered(service);
}

/** The shop repeats under its key until it is told that all is done, or as much as can be. */
async function closeAtLast(id: string, enough: (answer: Answer) => boolean): Promise<Answer> {
  const key = newKey();
  for (let tries = 0; tries < 5; tries++) {
    const answer = await close(service.app, id, key);
    if (enough(answer)) return answer;
    const { status, body } = answer;
    expect([202, 409, 500, 502, 503, 504]).toContain(status);
    expect(status === 202 || body.retryable).toBe(true);
    await advance('30s');
  }
  throw new Error(`${id} was not closed.`);
}

async function expectClosed(faults: readonly Fault[], more: Partial<Order> = kms): Promise<void> {
  const { order, id } = await made(more);
  await pay(service, id, 'pending');
  for (const fault of faults) await plant(service, fault);
  const { body } = await closeAtLast(id, ({ status }) => status === 200);
  expect(body).toMatchObject({ status: 'CLOSED' });
  await expectAgreementInTheEnd(order);
  const isWished = body.close_requested_at !== undefined;
  expect(await read(service, id)).toMatchObject({ status: 'CLOSED', version: isWished ? 4 : 3 });
}

async function expectWished(faults: readonly Fault[]): Promise<void> {
  const { order, id } = await made(kms);
  for (const fault of faults) await plant(service, fault);
  await closeAtLast(id, ({ body }) => body.close_requested_at !== undefined);
  await timeRunsOut(service, id);
  await expectAgreementInTheEnd(order);
  expect(await read(service, id)).toMatchObject({ status: 'CLOSED', version: 4 });
}

const shop = { payment_method: 'alipay_page', return_url: 'https://shop.example/done' };
const loseCallbacks = (transaction_id: string) =>
  service.gateway('/faults', { transaction_id, callback: { kind: 'payment', fault: 'lost' } });

/** The payer reloads what shows no result yet, a while later. */
async function expectReturned(faults: readonly Fault[]): Promise<void> {
  const { order, id } = await made({ ...shop, ...kms });
  await loseCallbacks(id);
  for (const fault of faults) await plant(service, fault);
  const { returned } = await pay(service, id);
  let [status, location] = [returned?.status, returned?.location ?? ''];
  for (let tries = 0; tries < 4 && !location.endsWith('PAID_SUCCESS'); tries++) {
    expect([303, 500, 502, 504]).toContain(status);
    expect(location).toBe(status === 303 ? where(id, 'PENDING_PAYMENT') : '');
    await advance('6s');
    const again = await fetch(returned?.url ?? '', { redirect: 'manual' });
    [status, location] = [again.status, again.headers.get('location') ?? ''];
  }
  expect([status, location]).toEqual([303, where(id, 'PAID_SUCCESS')]);
  await expectAgreementInTheEnd(order);
  expect(await read(service, id)).toMatchObject({ status: 'PAID_SUCCESS', version: 3 });
}

const where = (id: string, status: string) => `${shop.return_url}?transaction_id=${id}&status=${status}`;

/** Made ten seconds after a tick of the clock: not yet due at the next one, due at the one after that. */
async function expectFound(faults: readonly Fault[], more: Partial<Order> = kms): Promise<void> {
  await advance('6m');
  const tick = Date.parse((await invocations(service, 'find-due')).at(-1)?.at ?? '');
  await service.control('/clock', { to: new Date(tick + 70_000).toISOString() });
  const order = newOrder(more);
  const id = await shown(service.app, order);
  await loseCallbacks(id);
  await pay(service, id);
  await service.control('/clock', { to: new Date(tick + 160_000).toISOString() });
  expect(await read(service, id)).toMatchObject({ status: 'PENDING_PAYMENT' });
  for (const fault of faults) await plant(service, fault);
  await service.control('/clock', { to: new Date(tick + 185_000).toISOString() });
  await expectAgreementInTheEnd(order);
  expect(await read(service, id)).toMatchObject({ status: 'PAID_SUCCESS', version: 3 });
}

describe.each<[string, Way, (faults: readonly Fault[]) => Promise<void>]>([
  ['closing', closing, expectClosed],
  ['wishing it closed', wishing, expectWished],
  ['being found and asked for', [...finding, ...asking], expectFound],
])('%s', (_, way, play) => {
  test('the table has every call of the way', async () => {
    await play([]);
    await expectWay(service, way);
  });
});

describe('closing', () => {
  test.each([...faultsOf(closing)])('%s', (_, faults) => expectClosed(faults));
  test.each(faultsOf(wishing).filter(([, [fault]]) => isOwn(fault)))('%s', (_, faults) =>
    expectWished(faults),
  );
  test.each(secretOf(closing))('%s', (_, faults) => expectClosed(faults, secret));
});

/** Of the way of a wish: the others are those of a closing. */
function isOwn(fault: Fault | undefined): boolean {
  return fault?.action === 'DeleteItem' || (fault?.action === 'TransactWriteItems' && fault.nth !== 1);
}

describe('coming back', () => {
  const claim: Way[number] = ['sync-transaction', 'TransactWriteItems', 'it is taken in hand'];

  test('the table has every call of the way', async () => {
    await expectReturned([]);
    await expectWay(service, asking.toSpliced(1, 0, claim));
    const calls = (await invocations(service, 'receive-return')).at(-1)?.calls.map(({ action }) => action);
    const wanted = returning.map(([, action]) => action);
    expect(calls?.slice(0, wanted.length)).toEqual(wanted);
    expect(new Set(calls?.slice(wanted.length - 1))).toEqual(new Set(['GetItem']));
  });

  test.each(faultsOf([...returning, claim]))('%s', (_, faults) => expectReturned(faults));
});

// What befell the finding is over before the channel is asked: two faults that have nothing to do with each other share a
// journey.
describe('being found and asked for', () => {
  const found = faultsOf(finding);
  const asked = faultsOf(asking);
  const journeys = found.map(([what, faults], place): readonly [string, string, readonly Fault[]] => {
    const [later, more] = asked[place] ?? ['nothing more', []];
    return [what, later, [...faults, ...more]];
  });

  test('no fault is left out', () => {
    expect(found.length).toBeGreaterThanOrEqual(asked.length);
  });

  test.each(journeys)('%s, then %s', (_what, _later, faults) => expectFound(faults));
  test.each(secretOf(asking))('%s', (_, faults) => expectFound(faults, secret));
});
