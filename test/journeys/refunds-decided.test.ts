// What banks and merchants make of refunds: they take days, find no money, refuse, give back, refund by themselves. Nothing is
// called failed before the channel has said so, and what is reserved stays so until then.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { expectAgreement } from './agree.ts';
import { oneOfEach } from './products.ts';
import { bootPatience, startService, until, type Service } from './service.ts';
import { read, untilStatus } from './shop.ts';
import {
  decide,
  inBooks,
  paidBy,
  readRefund,
  refund,
  refunding,
  refundsOf,
  stepsOf,
  untilNeedsAction,
  untilRefund,
  type Paid,
} from './refunding.ts';

let service: Service;

beforeAll(async () => {
  service = await startService();
}, bootPatience);
afterAll(() => service.stop());

const held = { status: 'PAID_SUCCESS', amount_reserved: '8.80', refundable_amount: '0.00' };
const gone = { status: 'REFUND_FULL', amount_refunded: '8.80', refundable_amount: '0.00' };
const back = { status: 'PAID_SUCCESS', refundable_amount: '8.80' };
const advance = (span: string) => service.control('/clock', { advance: span });
const by = (provider: string) => oneOfEach.filter((product) => product.provider === provider);

describe.each(oneOfEach)('$channel', (product) => {
  test('finds no money: somebody is called, the amount stays held, and the same refund goes then', async () => {
    const { order, id } = await paidBy(service, product);
    await decide(service, { transaction_id: id }, 'insufficient_balance');
    const refund_id = await refunding(service, id, '8.80');
    const { status, needs_action } = await untilNeedsAction(service, refund_id);
    expect([status, needs_action?.reason]).toEqual(['PROCESSING', 'insufficient_balance']);
    expect(await read(service, id)).toMatchObject(held);
    // PayPal made nothing that could be decided about: it takes the next call as it comes.
    if (product.provider !== 'paypal') await decide(service, { refund_id }, 'success');
    expect(await untilRefund(service, refund_id, 'SUCCESS')).not.toHaveProperty('needs_action');
    expect(await read(service, id)).toMatchObject(gone);
    expect(await inBooks(service, id)).toMatchObject([{ refund_id, amount: '8.80' }]);
    await expectAgreement(service, [order]);
  });

  test('refuses: the refund failed, and its amount may go back by another', async () => {
    const { order, id } = await paidBy(service, product);
    await decide(service, { transaction_id: id }, 'failed');
    const refused = await untilRefund(service, await refunding(service, id, '8.80'), 'FAILED');
    expect(refused.channel_error_code).toEqual(expect.any(String));
    expect(await read(service, id)).toMatchObject(back);
    await untilRefund(service, await refunding(service, id, '8.80'), 'SUCCESS');
    expect(await read(service, id)).toMatchObject(gone);
    await expectAgreement(service, [order]);
  });

  test('is made to refund at its console: it is written down, and counts', async () => {
    const { order, id } = await paidBy(service, product);
    await service.gateway('/refunds/console', { transaction_id: id, amount: '3.00' });
    await until('the payment to be refunded in part', async () => {
      await advance('15s');
      return (await read(service, id)).status === 'REFUND_PARTIAL' || undefined;
    });
    expect(await refundsOf(service, id)).toMatchObject([
      { origin: 'EXTERNAL', status: 'SUCCESS', amount_refunded: '3.00' },
    ]);
    const { body } = await refund(service.app, id, '5.81');
    expect(body.code).toBe('REFUND_EXCEEDS_PAID');
    await untilRefund(service, await refunding(service, id, '5.80'), 'SUCCESS');
    expect(await read(service, id)).toMatchObject(gone);
    await expectAgreement(service, [order]);
  });
});

interface Executions {
  readonly executions: readonly { readonly status: string }[];
}

test(
  'one that takes days is asked for all the while by the same workflow, and goes in the end',
  async () => {
    const stories: (Paid & { refund_id: string })[] = [];
    for (const product of oneOfEach) {
      const paid = await paidBy(service, product);
      await decide(service, { transaction_id: paid.id }, 'pending');
      stories.push({ ...paid, refund_id: await refunding(service, paid.id, '8.80') });
    }
    // As long as it takes until it is asked for once a day; each minute of it is played.
    await advance('25h');
    for (const { id, refund_id } of stories) {
      expect(await readRefund(service, refund_id)).toMatchObject({ status: 'PROCESSING' });
      expect(await read(service, id)).toMatchObject(held);
      expect(await inBooks(service, id)).toMatchObject([{ refund_id }]);
      const { executions } = await service.control<Executions>(`/executions?refund_id=${refund_id}`);
      expect(executions.map(({ status }) => status)).toEqual(['RUNNING']);
      await decide(service, { refund_id }, 'success');
      await untilRefund(service, refund_id, 'SUCCESS');
      expect(await read(service, id)).toMatchObject(gone);
    }
    const orders = stories.map(({ order }) => order);
    await expectAgreement(service, orders);
  },
  3 * bootPatience,
);

describe.each(by('stripe'))('$channel', (product) => {
  test('gives back what a bank did not take: the refund is reversed, and may be made anew', async () => {
    const { order, id } = await paidBy(service, product);
    const refund_id = await refunding(service, id, '8.80');
    await untilRefund(service, refund_id, 'SUCCESS');
    await decide(service, { refund_id }, 'returned');
    await untilRefund(service, refund_id, 'FAILED');
    expect((await stepsOf(service, id)).at(-1)).toBe('refund.reversed');
    expect(await read(service, id)).toMatchObject(back);
    await untilRefund(service, await refunding(service, id, '8.80'), 'SUCCESS');
    await expectAgreement(service, [order]);
  });

  test('gives one part of two back', async () => {
    const { order, id } = await paidBy(service, product);
    const [first, second] = [await refunding(service, id, '3.00'), await refunding(service, id, '5.80')];
    for (const part of [first, second]) await untilRefund(service, part, 'SUCCESS');
    await decide(service, { refund_id: first }, 'returned');
    await untilRefund(service, first, 'FAILED');
    const parted = { status: 'REFUND_PARTIAL', amount_refunded: '5.80', refundable_amount: '3.00' };
    expect(await read(service, id)).toMatchObject(parted);
    await expectAgreement(service, [order]);
  });
});

describe.each(by('wechat-pay'))('$channel', (product) => {
  test('cannot reach the account of the payer: somebody is called, and it goes elsewhere', async () => {
    const { order, id } = await paidBy(service, product);
    await decide(service, { transaction_id: id }, 'abnormal');
    const refund_id = await refunding(service, id, '8.80');
    const { needs_action } = await until('it to be abnormal', async () => {
      await advance('15s');
      const found = await readRefund(service, refund_id);
      return found.needs_action ? found : undefined;
    });
    expect(needs_action?.reason).toBe('abnormal');
    expect(await read(service, id)).toMatchObject(held);
    await decide(service, { refund_id }, 'success');
    await untilRefund(service, refund_id, 'SUCCESS');
    await untilStatus(service, id, 'REFUND_FULL');
    await expectAgreement(service, [order]);
  });
});

describe.each(by('alipay'))('$channel', (product) => {
  /** Taken up, and under way. */
  async function underWay() {
    const { order, id } = await paidBy(service, product);
    await decide(service, { transaction_id: id }, 'pending');
    const refund_id = await refunding(service, id, '8.80');
    await advance('2m');
    expect(await readRefund(service, refund_id)).toMatchObject({ status: 'PROCESSING' });
    return { order, id, refund_id };
  }

  test('fails what it had taken up: a repeat brings it out, and the amount may go back by another', async () => {
    const { order, id, refund_id } = await underWay();
    await decide(service, { refund_id }, 'failed');
    await untilRefund(service, refund_id, 'FAILED');
    expect(await read(service, id)).toMatchObject(back);
    await untilRefund(service, await refunding(service, id, '8.80'), 'SUCCESS');
    expect(await read(service, id)).toMatchObject(gone);
    await expectAgreement(service, [order]);
  });

  test('gives back what it had taken up, once, however often it was asked to', async () => {
    const { order, id, refund_id } = await underWay();
    await decide(service, { refund_id }, 'success');
    await untilRefund(service, refund_id, 'SUCCESS');
    expect(await inBooks(service, id)).toMatchObject([{ refund_id, amount: '8.80' }]);
    await expectAgreement(service, [order]);
  });
});
