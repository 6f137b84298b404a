// The access token: fetched when it is needed, shared, kept for as long as it holds, and never told to anybody.
import { inspect } from 'node:util';
import { expect, jest, test } from '@jest/globals';
import { PaymentError } from '../../lib/domain/errors.ts';
import { noon } from '../contract/bench.ts';
import { account, secrets } from '../contract/paypal-side.ts';
import { aToken, connected, options, order, query, request, said, type Said } from './paypal-answering.ts';

const pending = said(200, order());
const minute = 60_000;

test('is asked for with the credentials of the application', async () => {
  const { gateway, tokens, sent } = connected([pending]);
  expect(tokens).toEqual([]);
  await gateway.queryPayment(query, options);
  const basic = Buffer.from(`${account.client_id}:${secrets.client_secret}`).toString('base64');
  expect(tokens).toMatchObject([
    {
      method: 'POST',
      url: 'https://api-m.sandbox.paypal.com/v1/oauth2/token',
      headers: { authorization: `Basic ${basic}`, 'content-type': 'application/x-www-form-urlencoded' },
      body: 'grant_type=client_credentials',
    },
  ]);
  expect(sent[0]?.headers['authorization']).toBe('Bearer A21AAToken');
});

test('calls at one time share one', async () => {
  const { gateway, tokens, sent } = connected([pending]);
  await Promise.all([1, 2, 3].map(() => gateway.queryPayment(query, options)));
  await gateway.queryPayment(query, options);
  expect([tokens.length, sent.length]).toEqual([1, 4]);
});

test('calls that share one each wait as long as they may, and the one who asked first cuts off nobody', async () => {
  let answer: (said: Said) => void = () => undefined;
  const token = () => new Promise<Said>((resolve) => (answer = resolve));
  const { gateway, tokens, sent } = connected([pending], { token });
  const [first, second] = [50, 20_000].map((left) => gateway.queryPayment(query, { deadline: noon + left }));
  expect(await first).toMatchObject({ kind: 'retry_later', channelCode: 'token' });
  expect(sent).toEqual([]);
  answer(said(200, aToken));
  expect(await second).toMatchObject({ kind: 'ok' });
  expect([tokens.length, sent.length]).toEqual([1, 1]);
});

test('the question for one is given up, however long its callers would wait', async () => {
  const times: unknown[] = [];
  const timeout = jest.spyOn(AbortSignal, 'timeout');
  await connected([pending]).gateway.queryPayment(query, { deadline: noon + 3_600_000 });
  times.push(...timeout.mock.calls.map(([ms]) => ms));
  timeout.mockRestore();
  expect(times).toContain(10_000);
});

test('is used until shortly before its end', async () => {
  let at = noon;
  const { gateway, tokens } = connected([pending], { now: () => at });
  const ask = () => gateway.queryPayment(query, { deadline: at + 5_000 });
  await ask();
  at = noon + aToken.expires_in * 1000 - minute - 1;
  await ask();
  expect(tokens).toHaveLength(1);
  at += 1;
  await ask();
  expect(tokens).toHaveLength(2);
});

const no = (status: number, error: string) =>
  said(status, { error, error_description: 'Client Authentication failed' });

test.each([
  ['refused credentials', no(401, 'invalid_client'), 'invalid_client'],
  ['another grant', no(400, 'unsupported_grant_type'), 'unsupported_grant_type'],
  ['a word of no form', no(400, `x ${secrets.client_secret}`), 'token'],
  ['a failure', said(500, 'no'), 'token'],
  ['too many', said(429, {}), 'token'],
  ['a page', said(200, '<h1>Hello</h1>'), 'token'],
  ['no token', said(200, { ...aToken, access_token: undefined }), 'token'],
  ['a token with a line feed', said(200, { ...aToken, access_token: 'a\r\nb: c' }), 'token'],
  ['a token of another type', said(200, { ...aToken, token_type: 'MAC' }), 'token'],
  ['a token for ever', said(200, { ...aToken, expires_in: '32400' }), 'token'],
  ['a token that is over', said(200, { ...aToken, expires_in: 0 }), 'token'],
])('%s: later, and nothing was sent', async (_, answer, channelCode) => {
  const { gateway, capture, sent } = connected([pending], { token: () => answer });
  const outcomes = [
    await gateway.prepay(request, options),
    await gateway.queryPayment(query, options),
    await gateway.closePayment(query, options),
    await capture(),
  ];
  for (const outcome of outcomes) expect(outcome).toMatchObject({ kind: 'retry_later', channelCode });
  expect(sent).toEqual([]);
  expect(inspect(outcomes, { depth: 9 })).not.toContain(secrets.client_secret);
});

test.each([
  [no(401, 'invalid_client'), true],
  [no(400, 'invalid_client'), false],
  [no(401, 'invalid_grant'), false],
  [said(401, ''), false],
  [said(503, no(401, 'invalid_client').body), false],
])('%j: operators have to act: %p', async (answer, isMisconfigured) => {
  const outcome = await connected([pending], { token: () => answer }).gateway.queryPayment(query, options);
  const { cause } = outcome as { cause?: unknown };
  expect(cause instanceof PaymentError && cause.code === 'CHANNEL_MISCONFIGURED').toBe(isMisconfigured);
});

test('one that could not be had is asked for again', async () => {
  let isDown = true;
  const token = () => (isDown ? Promise.reject(new TypeError('fetch failed')) : said(200, aToken));
  const { gateway, tokens } = connected([pending], { token });
  expect(await gateway.queryPayment(query, options)).toMatchObject({ kind: 'retry_later' });
  isDown = false;
  expect(await gateway.queryPayment(query, options)).toMatchObject({ kind: 'ok' });
  expect(tokens).toHaveLength(2);
});
