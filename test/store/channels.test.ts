import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { getChannelRow, putChannelRow, type ChannelRow } from '../../lib/store/channels.ts';
import { documentClient } from '../../lib/store/table.ts';
import { at } from '../domain/samples.ts';
import { startDatabase, type Database } from './database.ts';
import { loseAnswers } from './faults.ts';

let database: Database;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

function row(channelCode: string, changes: Partial<ChannelRow> = {}): ChannelRow {
  return {
    channelCode,
    provider: 'alipay',
    environment: 'sandbox',
    callbackUrlPayment: 'https://pay.example.com/payments/callbacks/ALIPAY',
    isActive: true,
    sourcePolicy: 'monitor',
    sourceRanges: [],
    config: { app_id: '2021000000000001' },
    secretVersion: 'secret-1',
    fingerprints: {},
    version: 1,
    updatedAt: at,
    updatedBy: 'operators',
    ...changes,
  };
}

describe('a channel’s row', () => {
  it('comes back as it was written, or not at all', async () => {
    const table = database.tables();
    expect(await getChannelRow(table, 'NONE')).toBeUndefined();
    expect(await putChannelRow(table, row('PLAIN'), randomUUID())).toBe(true);
    expect(await getChannelRow(table, 'PLAIN')).toEqual(row('PLAIN'));
  });

  it('is changed by one of two who read the same version, even where both keep its secrets', async () => {
    const table = database.tables();
    await putChannelRow(table, row('RIVALS'), randomUUID());
    const ways = ['anna', 'boris'].map((updatedBy) =>
      putChannelRow(table, row('RIVALS', { version: 2, updatedBy }), randomUUID()),
    );
    const changed = await Promise.all(ways);
    expect(changed.filter(Boolean)).toHaveLength(1);
    const winner = changed[0] ? 'anna' : 'boris';
    expect(await getChannelRow(table, 'RIVALS')).toMatchObject({ version: 2, updatedBy: winner });
  });

  it('is made by one of two', async () => {
    const table = database.tables();
    const ways = ['anna', 'boris'].map((updatedBy) =>
      putChannelRow(table, row('FIRST', { updatedBy }), randomUUID()),
    );
    expect((await Promise.all(ways)).filter(Boolean)).toHaveLength(1);
  });

  it('is told as written when only the answer was lost', async () => {
    const client = database.client();
    loseAnswers(client, 1);
    const table = { ...database.tables(), client: documentClient(client) };
    expect(await putChannelRow(table, row('LOST'), randomUUID())).toBe(true);
    expect(await getChannelRow(table, 'LOST')).toEqual(row('LOST'));
  });
});
