// Every way in which a gateway can fail us while money is taken that its payer has agreed to. What is not known is asked
// for, the same capture may be made again, and the money is taken once.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { expectAgreement } from './agree.ts';
import { oneOfEach, orderOf, type Product } from './products.ts';
import { bootPatience, startService, type PaymentView, type Service } from './service.ts';
import { asked, logged, pay, read, shown, untilStatus, type Order } from './shop.ts';

/** Whether the money was taken when the answer went astray. ms: how long a line is held before it is cut */
const faults: readonly (readonly [fault: string, isTaken: boolean, ms?: number])[] = [
  ['reset_before', false],
  ['reset_after', true],
  ['timeout_before', false, 300],
  ['timeout_after', true, 300],
  ['http_500_before', false],
  ['http_500_after', true],
  ['html_200', true],
  ['truncated', true],
  ['bad_signature', true],
  ['wrong_order', true],
  ['unknown_code', true],
  ['rate_limited', false],
];

interface Story {
  readonly order: Order;
  /** the payment once the fault was met */
  readonly met: PaymentView;
}

let service: Service;
const stories = new Map<string, Story>();
const captured = oneOfEach.filter(({ isCaptured }) => isCaptured);
const nameOf = ({ channel }: Product, fault: string) => `${channel} ${fault}`;

/** One word that the payer has agreed, and none of anything later: the rest is for status sync. */
async function play(product: Product, fault: string, ms?: number): Promise<void> {
  const order = orderOf(product);
  const id = await shown(service.app, order);
  await service.gateway('/faults', { transaction_id: id, call: { operation: 'capture', fault, ms } });
  await pay(service, id, 'success', { return: false });
  await logged(service, id, 'payment.sync_unanswered');
  stories.set(nameOf(product, fault), { order, met: await read(service, id) });
}

beforeAll(async () => {
  service = await startService();
  // Whoever is told of what was taken would ask before sync does.
  for (const operation of ['find-due'])
    await service.control('/faults', { operation, service: 'dynamodb', fault: 'internal_error', times: 1000 });
  await Promise.all(
    captured.flatMap((product) => faults.map(([fault, , ms]) => play(product, fault, ms))),
  );
  await service.control('/faults', undefined, 'DELETE');
}, bootPatience);

afterAll(() => service.stop());
