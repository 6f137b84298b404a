// Test and live are two worlds: what a provider tells in one of them changes nothing in the other, however genuine it is.
// @see SPEC hard case 24
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { expectAgreement } from './agree.ts';
import { oneOfEach, orderOf, type Product } from './products.ts';
import { bootPatience, startService, type Service } from './service.ts';
import { deliveries, pay, read, resend, shown, untilStatus } from './shop.ts';

/** How a callback of the other world is refused: where the world is written in it, or where it has a key of its own. */
const answers: Readonly<Record<string, { readonly status: number; readonly reason: string }>> = {
  stripe: { status: 403, reason: 'foreign' },
  paypal: { status: 401, reason: 'not_authentic' },
};
const worldly = oneOfEach.filter(({ provider }) => Object.hasOwn(answers, provider));

let service: Service;

beforeAll(async () => {
  service = await startService();
}, bootPatience);

afterAll(() => service.stop());

afterEach(async () => {
  await service.control('/faults', undefined, 'DELETE');
  await service.gateway('/faults', undefined, 'DELETE');
});

/** Only its callbacks tell of it: nobody asks. */
async function deafen(): Promise<void> {
  for (const operation of ['find-due', 'sync-transaction']) {
    const fault = { operation, service: 'dynamodb', fault: 'internal_error', times: 1000 };
    await service.control('/faults', fault);
  }
}

/** Functions know a channel for five minutes. @param gateway_url none outside of this machine */
async function become({ channel }: Product, environment: string, gateway_url?: unknown): Promise<unknown> {
  const path = `/channels/${channel}`;
  const { body } = await service.operator<Record<string, unknown>>(path);
  const shown = new Set(['channel_code', 'secret_fingerprints', 'version', 'updated_at', 'updated_by']);
  const kept = Object.entries(body).filter(([name]) => !shown.has(name) && name !== 'gateway_url');
  const put = { ...Object.fromEntries(kept), environment, ...(gateway_url !== undefined && { gateway_url }) };
  expect(await service.operator(path, { method: 'PUT', body: put })).toMatchObject({ status: 200 });
  await service.control('/clock', { advance: '6m' });
  return body['gateway_url'];
}

const refusals = (channel: string) =>
  service.lines.filter(({ name, channel_code }) => name === 'callback.refused' && channel_code === channel);

/** Refused, told, and nothing moved. @param before how many refusals there were */
async function expectRefused({ provider, channel }: Product, id: string, before: number): Promise<void> {
  const { status, reason } = answers[provider] ?? {};
  const [first] = await deliveries(service, id);
  expect(first).toMatchObject({ status, accepted: false });
  expect(refusals(channel).slice(before)[0]).toMatchObject({ reason });
  expect(await read(service, id)).toMatchObject({ status: 'PENDING_PAYMENT', version: 2 });
  const queues = await service.control<{ queues: { name: string; depth: number }[] }>('/queues');
  expect(queues.queues.filter(({ depth }) => depth > 0)).toEqual([]);
}

describe.each(worldly)('$channel', (product) => {
  test('of the live world, to a channel of tests: refused, and the true one counts', async () => {
    const order = orderOf(product);
    const id = await shown(service.app, order);
    const before = refusals(product.channel).length;
    await service.gateway('/faults', {
      provider: product.provider,
      transaction_id: id,
      callback: { kind: 'payment', fault: 'other_mode', times: 1 },
    });
    await pay(service, id, 'success', { return: false });
    await expectRefused(product, id, before);
    await resend(service, id);
    await untilStatus(service, id, 'PAID_SUCCESS');
    await expectAgreement(service, [order]);
  });

  test('of the test world, to a channel that was put into production: refused, and nobody is asked', async () => {
    const order = orderOf(product, { expires_at: await inTwoHours() });
    const id = await shown(service.app, order);
    await deafen();
    const home = await become(product, 'production');
    const before = refusals(product.channel).length;
    await pay(service, id, 'success', { return: false });
    await expectRefused(product, id, before);
    await become(product, 'local', home);
    await service.control('/faults', undefined, 'DELETE');
    await resend(service, id);
    await service.control('/clock', { advance: '15m' });
    await untilStatus(service, id, 'PAID_SUCCESS');
    await expectAgreement(service, [order]);
  });
});

async function inTwoHours(): Promise<string> {
  const { now } = await service.control<{ now: string }>('/clock');
  return new Date(Date.parse(now) + 7_200_000).toISOString();
}
