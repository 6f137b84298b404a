// Every call to AWS of the way of money that a payer only agrees to, with every fault that it can have: a callback hints at
// it, the channel is asked, the money is taken, or refused. Everybody repeats, and in the end all agree.
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { disagreements } from './agree.ts';
import { expectSuffered, expectWay, faultsOf, invocations, plant, type Fault, type Way } from './aws-ways.ts';
import { oneOfEach, orderOf, type Product } from './products.ts';
import { bootPatience, startService, type Service } from './service.ts';
import { asked, pay, read, shown, type Order } from './shop.ts';
import { look } from './sight.ts';

const hinting: Way = [
  ['receive-callback', 'GetItem', 'the channel is read'],
  ['receive-callback', 'SendMessage', 'the hint is queued'],
  ['apply-notification', 'TransactWriteItems', 'its transmission is kept'],
  ['apply-notification', 'GetItem', 'the payment is read'],
  ['apply-notification', 'TransactWriteItems', 'its bytes are kept'],
  ['apply-notification', 'SendMessageBatch', 'it is to be asked for'],
];

const begun: Way = [
  ['sync-transaction', 'GetItem', 'the payment is read'],
  ['sync-transaction', 'GetItem', 'the channel is read'],
  ['sync-transaction', 'TransactWriteItems', 'the capture begins'],
  ['sync-transaction', 'GetItem', 'it is read as it has begun'],
];

const taking: Way = [
  ...begun,
  ['sync-transaction', 'GetItem', 'the payment is read again'],
  ['sync-transaction', 'TransactWriteItems', 'it is paid'],
];

const refusing: Way = [
  ...begun,
  ['sync-transaction', 'TransactWriteItems', 'the refusal is written down'],
  ['sync-transaction', 'TransactWriteItems', 'it is to be asked for later'],
];

const [first, second] = begun;
const secret = faultsOf([
  ...(first && second ? [first, second] : []),
  ['sync-transaction', 'GetSecretValue', 'the secret to call with is read'],
]).slice(-4);

let service: Service;

beforeAll(async () => {
  service = await startService();
}, bootPatience);

afterAll(() => service.stop());

afterEach(() => service.control('/faults', undefined, 'DELETE'));

const advance = (span: string) => service.control('/clock', { advance: span });
const gone = { return: false };

/** Functions know a channel for five minutes: each journey reads it anew. */
async function made(product: Product): Promise<{ order: Order; id: string }> {
  await advance('6m');
  const order = orderOf(product);
  return { order, id: await shown(service.app, order) };
}

/** Time goes by, and everybody repeats what was not heard. @param enough whether all that is to happen has happened */
async function expectAgreementInTheEnd(order: Order, enough: () => Promise<boolean>): Promise<void> {
  let found: string[] = ['nobody looked'];
  for (const span of ['0s', '4m', '4m', '10m']) {
    await advance(span);
    found = disagreements(await look(service, [order]));
    if (found.length === 0 && (await enough())) break;
  }
  expect(found).toEqual([]);
  await expectSuffered(service);
}

const isPaid = async (id: string) => (await read(service, id)).status === 'PAID_SUCCESS';

async function expectTaken(product: Product, faults: readonly Fault[], isTold = true): Promise<void> {
  const { order, id } = await made(product);
  if (!isTold)
    await service.gateway('/faults', { transaction_id: id, callback: { kind: 'payment', fault: 'lost' } });
  for (const fault of faults) await plant(service, fault);
  await pay(service, id, 'success', gone);
  await expectAgreementInTheEnd(order, () => isPaid(id));
  expect(await read(service, id)).toMatchObject({ status: 'PAID_SUCCESS', version: 4 });
  expect(asked(service, id, 'capture').length).toBeLessThanOrEqual(2);
}

/** What the last question that was asked took, whether its sandbox knew the secret or not. */
async function asking(): Promise<string[]> {
  const all = await invocations(service, 'sync-transaction');
  const calls = all.findLast((each) => each.calls.length > 2)?.calls ?? [];
  return calls.map(({ action }) => action).filter((action) => action !== 'GetSecretValue');
}

/** The payer is asked for another means, and has one. */
async function expectRefused(product: Product, faults: readonly Fault[]): Promise<void> {
  const { order, id } = await made(product);
  for (const fault of faults) await plant(service, fault);
  await pay(service, id, 'decline', gone);
  await expectAgreementInTheEnd(order, () => Promise.resolve(asked(service, id, 'capture').length > 0));
  expect(await read(service, id)).toMatchObject({ status: 'PENDING_PAYMENT' });
  await pay(service, id, 'success', gone);
  await expectAgreementInTheEnd(order, () => isPaid(id));
  expect(await read(service, id)).toMatchObject({ status: 'PAID_SUCCESS' });
}

describe.each(oneOfEach.filter(({ isCaptured }) => isCaptured))('$channel', (product) => {
  // First, and without callbacks, which are followed at the same time: another sandbox would know the secret.
  test.each(secret)('%s', (_, faults) => expectTaken(product, faults, false));

  test('the tables have every call of the ways', async () => {
    await expectTaken(product, []);
    await expectWay(service, hinting);
    expect(await asking()).toEqual(taking.map(([, action]) => action));
    const { id } = await made(product);
    await pay(service, id, 'decline', gone);
    await advance('0s');
    await expectWay(service, hinting);
    const actions = await asking();
    expect(actions.slice(0, refusing.length)).toEqual(refusing.map(([, action]) => action));
    // The last one may be tried again.
    expect(new Set(actions.slice(refusing.length - 1))).toEqual(new Set(['TransactWriteItems']));
  });

  // What befell the hint is over before the money is taken: two faults that have nothing to do with each other share a
  // journey.
  const hinted = faultsOf(hinting);
  const taken = faultsOf(taking);
  const longer = hinted.length > taken.length ? hinted : taken;
  const journeys = longer.map((_, place): readonly [string, string, readonly Fault[]] => {
    const [before, more] = hinted[place] ?? ['nothing', []];
    const [what, faults] = taken[place] ?? ['nothing', []];
    return [before, what, [...more, ...faults]];
  });

  test('no fault is left out', () => {
    const played = journeys.flatMap(([, , faults]) => faults);
    expect(new Set(played)).toEqual(new Set([...hinted, ...taken].flatMap(([, faults]) => faults)));
  });

  test.each(journeys)('%s, then %s', (_before, _what, faults) => expectTaken(product, faults));

  test.each(faultsOf(refusing).slice(faultsOf(begun).length))('%s', (_, faults) =>
    expectRefused(product, faults),
  );
});
