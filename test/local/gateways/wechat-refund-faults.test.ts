// Every fault of a call about refunds, seen from the merchant's side: what arrives, and whether it was done.
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { openWorld, type World } from './wechat-merchant.ts';
import { path, refunding } from './wechat-refunding.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterEach(async () => {
  await world.control('DELETE', '/faults');
});
afterAll(() => world.stop());

const at = refunding(() => world);
const operations = ['refund', 'refund_query'] as const;
type Operation = (typeof operations)[number];

async function plant(order: string, operation: Operation, fault: string, ms?: number) {
  const planted = { transaction_id: order, provider: 'wechat_pay', call: { operation, fault, ms } };
  expect(await world.control('POST', '/faults', planted)).toMatchObject({ status: 200 });
}

/** The operation under a fault; a refund that is asked for is there already. */
async function under(operation: Operation, fault: string, ms?: number) {
  const of = await at.paid();
  if (operation === 'refund_query') await at.refund(of, '00', 300);
  await plant(of.order, operation, fault, ms);
  const act = operation === 'refund' ? at.refund(of, '00', 300) : at.find(of, '00');
  const seen = await act.catch(() => undefined);
  return { seen, isThere: (await at.find(of, '00')).status === 200 };
}

describe.each(operations)('%s', (operation) => {
  const isUndone = operation === 'refund';

  test.each(['reset_before', 'reset_after', 'timeout_before', 'timeout_after'])(
    '%s: no answer',
    async (fault) => {
      const isThere = !(isUndone && fault.endsWith('before'));
      expect(await under(operation, fault, 50)).toEqual({ seen: undefined, isThere });
    },
  );

  test.each(['http_500_before', 'http_500_after', 'html_200'])('%s: a page, unsigned', async (fault) => {
    const of = await at.paid();
    if (operation === 'refund_query') await at.refund(of, '00', 300);
    await plant(of.order, operation, fault);
    const response = await (operation === 'refund'
      ? world.raw('POST', path, at.asked(of, '00', 300))
      : world.raw('GET', `${path}/${String(at.asked(of, '00', 1)['out_refund_no'])}`));
    expect(await response.text()).toMatch(/^<!doctype html>/);
    expect(response.headers.get('wechatpay-signature')).toBeNull();
    const isThere = (await at.find(of, '00')).status === 200;
    expect(isThere).toBe(!(isUndone && fault === 'http_500_before'));
  });

  test('truncated: the beginning of an answer', async () => {
    expect(await under(operation, 'truncated')).toEqual({ seen: undefined, isThere: true });
  });

  test('bad_signature: done, and signed by somebody', async () => {
    const { seen, isThere } = await under(operation, 'bad_signature');
    expect([seen?.status, seen?.genuine, isThere]).toEqual([200, false, true]);
  });

  test('wrong_order: genuinely signed, and about somebody else', async () => {
    const { seen, isThere } = await under(operation, 'wrong_order');
    const body = { out_refund_no: 'refund_of_somebody_else', out_trade_no: 'order_of_somebody_else' };
    expect(seen).toMatchObject({ status: 200, genuine: true, body });
    expect(isThere).toBe(true);
  });

  test('unknown_code: genuinely signed, and done', async () => {
    const { seen, isThere } = await under(operation, 'unknown_code');
    expect(seen).toMatchObject({ status: 400, genuine: true, body: { code: 'NEVER_HEARD_OF' } });
    expect(isThere).toBe(true);
  });

  test('rate_limited: genuinely signed, and not done', async () => {
    const { seen, isThere } = await under(operation, 'rate_limited');
    expect(seen).toMatchObject({ status: 429, genuine: true, body: { code: 'FREQUENCY_LIMITED' } });
    expect(isThere).toBe(!isUndone);
  });

  test('slow: right, and late', async () => {
    const { seen, isThere } = await under(operation, 'slow', 200);
    expect([seen?.status, seen?.genuine, isThere]).toEqual([200, true, true]);
  });
});

test('what was done under a fault is the same refund when it is asked for again', async () => {
  const of = await at.paid();
  await plant(of.order, 'refund', 'reset_after');
  await expect(at.refund(of, '00', 300)).rejects.toThrow();
  expect(await at.refund(of, '00', 300)).toMatchObject({ body: { status: 'PROCESSING' } });
  await at.advance(60_000);
  expect(await at.rows(of)).toMatchObject([{ status: 'SUCCESS', amount: '3.00' }]);
});
