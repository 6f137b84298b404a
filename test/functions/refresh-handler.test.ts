// The handler of refresh-platform-keys with what its template would tell it: what it logs and counts of several channels.
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, beforeEach, expect, it, jest } from '@jest/globals';
import { getChannelRow, putChannelRow } from '../../lib/store/channels.ts';
import { aPlatformKey, asked, registerPretend } from '../channels/pretend.ts';
import { account, merchant, platform } from '../contract/alipay-side.ts';
import { aContext, environment } from '../lambda/gateway-event.ts';
import { startDatabase, type Database } from '../store/database.ts';
import { aChannelRow } from './channel.ts';

registerPretend();

let database: Database;
let run: (event: unknown, context: unknown) => Promise<unknown>;
let written: Record<string, unknown>[] = [];
const secrets = mockClient(SecretsManagerClient);
const secret = { private_key_merchant: merchant.privatePem, api_key: 'k'.repeat(32) };
const hour = 3_600_000;
const { keys } = aPlatformKey('1111', Date.now() - hour, Date.now() + 1000 * 24 * hour);

beforeAll(async () => {
  database = await startDatabase();
  const declared = [
    ['ALIPAY', 'alipay'],
    ['NEW', 'pretend'],
    ['PRETEND', 'pretend'],
  ].map(([code, provider]) => ({ code, provider, secret_arn: `arn:${code}` }));
  environment({
    AWS_ENDPOINT_URL_DYNAMODB: database.endpoint,
    CHANNELS_TABLE: 'channels',
    CHANNELS: JSON.stringify(declared),
    POWERTOOLS_DEV: 'true',
    POWERTOOLS_LOG_LEVEL: 'INFO',
    POWERTOOLS_METRICS_DISABLED: 'false',
  });
  for (const level of ['log', 'info', 'warn', 'error'] as const)
    jest.spyOn(console, level).mockImplementation((line: string) => {
      written.push(JSON.parse(line) as Record<string, unknown>);
    });
  const alipay = { ...account, public_key_platform: platform.publicPem };
  secrets.on(GetSecretValueCommand).callsFake(({ SecretId }: { SecretId: string }) => {
    const { private_key_merchant } = secret;
    return { SecretString: JSON.stringify(SecretId === 'arn:ALIPAY' ? { private_key_merchant } : secret) };
  });
  await putChannelRow(database.tables(), aChannelRow({ config: alipay }), 'w1');
  const pretend = { channelCode: 'PRETEND', provider: 'pretend', config: { merchant_id: 'm' } };
  await putChannelRow(database.tables(), aChannelRow(pretend), 'w2');
  ({ handler: run } = (await import('../../functions/refresh-platform-keys/handler.ts')) as {
    handler: typeof run;
  });
});
beforeEach(() => {
  written = [];
});
afterAll(async () => {
  secrets.restore();
  jest.restoreAllMocks();
  await database.stop();
});

const tick = () => run({}, { ...aContext(), getRemainingTimeInMillis: () => 60_000 });
const lines = () =>
  Object.fromEntries(
    written.flatMap(({ message, channel_code, reason, outcome }) =>
      typeof channel_code !== 'string' ? [] : [[`${channel_code} ${String(message)}`, reason ?? outcome]],
    ),
  );
const counted = () => written.filter((line) => '_aws' in line).flatMap((line) => Object.keys(line));
const failures = ['platform_keys_not_refreshed', 'platform_key_ends_soon'];

it('fetches the keys of the channel whose provider hands them out, and of no other', async () => {
  let patience = 0;
  asked.answer = ({ deadline }) => {
    patience = deadline - Date.now();
    return Promise.resolve({ kind: 'ok', value: keys });
  };
  await tick();
  expect(lines()).toEqual({
    'ALIPAY platform_keys.nothing_to_fetch': 'hands_out_none',
    'NEW platform_keys.nothing_to_fetch': 'not_configured',
    'PRETEND platform_keys.fetched': 'refreshed',
  });
  expect(patience).toBeLessThanOrEqual(10_000);
  expect(counted().filter((name) => failures.includes(name))).toEqual([]);
  expect((await getChannelRow(database.tables(), 'PRETEND'))?.platformKeys).toEqual(keys);
});

it('tells and counts what could not be fetched: what was held before counts, however short ago it came', async () => {
  asked.answer = () => Promise.resolve({ kind: 'unknown', reason: 'timeout', cause: new Error('cut') });
  await tick();
  expect(lines()).toMatchObject({ 'PRETEND platform_keys.not_refreshed': 'timeout' });
  expect(counted()).toContain('platform_keys_not_refreshed');
  expect(counted()).not.toContain('platform_key_ends_soon');
  expect(JSON.stringify(written)).not.toMatch(/PRIVATE KEY|kkkk/);
});

it('says so when the last key ends soon', async () => {
  const last = aPlatformKey('9999', Date.now() - hour, Date.now() + 24 * hour).keys;
  const row = await getChannelRow(database.tables(), 'PRETEND');
  if (!row) throw new Error('none');
  await putChannelRow(database.tables(), { ...row, platformKeys: last, version: row.version + 1 }, 'w3');
  asked.answer = () => Promise.resolve({ kind: 'ok', value: last });
  await tick();
  expect(lines()).toMatchObject({ 'PRETEND platform_keys.fetched': 'unchanged' });
  expect(Object.keys(lines())).toContain('PRETEND platform_keys.end_soon');
  expect(counted()).toContain('platform_key_ends_soon');
});

it('fails when one channel breaks, after the others were told', async () => {
  asked.answer = () => Promise.reject(new Error('a bug'));
  await expect(tick()).rejects.toThrow('a bug');
  expect(lines()).toMatchObject({ 'ALIPAY platform_keys.nothing_to_fetch': 'hands_out_none' });
});
