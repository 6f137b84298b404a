// Every call to AWS for a genuine callback that names no payment of ours, with every fault that it can have: it is looked
// for again, and kept for a person in the end, once.
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { expectAgreement } from './agree.ts';
import { expectSuffered, expectWay, faultsOf, plant, type Fault, type Way } from './aws-ways.ts';
import { bootPatience, startService, until, type Service } from './service.ts';
import { deliveries, newOrder, pay, shown } from './shop.ts';

const first: Way = [
  ['apply-notification', 'GetItem', 'the policy of the channel is read'],
  ['apply-notification', 'GetItem', 'the payment is looked for'],
  ['apply-notification', 'SendMessage', 'it is sent again'],
];
/** The channel was read fifteen minutes ago. */
const last: Way = [...first.slice(0, 2), ['apply-notification', 'TransactWriteItems', 'it is quarantined']];

let service: Service;

beforeAll(async () => {
  service = await startService();
}, bootPatience);

afterAll(() => service.stop());

afterEach(() => service.control('/faults', undefined, 'DELETE'));

const advance = (span: string) => service.control('/clock', { advance: span });

interface Quarantined {
  readonly items: readonly { readonly digest: string; readonly reason: string }[];
}

async function quarantined(): Promise<Quarantined['items']> {
  const { status, body } = await service.operator<Quarantined>('/quarantine?channel_code=ALIPAY&limit=50');
  expect(status).toBe(200);
  return body.items;
}

/** The word about the payment itself is found by status sync. @param late when the faults begin: just before the last look */
async function expectKept(faults: readonly Fault[], late = false): Promise<void> {
  await advance('6m');
  const before = await quarantined();
  const order = newOrder();
  const id = await shown(service.app, order);
  await service.gateway('/faults', {
    transaction_id: id,
    callback: { kind: 'payment', fault: 'unknown_number', times: 1 },
  });
  if (!late) for (const fault of faults) await plant(service, fault);
  await pay(service, id);
  expect(await deliveries(service, id)).toMatchObject([{ status: 200, body: 'success' }]);
  await advance('45m');
  expect(await quarantined()).toEqual(before);
  if (late) for (const fault of faults) await plant(service, fault);
  // A message whose function died is given out again after six minutes.
  await advance('20m');
  const now = await until('the quarantine', async () => {
    const items = await quarantined();
    return items.length > before.length ? items : undefined;
  });
  expect(now.slice(1)).toEqual(before);
  expect(now[0]).toMatchObject({ reason: 'no_such_payment' });
  await expectSuffered(service);
  await expectAgreement(service, [order]);
}

describe('a callback about nobody', () => {
  test('the tables have every call of the way', async () => {
    await expectKept([]);
    await expectWay(service, last);
  });

  test.each(faultsOf(first))('%s', (_, faults) => expectKept(faults));
  test.each(faultsOf(last))('%s, at last', (_, faults) => expectKept(faults, true));
});
