// Readers of callbacks get what proves and opens them, and of the channel's secrets no more than that.
import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import {
  GetSecretValueCommand,
  SecretsManagerClient,
  SecretsManagerServiceException,
} from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readableChannels } from '../../lib/channels/channels.ts';
import { PaymentError } from '../../lib/domain/errors.ts';
import { putChannelRow, type ChannelRow } from '../../lib/store/channels.ts';
import { aChannelRow } from '../functions/channel.ts';
import { ports, startDatabase, type Database } from '../store/database.ts';
import { aPlatformKey, registerPretend } from './pretend.ts';

registerPretend();

let database: Database;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

const apiKey = randomBytes(16).toString('hex');
const kept = JSON.stringify({ api_key: apiKey });
const year = 365 * 24 * 60 * 60 * 1000;
const clock = ports();
const first = aPlatformKey('1111', clock.time - year, clock.time + year);
const second = aPlatformKey('2222', clock.time - 1, clock.time + 5 * year);
let codes = 0;

interface Secret {
  readonly row?: { readonly [Name in keyof ChannelRow]?: ChannelRow[Name] | undefined };
  readonly answers?: () => Promise<string>;
}

async function open({ row = {}, answers = () => Promise.resolve(kept) }: Secret = {}) {
  const code = `PRETEND_${++codes}`;
  const table = database.tables();
  const put = (changes: Secret['row'], version = 1) => {
    const whole = {
      ...aChannelRow({ channelCode: code, provider: 'pretend', config: { merchant_id: 'm' } }),
      ...{ version, platformKeys: first.keys },
      ...changes,
    };
    return putChannelRow(table, whole, `w${++codes}`);
  };
  await put(row);
  const client = new SecretsManagerClient({ region: 'us-east-1' });
  const secrets = mockClient(client);
  secrets.on(GetSecretValueCommand).callsFake(async () => ({ SecretString: await answers() }));
  const readable = readableChannels({
    declared: [
      { code, provider: 'pretend', secret_arn: 'arn:main', reader_secret_arn: `arn:${code}/reader` },
    ],
    table,
    secrets: client,
    ports: { fetch, now: clock.now },
  });
  return { code, put, secrets, open: () => readable(code) };
}

const outcome = (opening: Promise<unknown>) =>
  opening.then(
    () => 'opened',
    (error: unknown) => (error instanceof PaymentError ? error.code : 'a bug'),
  );

const service = (name: string, $fault: 'client' | 'server') => () =>
  Promise.reject(new SecretsManagerServiceException({ name, $fault, $metadata: {}, message: 'raw' }));

describe('a reader whose provider keeps a secret for it', () => {
  it('opens what that provider sealed and signed, with the version that its row names', async () => {
    const { code, open: channel, secrets } = await open({ row: { secretVersion: 'version-7' } });
    const { reader } = await channel();
    expect(reader.readNotification(first.callback('paid', apiKey))).toEqual({
      notification: { kind: 'ignored', reason: 'paid' },
      keyVersion: '1111',
    });
    const read = secrets.calls().map(({ args: [{ input }] }) => input);
    expect(read).toEqual([{ SecretId: `arn:${code}/reader`, VersionId: 'version-7' }]);
  });

  it('asks for it again only when the row has changed, and believes the keys of that row', async () => {
    const { open: channel, put, secrets } = await open();
    const { reader } = await channel();
    const news = second.callback('paid', apiKey);
    expect(() => reader.readNotification(news)).toThrow('no key of ours proves it');
    clock.time += 300_000;
    await channel();
    expect(secrets.calls()).toHaveLength(1);
    await put({ platformKeys: { ...first.keys, ...second.keys } }, 2);
    clock.time += 300_000;
    const after = await channel();
    for (const callback of [news, first.callback('paid', apiKey)])
      expect(after.reader.readNotification(callback).notification).toMatchObject({ reason: 'paid' });
    expect(secrets.calls()).toHaveLength(2);
  });

  it('that has fetched no key yet believes nobody', async () => {
    const { open: channel } = await open({ row: { platformKeys: undefined } });
    const { reader } = await channel();
    for (const callback of [first.callback('paid', apiKey), { body: Buffer.from(''), headers: {} }])
      expect(() => reader.readNotification(callback)).toThrow('no key of ours proves it');
  });

  it.each([
    ['is down', service('InternalServiceError', 'server')],
    ['is busy', service('ThrottlingException', 'client')],
  ])('may be opened later when the keeper of secrets %s', async (_, answers) => {
    let down = true;
    const { open: channel } = await open({ answers: () => (down ? answers() : Promise.resolve(kept)) });
    expect(await outcome(channel())).toBe('GATEWAY_UNAVAILABLE');
    down = false;
    expect(await outcome(channel())).toBe('opened');
  });

  it.each<[string, Secret]>([
    ['is not there', { answers: service('ResourceNotFoundException', 'client') }],
    ['may not be read', { answers: service('AccessDeniedException', 'client') }],
    ['is no JSON', { answers: () => Promise.resolve('api_key') }],
    ['lacks a member', { answers: () => Promise.resolve('{}') }],
    ['holds a key of another form', { answers: () => Promise.resolve('{"api_key":"short"}') }],
    [
      'holds more than readers may know',
      { answers: () => Promise.resolve(JSON.stringify({ api_key: apiKey, private_key_merchant: 'x' })) },
    ],
    ['has no version', { row: { secretVersion: undefined } }],
  ])('is misconfigured when its secret %s, and says nothing of it', async (_, told) => {
    const { open: channel } = await open(told);
    const error: unknown = await channel().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'CHANNEL_MISCONFIGURED' });
    expect(inspect(error, { depth: Infinity, showHidden: true })).not.toContain(apiKey);
  });
});
