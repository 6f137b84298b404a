import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { keepTransmission } from '../../lib/store/transmissions.ts';
import { startDatabase, type Database } from './database.ts';

let database: Database;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

const receivedAt = '2026-11-20T06:07:08.000Z';
const keep = (change: object = {}) =>
  keepTransmission(database.tables(), {
    ...{ channelCode: 'PAYPAL', transmissionId: 'one', receivedAt, body: Buffer.from('genuine') },
    ...change,
  });

test('a transmission has the body that came first, however often it comes', async () => {
  expect(await keep()).toBe(true);
  expect(await keep({ receivedAt: '2026-11-21T00:00:00.000Z' })).toBe(true);
  expect(await keep({ body: Buffer.from('forged') })).toBe(false);
  expect(await keep()).toBe(true);
});

test('another transmission, or another channel’s, has a body of its own', async () => {
  await keep();
  const body = Buffer.from('other');
  expect(await keep({ transmissionId: 'two', body })).toBe(true);
  expect(await keep({ channelCode: 'PAYPAL_EU', body })).toBe(true);
});

test('of two bodies at one time, one is the first', async () => {
  const bodies = ['a', 'b'].map((text) => Buffer.from(text));
  const kept = await Promise.all(bodies.map((body) => keep({ transmissionId: 'at once', body })));
  expect(kept.sort()).toEqual([false, true]);
});
