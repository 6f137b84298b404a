// Every call to AWS of what finds out how a refund ended, with every fault that it can have: its workflow asks, a callback
// tells or hints, status sync begins what has not begun. In the end the money has gone back once, and all agree.
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { expectWay, faultsOf, finding, paired, plant, type Fault, type Way } from './aws-ways.ts';
import { oneOfEach, type Product } from './products.ts';
import { expectRefundedOnce, paidQuietly, refundAtLast, unheard } from './refund-at-last.ts';
import { actionsOf, querying, stepsTaken } from './refund-ways.ts';
import { atConsole } from './refund-runs.ts';
import { decide, readRefund, refunding, type Paid } from './refunding.ts';
import { bootPatience, startService, type Service } from './service.ts';

/** The callback has all the facts. */
const telling: Way = [
  ['receive-callback', 'SendMessage', 'the callback is queued'],
  ['apply-notification', 'GetItem', 'the payment is read'],
  ['apply-notification', 'GetItem', 'the refund is read'],
  ['apply-notification', 'TransactWriteItems', 'it is done'],
];

const hinting: Way = [
  ['receive-callback', 'SendMessage', 'the hint is queued'],
  ['apply-notification', 'TransactWriteItems', 'its transmission is kept'],
  ['apply-notification', 'GetItem', 'the refund is read'],
  ['apply-notification', 'GetItem', 'the payment is read'],
  ['apply-notification', 'TransactWriteItems', 'its bytes are kept'],
  ['apply-notification', 'SendMessageBatch', 'it is to be asked for'],
];

/** By a sandbox that has taken the payment, too: it knows the channel. */
const asking: Way = [
  ['sync-transaction', 'GetItem', 'the refund is read'],
  ['sync-transaction', 'GetItem', 'the payment is read'],
  ['sync-transaction', 'GetItem', 'the payment is read again'],
  ['sync-transaction', 'GetItem', 'the refund is read again'],
  ['sync-transaction', 'TransactWriteItems', 'it is done'],
];

const beginning: Way = [
  ['sync-transaction', 'GetItem', 'the refund is read'],
  ['sync-transaction', 'TransactWriteItems', 'the next run is written down'],
  ['sync-transaction', 'StartExecution', 'its workflow is begun'],
];

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
const by = (provider: string) => oneOfEach.find((product) => product.provider === provider) as Product;
const amount = '3.00';

/** It is sent, and its channel has not made up its mind. */
async function sent(product: Product): Promise<{ paid: Paid; refund_id: string }> {
  const paid = await paidQuietly(service, product);
  await decide(service, { transaction_id: paid.id }, 'pending');
  const refund_id = await refunding(service, paid.id, amount);
  await advance('0s');
  expect(await readRefund(service, refund_id)).toMatchObject({ status: 'PROCESSING' });
  return { paid, refund_id };
}

describe('asked for by its workflow', () => {
  const expectAsked = async (faults: readonly Fault[]) => {
    const { paid, refund_id } = await sent(by('wechat-pay'));
    await unheard(service, paid.id);
    await decide(service, { refund_id }, 'success');
    for (const fault of faults) await plant(service, fault);
    await expectRefundedOnce(service, paid, refund_id, amount);
  };

  test('the table has every call of the way', async () => {
    await expectAsked([]);
    expect((await stepsTaken(service, 0)).at(-1)).toEqual(actionsOf(querying));
  });

  test.each(faultsOf(querying))('%s', (_, faults) => expectAsked(faults));
});

describe('told by a callback', () => {
  /** Its workflow gets no answer any more. */
  const expectTold = async (faults: readonly Fault[]) => {
    const { paid, refund_id } = await sent(by('wechat-pay'));
    const call = { operation: '*', fault: 'http_500_before', times: 1000 };
    await service.gateway('/faults', { transaction_id: paid.id, call });
    for (const fault of faults) await plant(service, fault);
    await decide(service, { refund_id }, 'success');
    await expectRefundedOnce(service, paid, refund_id, amount);
  };

  test('the table has every call of the way', async () => {
    await expectTold([]);
    await expectWay(service, telling);
  });

  test.each(faultsOf(telling))('%s', (_, faults) => expectTold(faults));
});

describe('hinted at by a callback, and asked for', () => {
  /** Its workflow was stopped: the next one begins ten minutes later. */
  const expectHeard = async (faults: readonly Fault[]) => {
    const { paid, refund_id } = await sent(by('paypal'));
    atConsole(service, 'StopExecution', `${refund_id}-1`);
    for (const fault of faults) await plant(service, fault);
    await decide(service, { refund_id }, 'success');
    await expectRefundedOnce(service, paid, refund_id, amount);
  };

  test('the tables have every call of the ways', async () => {
    await expectHeard([]);
    await expectWay(service, [...hinting, ...asking]);
  });

  test.each(paired(faultsOf(hinting), faultsOf(asking)))('%s, then %s', (_what, _then, faults) =>
    expectHeard(faults),
  );
});

describe('found by status sync, since its workflow has not begun', () => {
  const expectFound = async (faults: readonly Fault[]) => {
    const paid = await paidQuietly(service, by('alipay'));
    await unheard(service, paid.id);
    const denied = { operation: 'create-refund', action: 'StartExecution', fault: 'access_denied' };
    // An SDK whose clock was moved takes a refusal for the clock's, and asks again.
    await plant(service, { ...denied, times: 3 });
    const refund_id = await refundAtLast(service, paid.id, amount);
    expect(await readRefund(service, refund_id)).toMatchObject({ status: 'PENDING' });
    for (const fault of faults) await plant(service, fault);
    await expectRefundedOnce(service, paid, refund_id, amount);
  };
  const claiming = ['TransactWriteItems', 'SendMessageBatch'];
  const found = faultsOf(finding).filter(([, [fault]]) => claiming.includes(fault?.action ?? ''));

  test('the tables have every call of the ways', async () => {
    await expectFound([]);
    await expectWay(service, [...finding, ...beginning]);
  });

  test.each(paired(found, faultsOf(beginning)))('%s, then %s', (_what, _then, faults) => expectFound(faults));
});
