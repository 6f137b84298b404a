// The public handler of callbacks and a channel whose callbacks are opened with a secret: what it asks for, and what it
// answers when that cannot be had.
import { randomBytes } from 'node:crypto';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { putChannelRow } from '../../lib/store/channels.ts';
import { aPlatformKey, registerPretend } from '../channels/pretend.ts';
import { aContext, anEvent, environment } from '../lambda/gateway-event.ts';
import { startDatabase, type Database } from '../store/database.ts';
import { aChannelRow } from './channel.ts';

registerPretend();

let database: Database;
let run: (event: unknown, context: unknown) => Promise<unknown>;
const secrets = mockClient(SecretsManagerClient);
const apiKey = randomBytes(16).toString('hex');
const key = aPlatformKey('1111', 0, 4e12);

beforeAll(async () => {
  database = await startDatabase();
  environment({
    AWS_ENDPOINT_URL_DYNAMODB: database.endpoint,
    CHANNELS_TABLE: 'channels',
    CALLBACK_QUEUE_URL: 'https://sqs.example.com/callbacks',
    CHANNELS: JSON.stringify([{ code: 'PRETEND', provider: 'pretend', reader_secret_arn: 'arn:reader' }]),
  });
  const row = { channelCode: 'PRETEND', provider: 'pretend', config: { merchant_id: 'm' } };
  await putChannelRow(database.tables(), aChannelRow({ ...row, platformKeys: key.keys }), 'w1');
  ({ handler: run } = (await import('../../functions/receive-callback/handler.ts')) as {
    handler: typeof run;
  });
});
afterAll(async () => {
  secrets.restore();
  await database.stop();
});

function post(changed = false) {
  const { body, headers } = key.callback('a probe', apiKey);
  if (changed) body[20] = ((body[20] ?? 0) + 1) % 256;
  const sent = {
    path: { channel_code: 'pretend' },
    headers: Object.fromEntries(Object.entries(headers).map(([name, values]) => [name, [...values]])),
    body: Buffer.from(body),
    role: null,
  };
  return run(anEvent(sent), aContext());
}

it('answers 500 while the keeper of secrets is down, so that the provider repeats, and 200 when it is up again', async () => {
  secrets.on(GetSecretValueCommand).rejects(new Error('down, and secret inner words'));
  const answer = await post();
  expect(answer).toMatchObject({ statusCode: 500, body: 'fail' });
  secrets.on(GetSecretValueCommand).resolves({ SecretString: '{}' });
  expect(await post()).toMatchObject({ statusCode: 500, body: 'fail' });
  secrets.on(GetSecretValueCommand).resolves({ SecretString: JSON.stringify({ api_key: apiKey }) });
  expect(await post()).toMatchObject({ statusCode: 200, body: 'accepted' });
  expect(await post(true)).toMatchObject({ statusCode: 401, body: 'refused' });
  const read = secrets.commandCalls(GetSecretValueCommand).map(({ args: [{ input }] }) => input.SecretId);
  expect(read).toEqual(['arn:reader', 'arn:reader', 'arn:reader']);
});
