// A channel whose callbacks are opened with a secret: what readers may know is kept apart, and what was fetched stays.
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PutDependencies } from '../../functions/put-channel/put-channel.ts';
import { channelView } from '../../lib/api/channel-view.ts';
import type { ChannelRow } from '../../lib/store/channels.ts';
import { putChannelRow } from '../../lib/store/channels.ts';
import { aPlatformKey, pretend } from '../channels/pretend.ts';
import { startDatabase, type Database } from '../store/database.ts';
import { configurable as configurableIn, type Kept } from './configurable.ts';

let database: Database;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

const secrets = { private_key_merchant: 'pem', api_key: randomBytes(16).toString('hex') };
const withoutSecret = {
  environment: 'sandbox',
  merchant_id: 'm',
  callback_url_payment: 'https://pay.example.com/payments/callbacks/ALIPAY',
  is_active: true,
};
const { keys: platformKeys } = aPlatformKey('1111', 0, 4e12);

function configurable(changes: Partial<PutDependencies> = {}) {
  const declared = { provider: 'pretend', secret_arn: 'arn:main', reader_secret_arn: 'arn:reader' };
  const made = configurableIn(database, { provider: () => pretend, ...changes }, declared);
  const fetched = async (): Promise<ChannelRow> => {
    const before = (await made.row()) as ChannelRow;
    const row = { ...before, platformKeys, version: before.version + 1, updatedBy: 'refresh-platform-keys' };
    expect(await putChannelRow(database.tables(), row, `fetched-${row.channelCode}`)).toBe(true);
    return row;
  };
  return { ...made, fetched };
}

describe('secrets of which readers need a part', () => {
  it('are kept whole, and that part again beside them under the same version', async () => {
    const { put, kept, row } = configurable();
    const { secretVersion: version, fingerprints } = await put({ ...withoutSecret, ...secrets });
    expect(kept).toEqual([
      { arn: 'arn:main', version, secrets },
      { arn: 'arn:reader', version, secrets: { api_key: secrets.api_key } },
    ]);
    expect(Object.keys(fingerprints).sort()).toEqual(['api_key', 'private_key_merchant']);
    for (const told of [await row(), channelView((await row()) as ChannelRow)])
      expect(JSON.stringify(told)).not.toContain(secrets.api_key);
  });

  it('stay both when none are sent', async () => {
    const { put, kept } = configurable();
    const { secretVersion } = await put({ ...withoutSecret, ...secrets });
    expect(await put({ ...withoutSecret, is_active: false })).toMatchObject({ secretVersion, version: 2 });
    expect(kept).toHaveLength(2);
  });

  it('do not count when one of the two could not be kept: the row stays with what it had', async () => {
    const broken = new Set<string>();
    const done: Kept[] = [];
    const putSecrets: PutDependencies['putSecrets'] = (arn, version, secrets) => {
      if (broken.has(arn)) return Promise.reject(new Error('no secrets manager'));
      return Promise.resolve(void done.push({ arn, version, secrets }));
    };
    const { put, row } = configurable({ putSecrets });
    const before = await put({ ...withoutSecret, ...secrets });
    for (const arn of ['arn:main', 'arn:reader']) {
      broken.add(arn);
      await expect(put({ ...withoutSecret, ...secrets })).rejects.toThrow('no secrets manager');
      expect(await row()).toEqual(before);
      broken.clear();
    }
    expect(done.filter(({ version }) => version === before.secretVersion)).toHaveLength(2);
  });
});

describe('keys that were fetched', () => {
  it('stay when the channel is put again', async () => {
    const { put, fetched, row } = configurable();
    await put({ ...withoutSecret, ...secrets });
    await fetched();
    expect(await put(withoutSecret)).toMatchObject({ platformKeys, version: 3 });
    expect(await put({ ...withoutSecret, ...secrets })).toMatchObject({ platformKeys, version: 4 });
    expect((await row())?.platformKeys).toEqual(platformKeys);
  });

  it('go with their environment: they prove nothing in another', async () => {
    const { put, fetched } = configurable();
    await put({ ...withoutSecret, ...secrets });
    await fetched();
    expect(await put({ ...withoutSecret, environment: 'production' })).not.toHaveProperty('platformKeys');
  });

  it('are none at first, and nobody can send them', async () => {
    const { put, row } = configurable();
    await expect(put({ ...withoutSecret, ...secrets, platform_keys: platformKeys })).rejects.toMatchObject({
      code: 'UNKNOWN_FIELD',
    });
    expect(await row()).toBeUndefined();
    expect(await put({ ...withoutSecret, ...secrets })).not.toHaveProperty('platformKeys');
  });
});
