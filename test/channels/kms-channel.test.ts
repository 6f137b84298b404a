// A channel whose key is in KMS works, and no private key is ever in memory.
import { createPrivateKey, generateKeyPairSync, randomBytes, verify } from 'node:crypto';
import { inspect } from 'node:util';
import { queryObjects } from 'node:v8';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { connectedChannels } from '../../lib/channels/channels.ts';
import { publicHalf } from '../../lib/channels/signers.ts';
import { PaymentError } from '../../lib/domain/errors.ts';
import { newTransactionId } from '../../lib/domain/ids.ts';
import { putChannelRow, type ChannelRow } from '../../lib/store/channels.ts';
import { account, answer, platform, signedText } from '../contract/alipay-side.ts';
import { aChannelRow } from '../functions/channel.ts';
import { startForTests } from '../local/aws/services.ts';
import { ports, startDatabase, type Database } from '../store/database.ts';

// Looking through the whole heap takes its time where others are at work.
jest.setTimeout(300_000);

let database: Database;
let machine: Awaited<ReturnType<typeof startForTests>>;
let arn: string;
let publicKey: string;
beforeAll(async () => {
  [database, machine] = await Promise.all([startDatabase(), startForTests()]);
  arn = machine.services.createKey('Signing', { KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' }).arn;
  publicKey = await publicHalf(machine.kms, arn, 'v1');
});
afterAll(() => Promise.all([database.stop(), machine.stop()]));

let codes = 0;

interface Told {
  readonly declared?: object;
  readonly fetch?: typeof fetch;
  readonly secret?: string;
}

type Row = { readonly [Name in keyof ChannelRow]?: ChannelRow[Name] | undefined };

/** A channel with the key `v1` in KMS, unless its row or its declaration say otherwise. */
async function open(row: Row, told: Told = {}) {
  const channelCode = `ALIPAY_${++codes}`;
  const table = database.tables();
  const config = { ...account, public_key_platform: platform.publicPem };
  const whole = { ...aChannelRow({ channelCode, config }), signingKey: { name: 'v1', publicKey } };
  await putChannelRow(table, { ...whole, secretVersion: undefined, ...row }, `w${codes}`);
  const secrets = new SecretsManagerClient({ region: 'us-east-1' });
  const asked = mockClient(secrets);
  asked.on(GetSecretValueCommand).resolves({ SecretString: told.secret ?? '{}' });
  const { now } = ports();
  const door = connectedChannels({
    declared: [
      {
        code: channelCode,
        provider: 'alipay',
        secret_arn: 'arn',
        signing_keys: { v1: arn },
        ...told.declared,
      },
    ],
    table,
    secrets,
    keys: machine.kms,
    ports: { fetch: told.fetch ?? fetch, now, randomBytes },
  });
  return { connect: () => door(channelCode), asked, now };
}

const code = (connecting: Promise<unknown>) =>
  connecting.then(
    () => 'connected',
    (error: unknown) => (error instanceof PaymentError ? error.code : String(error)),
  );

/** Private keys that are alive anywhere in this process: in closures too. */
function privateKeys(): number {
  const kind = createPrivateKey(small).constructor;
  return queryObjects(kind, { format: 'count' });
}
const small = generateKeyPairSync('rsa', {
  modulusLength: 1024,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
}).privateKey;

const tries = 3;

/** How many more private keys there are since; fewer, where those of other tests in this process are collected meanwhile. */
async function more(connect: () => Promise<unknown>): Promise<number> {
  const before = privateKeys();
  const channel = await connect();
  const after = privateKeys();
  expect(channel).toBeDefined();
  return after - before;
}

describe('a channel with its key in KMS', () => {
  it('asks for no secret, and brings no private key into memory', async () => {
    const { connect, asked } = await open({});
    expect(await more(connect)).toBeLessThanOrEqual(0);
    expect(asked.calls()).toHaveLength(0);
    const channel = await (await open({})).connect();
    expect(inspect(channel, { depth: Infinity, showHidden: true })).not.toMatch(
      /PRIVATE KEY|PrivateKeyObject/,
    );
  });

  it('differs in that from one that signs with a PEM', async () => {
    const pem = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    }).privateKey;
    const secret = JSON.stringify({ private_key_merchant: pem });
    const seen: number[] = [];
    for (let n = 1; n <= tries && !seen.includes(1); n++) {
      const { connect, asked } = await open({ signingKey: undefined, secretVersion: 'v' }, { secret });
      seen.push(await more(connect));
      expect(asked.calls()).toHaveLength(1);
    }
    expect(seen).toContain(1);
  });

  it('signs what it sends with that key', async () => {
    const transactionId = newTransactionId({ now: Date.now, randomBytes: (n) => new Uint8Array(n) });
    const sent: string[] = [];
    const gateway: typeof fetch = (url, init) => {
      sent.push(`${new URL(url).search.slice(1)}&${init?.body as string}`);
      const node = {
        code: '10000',
        msg: 'Success',
        out_trade_no: transactionId,
        qr_code: 'https://qr.example/1',
      };
      return Promise.resolve(new Response(answer('alipay.trade.precreate', node)));
    };
    const { connect, now } = await open({}, { fetch: gateway });
    const { gateway: alipay } = await connect();
    const outcome = await alipay.prepay(
      {
        transactionId,
        method: 'alipay_qr',
        amount: { minor: 880, currency: 'CNY' },
        subject: '茶'.repeat(60),
        expiresAt: new Date(now() + 900_000).toISOString(),
        callbackUrl: 'https://pay.example.com/payments/callbacks/X',
        returnUrl: 'https://pay.example.com/payments/returns/X',
      },
      { deadline: now() + 5000 },
    );
    expect(outcome.kind).toBe('ok');
    const { sign = '', ...fields } = Object.fromEntries(new URLSearchParams(sent[0]));
    const text = Buffer.from(signedText(fields));
    expect(verify('sha256', text, publicKey, Buffer.from(sign, 'base64'))).toBe(true);
  });

  it.each<[string, Row, Told]>([
    ['whose key the stage does not declare', { signingKey: { name: 'v2', publicKey: '' } }, {}],
    ['whose key is a name that every object has', { signingKey: { name: 'constructor', publicKey: '' } }, {}],
    ['of a stage without keys', {}, { declared: { signing_keys: undefined } }],
    [
      'whose secret still holds a private key',
      { secretVersion: 'v' },
      { secret: '{"private_key_merchant":"x"}' },
    ],
  ])('%s is misconfigured', async (_, row, told) => {
    const { connect } = await open(row, told);
    expect(await code(connect())).toBe('CHANNEL_MISCONFIGURED');
  });

  it('without a key and without a secret is misconfigured', async () => {
    const { connect, asked } = await open({ signingKey: undefined });
    expect(await code(connect())).toBe('CHANNEL_MISCONFIGURED');
    expect(asked.calls()).toHaveLength(0);
  });
});
