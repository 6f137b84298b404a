// The checking function can fail: each planted disagreement is found, and called by its number.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { disagreements, expectAgreement } from './agree.ts';
import {
  at,
  chargeOf,
  copyOf,
  entry,
  eventOf,
  neverWas,
  otherwise,
  payment,
  seenBy,
  type Copy,
} from './planted.ts';
import { bootPatience, startService, type Service } from './service.ts';
import { create, newOrder, pay, shown, untilStatus } from './shop.ts';
import { look, type Sight } from './sight.ts';

let service: Service;
/** one order paid, one paid with too much, one waiting */
const orders = [newOrder({ business_order_type: 'tea' }), newOrder(), newOrder()] as const;
let genuine: Sight;

beforeAll(async () => {
  service = await startService();
  const [paid, wrong] = [await shown(service.app, orders[0]), await shown(service.app, orders[1])];
  await create(service.app, orders[2]);
  await pay(service, paid);
  await pay(service, wrong, 'success', { amount: '9.00' });
  await untilStatus(service, paid, 'PAID_SUCCESS');
  await expectAgreement(service, orders);
  genuine = await look(service, orders);
}, bootPatience);

afterAll(() => service.stop());

describe('disagreements', () => {
  test('there are none in what was seen', () => {
    expect(disagreements(genuine)).toEqual([]);
    expect(genuine.charges).toHaveLength(2);
    expect(genuine.orders.map(({ payments }) => payments[0]?.payment.status)).toEqual([
      'PAID_SUCCESS',
      'PENDING_PAYMENT',
      'PENDING_PAYMENT',
    ]);
    expect(genuine.orders[1]?.payments[0]?.payment.anomaly).toMatchObject({
      kind: 'OVERPAID',
      amount: '9.00',
    });
  });

  test.each<[found: string, what: string, plant: (copy: Copy) => void]>([
    ['I01', 'a charge is not in the books', (copy) => copy.charges.splice(chargeOf(copy, 0), 1)],
    [
      'I01',
      'the payer was charged a second time',
      (copy) => copy.charges.push({ ...at(copy.charges, chargeOf(copy, 0)), gateway_transaction_id: '2' }),
    ],
    [
      'I01',
      'the same charge stands twice',
      (copy) => copy.charges.push({ ...at(copy.charges, chargeOf(copy, 0)) }),
    ],
    ['I01', 'the books have one 分 more', (copy) => (at(copy.charges, chargeOf(copy, 0))['amount'] = '8.81')],
    [
      'I01',
      'the anomaly tells of another sum',
      (copy) => (at(copy.charges, chargeOf(copy, 1))['amount'] = '9.01'),
    ],
    [
      'I01',
      'it is called paid and nothing was charged',
      (copy) => (payment(copy, 2).payment['status'] = 'PAID_SUCCESS'),
    ],
    ['I01', "the provider's books do not balance", (copy) => (copy.balances['merchant'] = '0.01')],
    ['I02', 'an order is paid twice', (copy) => at(copy.orders, 0).payments.push(payment(copy, 0))],
    [
      'I03',
      'the charge is older than the payment',
      (copy) => (at(copy.charges, 0)['paid_at'] = '2016-01-01T00:00:00.000Z'),
    ],
    [
      'I06',
      'the sum that was asked for changed',
      (copy) => (entry(copy, 1, 3).before['amount_requested'] = '8.80'),
    ],
    ['I06', 'the sum that was paid changed', (copy) => (entry(copy, 0, 3).before['amount_paid'] = '8.79')],
    ['I07', 'an anomaly without a charge', (copy) => copy.charges.splice(chargeOf(copy, 1), 1)],
    ['I07', 'paid, but not how much', (copy) => (payment(copy, 0).payment['amount_paid'] = undefined)],
    [
      'I07',
      'paid with less than was asked for',
      (copy) => (payment(copy, 0).payment['amount_requested'] = '8.90'),
    ],
    ['I10', "an edge under another's name", (copy) => (entry(copy, 0, 3)['name'] = 'payment.closed')],
    ['I10', 'a way that is none', (copy) => (entry(copy, 0, 2).after['status'] = 'CLOSED')],
    ['I11', 'an entry is missing', (copy) => payment(copy, 0).timeline.splice(1, 1)],
    ['I11', 'the last entry is missing', (copy) => payment(copy, 2).timeline.pop()],
    ['I11', "the payment's version is ahead", (copy) => (payment(copy, 2).payment['version'] = 3)],
    [
      'I11',
      'an entry was written on something else',
      (copy) => (entry(copy, 0, 3).before['status'] = 'PENDING_CREATE'),
    ],
    ['I16', 'a stranger did it', (copy) => (entry(copy, 0, 3)['actor'] = 'channel:STRIPE')],
    ['I17', 'a message that was left', (copy) => (at(copy.queues, -1)['depth'] = 1)],
    ['I19', 'an event was not told', (copy) => copy.told.splice(eventOf(copy, 0, 3), 1)],
    ['I19', 'two events under one id', (copy) => copy.told.push(otherwise(copy, 0, 3))],
    ['I20', 'an event of what never was', (copy) => copy.told.push(neverWas(copy, 2, 3))],
    [
      'I21',
      "an event under another's name",
      (copy) => (at(copy.told, eventOf(copy, 0, 2))['detail-type'] = 'payment.paid'),
    ],
    [
      'I21',
      'an event with another sum',
      (copy) => (at(copy.told, eventOf(copy, 0, 3)).detail.data['amount_paid'] = '88.00'),
    ],
    ['I28', 'a reason was changed afterwards', (copy) => (entry(copy, 0, 1)['reason'] = 'asked to give')],
    ['I28', 'a hash was changed', (copy) => (entry(copy, 0, 2)['hash'] = entry(copy, 0, 1)['hash'])],
  ])('%s %s', (found, _what, plant) => {
    const copy = copyOf(genuine);
    plant(copy);
    const all = disagreements(seenBy(copy));
    expect(all.map((sentence) => sentence.slice(0, 3))).toContain(found);
  });

  test('money and events of payments that nobody made', () => {
    const number = 'pay_01h00000000000000000000000';
    const copy = copyOf(genuine);
    copy.unknownNumbers.push(number);
    at(copy.charges, 0)['transaction_id'] = number;
    at(copy.told, 0).detail['id'] = `${number}/1`;
    expect(disagreements(seenBy(copy))).toEqual(
      expect.arrayContaining([
        `I03 ${number} was charged and there is no such payment`,
        `I20 ${number} was told of and there is no such payment`,
      ]),
    );
  });

  test('a message that lies about is fine where a journey says so', () => {
    const copy = copyOf(genuine);
    at(copy.queues, 0)['in_flight'] = 1;
    expect(disagreements(seenBy(copy), { homeless: 1 })).toEqual([]);
    expect(disagreements(genuine, { homeless: 1 })).toEqual(['I17 0 messages lie in the queues, not 1']);
  });
});
