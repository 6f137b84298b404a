import { randomBytes } from 'node:crypto';
import { KMSClient } from '@aws-sdk/client-kms';
import { SecretsManagerServiceException, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectedChannels, readableChannels } from '../../lib/channels/channels.ts';
import { PaymentError } from '../../lib/domain/errors.ts';
import { putChannelRow, type ChannelRow } from '../../lib/store/channels.ts';
import { account, merchant, platform, stranger } from '../contract/alipay-side.ts';
import { aChannelRow } from '../functions/channel.ts';
import { ports, startDatabase, type Database } from '../store/database.ts';

let database: Database;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

const config = { ...account, public_key_platform: platform.publicPem };
const held = JSON.stringify({ private_key_merchant: merchant.privatePem });
let codes = 0;

/** A channel of its own code, with its row, and a secret that is had as told. */
async function open(
  row: Partial<ChannelRow> | undefined,
  secret: () => Promise<string> = () => Promise.resolve(held),
) {
  const code = `ALIPAY_${++codes}`;
  const table = database.tables();
  const put = (changes: Partial<ChannelRow>) =>
    putChannelRow(table, aChannelRow({ channelCode: code, config, ...changes }), `w${++codes}`);
  if (row) await put(row);
  const clock = ports();
  let asked = 0;
  const send = async () => {
    asked++;
    return { SecretString: await secret() };
  };
  const dependencies = {
    declared: [{ code, provider: 'alipay', secret_arn: `arn:${code}` }],
    table,
    secrets: { send } as unknown as SecretsManagerClient,
    ports: { fetch, now: clock.now, randomBytes },
  };
  return {
    code,
    put,
    clock,
    secretsAsked: () => asked,
    readable: readableChannels(dependencies),
    connected: connectedChannels({
      ...dependencies,
      keys: new KMSClient({ region: 'us-east-1' }),
    }),
  };
}

async function codeOf(channel: Promise<unknown>): Promise<string> {
  return channel.then(
    () => 'opened',
    (error: unknown) => (error instanceof PaymentError ? error.code : 'a bug'),
  );
}

const service = (name: string, fault: 'client' | 'server') => () =>
  Promise.reject(new SecretsManagerServiceException({ name, $fault: fault, $metadata: {}, message: 'raw' }));

describe('a channel', () => {
  it.each(['NONE', 'alipay ', 'ALIPAY\u200b', '__proto__', 'constructor', ''])(
    '%j is unknown',
    async (code) => {
      const { readable, connected } = await open({});
      expect(await codeOf(readable(code))).toBe('CHANNEL_UNKNOWN');
      expect(await codeOf(connected(code))).toBe('CHANNEL_UNKNOWN');
    },
  );

  it('is connected with what it is configured with', async () => {
    const { code, connected } = await open({});
    expect(await connected(code)).toMatchObject({
      code,
      payee: { merchantId: account.merchant_id, appId: account.app_id },
      methods: { alipay_qr: { amounts: { CNY: ['0.01', '100000000.00'] } } },
    });
  });

  it('that only reads callbacks needs no secret', async () => {
    const { code, readable, secretsAsked } = await open({});
    await readable(code);
    expect(secretsAsked()).toBe(0);
  });

  it('is kept for five minutes, and its keys for as long as its row', async () => {
    const { code, connected, secretsAsked, clock, put } = await open({});
    const first = await connected(code);
    await put({ version: 2, isActive: false });
    clock.time += 299_999;
    expect(await connected(code)).toBe(first);
    clock.time += 1;
    expect((await connected(code)).row.isActive).toBe(false);
    expect(secretsAsked()).toBe(2);
    clock.time += 300_000;
    await connected(code);
    expect(secretsAsked()).toBe(2);
  });

  it('that failed to open is tried again at once', async () => {
    let down = true;
    const { code, connected } = await open({}, () =>
      down ? service('InternalServiceError', 'server')() : Promise.resolve(held),
    );
    expect(await codeOf(connected(code))).toBe('GATEWAY_UNAVAILABLE');
    down = false;
    expect(await codeOf(connected(code))).toBe('opened');
  });
});

describe('a channel that cannot be used', () => {
  it.each([
    ['has no row', undefined],
    ['has a half configuration', { config: account }],
    [
      'has a private key where the public one belongs',
      { config: { ...config, public_key_platform: stranger.privatePem } },
    ],
    ['is local and names no gateway', { environment: 'local' }],
  ] as const)('because it %s is misconfigured', async (_, row) => {
    const { code, connected } = await open(row);
    expect(await codeOf(connected(code))).toBe('CHANNEL_MISCONFIGURED');
  });

  it.each([
    ['is not there', service('ResourceNotFoundException', 'client')],
    ['may not be read', service('AccessDeniedException', 'client')],
    ['is no JSON', () => Promise.resolve('')],
    ['lacks the key', () => Promise.resolve('{}')],
    [
      'holds another kind of key',
      () => Promise.resolve(JSON.stringify({ private_key_merchant: platform.publicPem })),
    ],
  ])('because its secret %s is misconfigured', async (_, secret) => {
    const { code, connected } = await open({}, secret);
    expect(await codeOf(connected(code))).toBe('CHANNEL_MISCONFIGURED');
  });

  it.each([
    ['is down', service('InternalServiceError', 'server')],
    ['is busy', service('ThrottlingException', 'client')],
    ['does not answer', () => Promise.reject(Object.assign(new Error('raw'), { name: 'TimeoutError' }))],
  ])('because the keeper of secrets %s may be used later', async (_, secret) => {
    const { code, connected } = await open({}, secret);
    const error: unknown = await connected(code).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'GATEWAY_UNAVAILABLE', cause: { message: 'raw' } });
    expect((error as Error).message).not.toContain('raw');
  });
});
