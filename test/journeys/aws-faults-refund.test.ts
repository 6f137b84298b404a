// Every call to AWS by which a refund is made and sent, with every fault that it can have: the shop repeats, the workflow
// repeats, and in the end the money has gone back once, and all agree.
import { afterAll, afterEach, beforeAll, describe, test } from '@jest/globals';
import { expectWay, faultsOf, paired, plant, type Fault, type Way } from './aws-ways.ts';
import { oneOfEach, products, type Product } from './products.ts';
import { expectRefundedOnce, paidQuietly, refundAtLast, unheard } from './refund-at-last.ts';
import { fresh, submitting } from './refund-ways.ts';
import { bootPatience, startService, type Service } from './service.ts';

const making: Way = [
  ['create-refund', 'PutItem', 'the key is taken'],
  ['create-refund', 'GetItem', 'it is seen that the caller may'],
  ['create-refund', 'GetItem', 'its number is looked for'],
  ['create-refund', 'GetItem', 'the payment is read'],
  ['create-refund', 'TransactWriteItems', 'it is written down'],
  ['create-refund', 'StartExecution', 'its workflow is begun'],
  ['create-refund', 'UpdateItem', 'the answer is kept'],
];
const told: Way = [['publish-events', 'PutEvents', 'it is told']];

let service: Service;

beforeAll(async () => {
  service = await startService();
}, bootPatience);

afterAll(() => service.stop());

afterEach(async () => {
  await service.control('/faults', undefined, 'DELETE');
  await service.gateway('/faults', undefined, 'DELETE');
});

async function expectMade(product: Product, faults: readonly Fault[], amount = '3.00'): Promise<void> {
  const paid = await paidQuietly(service, product);
  await unheard(service, paid.id);
  for (const fault of faults) await plant(service, fault);
  const refund_id = await refundAtLast(service, paid.id, amount);
  await expectRefundedOnce(service, paid, refund_id, amount);
}

const [first] = oneOfEach;
const alipay = first as Product;

test('the tables have every call of the ways', async () => {
  await expectMade(alipay, [fresh]);
  await expectWay(service, [...making, ...submitting, ...told]);
});

// What befell the making of a refund is over before it is sent.
describe('made, and sent', () => {
  const journeys = paired(faultsOf(making), faultsOf([...submitting, ...told]));
  test.each(journeys)('%s, then %s', (_what, _then, faults) => expectMade(alipay, faults));
});

describe('sent by a channel whose key is in KMS', () => {
  const signing: Way = [
    ...submitting.filter(([, action]) => action !== 'GetSecretValue').slice(0, 4),
    ['refund-steps', 'Sign', 'the refund is signed'],
    ...submitting.slice(5),
  ];
  const kms = products.find(({ channel }) => channel === 'ALIPAY_CERT') as Product;
  const ofSigning = faultsOf(signing).filter(([, [fault]]) => fault?.action === 'Sign');

  test('the table has every call of the way', async () => {
    await expectMade(kms, []);
    await expectWay(service, signing);
  });

  test.each(ofSigning)('%s', (_, faults) => expectMade(kms, faults, '8.80'));
});

describe('the same fault until AWS is given up', () => {
  test.each([
    ['create-refund', 'TransactWriteItems', 'lost_answer'],
    ['create-refund', 'TransactWriteItems', 'internal_error'],
    ['create-refund', 'StartExecution', 'lost_answer'],
    ['create-refund', 'StartExecution', 'internal_error'],
    ['refund-steps', 'TransactWriteItems', 'lost_answer'],
    ['refund-steps', 'TransactWriteItems', 'internal_error'],
    ['refund-steps', 'GetItem', 'throttle'],
  ])('%s of %s: %s', (operation, action, fault) =>
    expectMade(alipay, [{ operation, action, fault, times: 3 }]),
  );
});
