// What may come in to the internal API at all: QUALITY rows 6–13, and the form of every refusal.
import type { APIGatewayProxyEvent, Context } from 'aws-lambda';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { errors } from '../../lib/domain/errors.ts';
import type { ApiRequest } from '../../lib/lambda/http.ts';
import { aContext, anEvent, answered, environment, type Sent } from './gateway-event.ts';

let handler: (event: APIGatewayProxyEvent, context: Context) => Promise<unknown>;
let seen: ApiRequest | undefined;

beforeAll(async () => {
  environment();
  const { api } = await import('../../lib/lambda/http.ts');
  handler = api('pay', (request) => {
    seen = request;
    return Promise.resolve({ status: 200, body: { body: request.body ?? null } });
  });
});

async function call(sent: Sent) {
  seen = undefined;
  return answered(await handler(anEvent(sent), aContext()));
}

async function codeOf(sent: Sent): Promise<unknown> {
  const { status, body } = await call(sent);
  return [status, body['code']];
}

describe('a body', () => {
  it.each([
    'text/plain',
    'application/json; charset=utf-16',
    'application/x-www-form-urlencoded',
    'application/jsonp',
    '',
    'application/json, text/plain',
  ])('is not taken as %j', async (type) => {
    expect(await codeOf({ headers: { 'Content-Type': [type] } })).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
  });

  it.each(['application/json', 'Application/JSON; charset=UTF-8', 'application/json;charset="utf-8"'])(
    'is taken as %s',
    async (type) => {
      expect((await call({ headers: { 'Content-Type': [], 'content-type': [type] } })).status).toBe(200);
    },
  );

  it('is not taken compressed, nor with its type said twice', async () => {
    const twice = { 'Content-Type': ['application/json', 'application/json'] };
    expect(await codeOf({ headers: { 'Content-Encoding': ['gzip'] } })).toEqual([
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ]);
    expect(await codeOf({ headers: twice })).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
  });

  it('is of at most 64 KiB, counted in bytes', async () => {
    const of = (bytes: number) => `"${'é'.repeat((bytes - 2) / 2)}"`;
    expect((await call({ body: of(65_536) })).status).toBe(200);
    expect(await codeOf({ body: of(65_538) })).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    expect(await codeOf({ body: Buffer.alloc(1_000_000, 'a') })).toEqual([413, 'PAYLOAD_TOO_LARGE']);
  });

  it.each([
    ['', 'INVALID_REQUEST'],
    ['{}{}', 'MALFORMED_JSON'],
    ['\ufeff{}', 'MALFORMED_JSON'],
    [Buffer.from([0x22, 0xff, 0x22]), 'MALFORMED_JSON'],
    ['{"a":1,"\\u0061":2}', 'DUPLICATE_JSON_KEY'],
    ['{"amount":8.8}', 'INVALID_REQUEST'],
    ['['.repeat(1000), 'MALFORMED_JSON'],
  ])('is refused as %j', async (body, code) => {
    expect(await codeOf({ body })).toEqual([400, code]);
    expect(seen).toBeUndefined();
  });

  it('is read from the exact bytes, however they travelled', async () => {
    const text = '{"subject":"茶 🍵"}';
    for (const body of [text, Buffer.from(text)])
      expect((await call({ body })).body).toEqual({ body: { subject: '茶 🍵' } });
  });
});

describe('a request', () => {
  it('has one value for each parameter', async () => {
    const { status, body } = await call({ method: 'GET', query: { limit: ['1', '2'] } });
    expect([status, body['code'], body['param']]).toEqual([400, 'INVALID_REQUEST', 'limit']);
    await call({ method: 'GET', query: { limit: ['1'] } });
    expect(seen?.query).toEqual({ limit: '1' });
    expect(seen?.body).toBeUndefined();
  });

  it('is of somebody known, who may', async () => {
    expect(await codeOf({ role: 'stranger' })).toEqual([403, 'CALLER_UNKNOWN']);
    expect(await codeOf({ role: null })).toEqual([403, 'CALLER_UNKNOWN']);
    expect(await codeOf({ role: 'ops' })).toEqual([403, 'SCOPE_MISSING']);
  });

  it('has one deadline: twenty seconds, and less where the function has less', async () => {
    const before = Date.now();
    await call({});
    expect((seen?.deadline ?? 0) - before).toBeGreaterThanOrEqual(20_000);
    expect((seen?.deadline ?? 0) - before).toBeLessThan(21_000);
    await handler(anEvent({}), { ...aContext(), getRemainingTimeInMillis: () => 5_000 });
    expect((seen?.deadline ?? 0) - Date.now()).toBeLessThanOrEqual(4_000);
  });
});

describe('a refusal', () => {
  it.each([
    [undefined, 'en'],
    ['en-GB,en;q=0.9', 'en'],
    ['zh-CN,zh;q=0.9,en;q=0.8', 'zh'],
    ['zh', 'zh'],
    ['de', 'en'],
  ] as const)('to one who reads %s speaks %s', async (accept, language) => {
    const headers = { 'Content-Type': ['text/plain'], ...(accept && { 'Accept-Language': [accept] }) };
    const refused = await call({ headers });
    expect(refused.headers['content-language']).toBe(language);
    expect(refused.body['title']).toBe(errors.UNSUPPORTED_MEDIA_TYPE[language]);
  });

  it('has the form of RFC 9457, and is kept by nobody', async () => {
    const { status, headers, body } = await call({ role: 'stranger' });
    expect(status).toBe(403);
    expect(headers).toMatchObject({
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    expect(body).toEqual({
      type: 'urn:payments:error:CALLER_UNKNOWN',
      title: errors.CALLER_UNKNOWN.en,
      status: 403,
      detail: errors.CALLER_UNKNOWN.en,
      instance: '/v1/payments/transactions',
      code: 'CALLER_UNKNOWN',
      retryable: false,
      outcome: 'not_attempted',
      request_id: 'request-1',
    });
  });
});
