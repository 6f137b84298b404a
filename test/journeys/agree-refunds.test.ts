// The checking function can fail about refunds, too: each planted disagreement is found, and called by its number.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { disagreements, expectAgreement } from './agree.ts';
import { at, copyOf, entry, eventOf, payment, seenBy, type Copy, type ToldRefund } from './planted.ts';
import { refund, untilRefund } from './refunding.ts';
import { bootPatience, startService, type Service } from './service.ts';
import { newOrder, pay, shown, untilStatus } from './shop.ts';
import { look, type Sight } from './sight.ts';

let service: Service;
/** one refunded in part, twice, and a third is under way; one refunded whole */
const orders = [newOrder(), newOrder()] as const;
let genuine: Sight;

beforeAll(async () => {
  service = await startService();
  const [parted, whole] = [await shown(service.app, orders[0]), await shown(service.app, orders[1])];
  for (const id of [parted, whole]) {
    await pay(service, id);
    await untilStatus(service, id, 'PAID_SUCCESS');
  }
  const give = async (id: string, amount: string) =>
    (await refund(service.app, id, amount)).body.refund_id ?? '';
  for (const amount of ['3.00', '2.00']) await untilRefund(service, await give(parted, amount), 'SUCCESS');
  await service.gateway('/refunds/decide', { transaction_id: parted, outcome: 'pending' });
  await untilRefund(service, await give(parted, '1.00'), 'PROCESSING');
  await untilRefund(service, await give(whole, '8.80'), 'SUCCESS');
  await expectAgreement(service, orders);
  genuine = await look(service, orders);
}, bootPatience);

afterAll(() => service.stop());

const facts = (copy: Copy, order: number) => payment(copy, order).payment;
const record = (copy: Copy, order: number, place: number) => at(payment(copy, order).refunds, place);
const row = (copy: Copy, order: number, place: number) => {
  const id = record(copy, order, place)['refund_id'];
  return at(
    copy.refunds,
    copy.refunds.findIndex((each) => each['refund_id'] === id),
  );
};
/** the version of the payment that the last of these events made */
const versionOf = (copy: Copy, order: number, name: string) =>
  Number(payment(copy, order).timeline.findLast((each) => each['name'] === name)?.['version']);
const step = (copy: Copy, order: number, name: string) => entry(copy, order, versionOf(copy, order, name));
const told = (copy: Copy, order: number, name: string) =>
  at([step(copy, order, name).refund], 0) as ToldRefund;

test('there are none in what was seen', () => {
  expect(disagreements(genuine)).toEqual([]);
  expect(genuine.orders.map(({ payments }) => payments[0]?.payment)).toMatchObject([
    {
      status: 'REFUND_PARTIAL',
      ...{ amount_refunded: '5.00', amount_reserved: '1.00', refundable_amount: '2.80' },
    },
    { status: 'REFUND_FULL', amount_refunded: '8.80', refundable_amount: '0.00' },
  ]);
  expect(genuine.refunds).toHaveLength(4);
});

test.each<[found: string, what: string, plant: (copy: Copy) => void]>([
  ['I01', 'the books gave another sum back', (copy) => (row(copy, 0, 1)['amount'] = '2.01')],
  ['I01', 'it went back by another channel', (copy) => (row(copy, 1, 0)['channel_code'] = 'STRIPE')],
  ['I01', 'it went back in another currency', (copy) => (row(copy, 1, 0)['currency'] = 'USD')],
  ['I02', 'who was refunded paid again', (copy) => at(copy.orders, 1).payments.push(payment(copy, 1))],
  ['I04', 'more is held than refunds hold', (copy) => (facts(copy, 0)['amount_reserved'] = '1.01')],
  ['I04', 'more is said to have gone than went', (copy) => (facts(copy, 0)['amount_refunded'] = '5.01')],
  [
    'I04',
    'once more was held than was there',
    (copy) => (step(copy, 0, 'refund.created').after['amount_reserved'] = '3.81'),
  ],
  [
    'I05',
    'money went back, and nobody asked for it',
    (copy) => copy.refunds.push({ ...row(copy, 0, 0), refund_id: 'rfd_other' }),
  ],
  ['I05', 'the same refund was made twice', (copy) => copy.refunds.push({ ...row(copy, 0, 0) })],
  ['I05', 'the charge was smaller', (copy) => (at(copy.charges, 0)['amount'] = '5.99')],
  ['I05', 'it is of other money', (copy) => (row(copy, 0, 0)['gateway_transaction_id'] = '2')],
  ['I05', 'it is handed over, and went', (copy) => (record(copy, 0, 0)['refund_method'] = 'OFFLINE')],
  ['I07', 'less went back than was asked for', (copy) => (record(copy, 0, 0)['amount_refunded'] = '2.99')],
  [
    'I10',
    "a refund's step under another's name",
    (copy) => (step(copy, 0, 'refund.succeeded')['name'] = 'refund.failed'),
  ],
  [
    'I10',
    'the payment moved without a refund',
    (copy) => payment(copy, 1).timeline.splice(versionOf(copy, 1, 'refund.succeeded') - 1, 1),
  ],
  ['I11', 'the refund is not what its timeline says', (copy) => (record(copy, 0, 2)['status'] = 'PENDING')],
  ['I11', 'a refund is not listed', (copy) => payment(copy, 0).refunds.splice(2, 1)],
  [
    'I11',
    'a step was written on something else',
    (copy) => (told(copy, 0, 'refund.succeeded').before['status'] = 'FAILED'),
  ],
  ['I11', 'more may go back than is left', (copy) => (facts(copy, 0)['refundable_amount'] = '2.81')],
  ['I12', 'it is called done, and is not', (copy) => (row(copy, 0, 0)['status'] = 'REFUND_PROCESSING')],
  ['I12', 'it went back, and is called under way', (copy) => (row(copy, 0, 2)['status'] = 'REFUND_SUCCESS')],
  ['I14', 'it is called failed, and is on its way', (copy) => (record(copy, 0, 2)['status'] = 'FAILED')],
  ['I16', 'a stranger made it', (copy) => (step(copy, 0, 'refund.created')['actor'] = 'other-app')],
  ['I16', 'a stranger settled it', (copy) => (step(copy, 0, 'refund.succeeded')['actor'] = 'channel:STRIPE')],
  [
    'I21',
    'its event is of another sum',
    (copy) => {
      const event = at(copy.told, eventOf(copy, 1, versionOf(copy, 1, 'refund.succeeded')));
      event.detail.data['amount_requested'] = '8.81';
    },
  ],
  [
    'I28',
    'what went back was changed afterwards',
    (copy) => (told(copy, 1, 'refund.succeeded').after['amount_refunded'] = '8.79'),
  ],
])('%s %s', (found, _what, plant) => {
  const copy = copyOf(genuine);
  plant(copy);
  const all = disagreements(seenBy(copy));
  expect(all.map((sentence) => sentence.slice(0, 3))).toContain(found);
});

test('a refund of a payment that nobody made', () => {
  const number = 'pay_01h00000000000000000000000';
  const copy = copyOf(genuine);
  copy.unknownNumbers.push(number);
  row(copy, 0, 0)['transaction_id'] = number;
  expect(disagreements(seenBy(copy))).toContain(`I05 ${number} was refunded and there is no such payment`);
});
