// Keys that a provider hands out: fetched, joined to those that still hold, and never written over what somebody put.
import { randomBytes, randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { KMSClient } from '@aws-sdk/client-kms';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { joined } from '../../functions/refresh-platform-keys/key-set.ts';
import { refreshPlatformKeys } from '../../functions/refresh-platform-keys/refresh-platform-keys.ts';
import { connectedChannels } from '../../lib/channels/channels.ts';
import { PaymentError } from '../../lib/domain/errors.ts';
import type { PlatformKeys } from '../../lib/domain/platform-keys.ts';
import { getChannelRow, putChannelRow, type ChannelRow } from '../../lib/store/channels.ts';
import { aPlatformKey, asked, registerPretend } from '../channels/pretend.ts';
import { ports, startDatabase, type Database } from '../store/database.ts';
import { aChannelRow } from './channel.ts';

registerPretend();

let database: Database;
const secrets = mockClient(SecretsManagerClient);
secrets
  .on(GetSecretValueCommand)
  .resolves({ SecretString: JSON.stringify({ api_key: randomBytes(16).toString('hex') }) });
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(async () => {
  secrets.restore();
  await database.stop();
});

const clock = ports();
const start = clock.time;
afterEach(() => {
  clock.time = start;
});
const day = 24 * 60 * 60 * 1000;
const key = (serial: string, from: number, until: number) =>
  aPlatformKey(serial, clock.time + from * day, clock.time + until * day).keys;
const one = key('1111', -1000, 30);
const next = key('2222', -1, 1800);
const hands = (keys: PlatformKeys) => {
  asked.answer = () => Promise.resolve({ kind: 'ok', value: keys });
};
let codes = 0;

/** A configured channel with these keys, unless its row is to be absent. */
async function channelWith(platformKeys?: PlatformKeys, changes: Partial<ChannelRow> | null = {}) {
  const code = `PRETEND_${++codes}`;
  const table = database.tables();
  const row = {
    ...aChannelRow({ channelCode: code, provider: 'pretend', config: { merchant_id: 'm' } }),
    ...(platformKeys && { platformKeys }),
    ...changes,
  };
  // In KMS, where nobody asks for it: nothing is signed here.
  if (changes)
    await putChannelRow(table, { ...row, signingKey: { name: 'v1', publicKey: 'x' } }, randomUUID());
  const connected = connectedChannels({
    declared: [{ code, provider: 'pretend', secret_arn: 'arn:main', signing_keys: { v1: 'arn:key' } }],
    table,
    secrets: new SecretsManagerClient({ region: 'us-east-1' }),
    keys: new KMSClient({ region: 'us-east-1' }),
    ports: { fetch, now: clock.now, randomBytes },
  });
  return {
    code,
    table,
    row: () => getChannelRow(table, code),
    refresh: () =>
      refreshPlatformKeys({ channel: connected, table, ports: clock }, code, clock.time + 10_000),
  };
}

describe('keys that are handed out', () => {
  it('are written where there were none, and nothing else of the row changes but who changed it', async () => {
    const { row, refresh } = await channelWith();
    hands(one);
    const before = await row();
    expect(await refresh()).toEqual({ kind: 'refreshed', held: { count: 1, endsSoon: false } });
    expect(await row()).toEqual({
      ...before,
      platformKeys: one,
      version: 2,
      updatedAt: new Date(clock.time).toISOString(),
      updatedBy: 'refresh-platform-keys',
    });
  });

  it('and are held already: nothing is written', async () => {
    const { row, refresh } = await channelWith({ ...one, ...next });
    hands({ ...next, ...one });
    const before = await row();
    expect(await refresh()).toEqual({ kind: 'unchanged', held: { count: 2, endsSoon: false } });
    expect(await row()).toEqual(before);
  });

  it('join the one that is handed out no longer, which goes when it ends', async () => {
    const { row, refresh } = await channelWith(one);
    hands(next);
    expect(await refresh()).toMatchObject({ kind: 'refreshed', held: { count: 2 } });
    expect((await row())?.platformKeys).toEqual({ ...one, ...next });
    clock.time += 30 * day;
    expect(await refresh()).toMatchObject({ kind: 'refreshed', held: { count: 1 } });
    expect((await row())?.platformKeys).toEqual(next);
  });

  it('are asked for with the deadline that is set', async () => {
    const { refresh } = await channelWith();
    const deadlines: number[] = [];
    asked.answer = ({ deadline }) => {
      deadlines.push(deadline);
      return Promise.resolve({ kind: 'ok', value: one });
    };
    await refresh();
    expect(deadlines).toEqual([clock.time + 10_000]);
  });
});

const year = 365 * day;
/** Between these, ms after now. */
const instants = (from: number, to: number) =>
  fc.integer({ min: from, max: to }).map((after) => new Date(start + after).toISOString());
const aKey = fc.record({
  publicKey: fc.constantFrom('A', 'B', 'C'),
  validFrom: instants(-year, 0),
  validUntil: instants(-2, 2),
});
const aSet: fc.Arbitrary<PlatformKeys> = fc.dictionary(
  fc.constantFrom('1', '2', '3', 'PUB_KEY_ID_1', '__proto__', 'constructor'),
  aKey,
);

it('of any two sets every key is held until its end, and no other; what is handed out counts', () => {
  const now = new Date(clock.time).toISOString();
  fc.assert(
    fc.property(aSet, aSet, (held, handedOut) => {
      const serials = new Set([...Object.keys(held), ...Object.keys(handedOut)]);
      const expected = [...serials]
        .map((serial) => [serial, (Object.hasOwn(handedOut, serial) ? handedOut : held)[serial]] as const)
        .filter(([, known]) => known !== undefined && Date.parse(known.validUntil) > clock.time);
      const found = joined(held, handedOut, now);
      expect(new Map(Object.entries(found))).toEqual(new Map(expected));
      // As it is read back: the next hour has nothing to write.
      const row = JSON.parse(JSON.stringify(found)) as PlatformKeys;
      expect(isDeepStrictEqual(joined(row, handedOut, now), row)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

describe('two at once', () => {
  it('write the row once', async () => {
    const { row, refresh } = await channelWith(one);
    const { both } = gathered({ ...one, ...next });
    asked.answer = both;
    const kinds = (await Promise.all([refresh(), refresh()])).map(({ kind }) => kind).sort();
    expect(kinds).toEqual(['overtaken', 'refreshed']);
    expect(await row()).toMatchObject({ version: 2, platformKeys: { ...one, ...next } });
  });

  it('what an operator puts meanwhile stands, and the next hour brings the keys', async () => {
    const { code, table, row, refresh } = await channelWith(one);
    asked.answer = async () => {
      const before = (await getChannelRow(table, code)) as ChannelRow;
      await putChannelRow(table, { ...before, isActive: false, version: 2 }, randomUUID());
      return { kind: 'ok', value: next };
    };
    expect(await refresh()).toMatchObject({ kind: 'overtaken', held: { count: 1 } });
    expect(await row()).toMatchObject({ isActive: false, version: 2, platformKeys: one });
    hands(next);
    clock.time += 3_600_000;
    expect(await refresh()).toMatchObject({ kind: 'refreshed' });
    expect(await row()).toMatchObject({ isActive: false, version: 3, platformKeys: { ...one, ...next } });
  });
});

/** Nobody is answered before both have asked. */
function gathered(keys: PlatformKeys) {
  let waiting = 0;
  let release: () => void = () => undefined;
  const all = new Promise<void>((resolve) => (release = resolve));
  const both = async () => {
    if (++waiting === 2) release();
    await all;
    return { kind: 'ok' as const, value: keys };
  };
  return { both };
}

describe('keys that could not be fetched', () => {
  it.each([
    [{ kind: 'unknown', reason: 'timeout' }, { reason: 'timeout' }],
    [
      { kind: 'declined', code: 'misconfigured', channelCode: 'SIGN_ERROR', message: 'x' },
      { reason: 'misconfigured', channelCode: 'SIGN_ERROR' },
    ],
    [
      { kind: 'retry_later', channelCode: 'FREQUENCY', message: 'x' },
      { reason: 'retry_later', channelCode: 'FREQUENCY' },
    ],
    [{ kind: 'ok', value: {} }, { reason: 'no_keys' }],
  ] as const)('(%j): those that we have stay', async (answer, told) => {
    const { row, refresh } = await channelWith({ ...one, ...next });
    asked.answer = () => Promise.resolve(answer);
    const before = await row();
    const held = { count: 2, endsSoon: false };
    expect(await refresh()).toMatchObject({ kind: 'not_refreshed', ...told, held });
    expect(await row()).toEqual(before);
  });

  it('because the channel cannot be connected', async () => {
    const { refresh } = await channelWith(one, { config: {} });
    const refused = { kind: 'not_refreshed', reason: 'CHANNEL_MISCONFIGURED', held: { count: 1 } };
    expect(await refresh()).toMatchObject(refused);
    const never = await channelWith(undefined, { config: {} });
    expect(await never.refresh()).not.toHaveProperty('held');
  });

  it('because nothing can be signed', async () => {
    const { refresh } = await channelWith({ ...one, ...next });
    asked.answer = () => Promise.reject(new PaymentError('CHANNEL_MISCONFIGURED'));
    const refused = { kind: 'not_refreshed', reason: 'CHANNEL_MISCONFIGURED', held: { count: 2 } };
    expect(await refresh()).toMatchObject(refused);
  });

  it('because nobody has configured the channel: there is nothing to fetch yet', async () => {
    const { refresh, row } = await channelWith(undefined, null);
    expect(await refresh()).toEqual({ kind: 'nothing_to_fetch', why: 'not_configured' });
    expect(await row()).toBeUndefined();
  });
});

describe('the end of the last key', () => {
  it.each([
    [true, 'no key at all', {}],
    [true, 'one that ends in a week', key('1', -100, 7)],
    [false, 'one that ends a minute after', key('1', -100, 7 + 1 / 1440)],
    [false, 'one that ends tomorrow beside its successor', { ...key('1', -100, 1), ...key('2', 0, 1800) }],
    [true, 'a successor that begins too late', { ...key('1', -100, 1), ...key('2', 8, 1800) }],
  ])('soon: %s, with %s', async (endsSoon, _, keys) => {
    asked.answer = () => Promise.resolve({ kind: 'unknown', reason: 'timeout' });
    const { refresh } = await channelWith(keys);
    expect(await refresh()).toMatchObject({ held: { endsSoon } });
  });
});
