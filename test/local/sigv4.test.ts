import { createServer } from 'node:http';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { judge, type SignedRequest } from '../../local/aws/sigv4.ts';
import { listen, type Listening } from '../../local/listen.ts';
import { signedFetch, type SignedInit, type SigningKey } from '../../local/signed-fetch.ts';

const key: SigningKey = {
  accessKeyId: 'AKIALOCALAPP00000000',
  secretAccessKey: randomBytes(30).toString('base64'),
};

let server: Listening;
let seen: SignedRequest | undefined;

beforeAll(async () => {
  server = await listen(
    createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const [path = '', query = ''] = (request.url ?? '').split('?');
        const headers = request.headersDistinct as Record<string, string[]>;
        seen = { method: request.method ?? '', path, query, headers, body: Buffer.concat(chunks) };
        response.end();
      });
    }),
    0,
  );
});

afterAll(() => server.stop());

async function sign(
  path: string,
  init: SignedInit = {},
  by = key,
  region = 'us-east-1',
): Promise<SignedRequest> {
  await signedFetch(by, region)(server.url + path, init);
  if (!seen) throw new Error('nothing arrived');
  return seen;
}

const verdict = (
  request: SignedRequest,
  changes: Partial<{ now: number; service: string; region: string }> = {},
) =>
  judge(request, {
    region: 'us-east-1',
    service: 'execute-api',
    now: Date.now(),
    find: (id) => (id === key.accessKeyId ? key : undefined),
    ...changes,
  });

const without = (request: SignedRequest, name: string): SignedRequest => ({
  ...request,
  headers: Object.fromEntries(Object.entries(request.headers).filter(([each]) => each !== name)),
});

describe('a genuine signature', () => {
  it.each([
    ['a plain path', '/local/payments/transactions', {}],
    ['a body with Chinese in it', '/local/payments', { method: 'POST', body: '{"subject":"咖啡 ☕"}' }],
    ['an encoded path', '/local/channels/A%20B%2FC/~_-.!*()', {}],
    [
      'a query that is unsorted, repeated and encoded',
      '/local/p?b=2&a=1&b=1&c=%E5%92%96&d=x%20y&e=%2B%26%3D',
      {},
    ],
    ['a query without a value', '/local/p?flag&a=', {}],
    [
      'a header of its own',
      '/local/p',
      { headers: { 'idempotency-key': 'a  b', 'content-type': 'application/json' } },
    ],
  ])('is accepted with %s', async (_what, path, init) => {
    expect(verdict(await sign(path, init))).toEqual({ kind: 'genuine', key });
  });

  it('is accepted with its session token, and not without', async () => {
    const session = { ...key, sessionToken: 'token/with+signs==' };
    const request = await sign('/local/p', {}, session);
    expect(judge(request, judgeOf(session)).kind).toBe('genuine');
    expect(judge(request, judgeOf(key)).kind).toBe('refused');
    expect(judge(await sign('/local/p'), judgeOf(session)).kind).toBe('refused');
  });
});

const judgeOf = (only: SigningKey) => ({
  region: 'us-east-1',
  service: 'execute-api',
  now: Date.now(),
  find: () => only,
});

describe('refused', () => {
  it('is a request without a signature, as missing', async () => {
    expect(verdict(without(await sign('/local/p'), 'authorization'))).toEqual({ kind: 'missing' });
  });

  it('is another secret, and an unknown key', async () => {
    expect(verdict(await sign('/local/p', {}, { ...key, secretAccessKey: 'other' }))).toMatchObject({
      message: expect.stringContaining('does not match'),
    });
    expect(verdict(await sign('/local/p', {}, { ...key, accessKeyId: 'AKIAOTHER' }))).toMatchObject({
      message: expect.stringContaining('not known'),
    });
  });

  it.each([
    ['method', (r: SignedRequest) => ({ ...r, method: 'POST' })],
    ['path', (r: SignedRequest) => ({ ...r, path: '/local/q' })],
    ['query', (r: SignedRequest) => ({ ...r, query: 'a=2' })],
    ['body', (r: SignedRequest) => ({ ...r, body: Buffer.from('{"amount":"9.99"}') })],
    ['host', (r: SignedRequest) => ({ ...r, headers: { ...r.headers, host: ['elsewhere'] } })],
    [
      'signed header',
      (r: SignedRequest) => ({ ...r, headers: { ...r.headers, 'idempotency-key': ['other'] } }),
    ],
  ])('is another %s than the one that was signed', async (_what, change) => {
    const init = { method: 'PUT', body: '{"amount":"8.88"}', headers: { 'idempotency-key': 'mine' } };
    const request = await sign('/local/p?a=1', init);
    expect(verdict(request).kind).toBe('genuine');
    expect(verdict(change(request)).kind).toBe('refused');
  });

  it('is a missing host or date, and an x-amz- header that was not signed', async () => {
    const request = await sign('/local/p');
    expect(verdict(without(request, 'host')).kind).toBe('refused');
    expect(verdict(without(request, 'x-amz-date')).kind).toBe('refused');
    expect(verdict({ ...request, headers: { ...request.headers, 'x-amz-meta': ['added'] } }).kind).toBe(
      'refused',
    );
  });

  it('is a host that was left out of the signature', async () => {
    const request = await sign('/local/p');
    const authorization = request.headers['authorization']?.[0]?.replace('host;', '') ?? '';
    const unsigned = { ...request, headers: { ...request.headers, authorization: [authorization] } };
    expect(verdict(unsigned)).toMatchObject({ message: 'The header host must be signed.' });
  });

  it.each([-301_000, 301_000])(
    'is a signature %d ms away from now, and not one within five minutes',
    async (away) => {
      const request = await sign('/local/p');
      const nearer = away - Math.sign(away) * 5000;
      expect(verdict(request, { now: Date.now() + nearer }).kind).toBe('genuine');
      expect(verdict(request, { now: Date.now() + away * 1.01 })).toMatchObject({
        message: expect.stringContaining('Signature expired'),
      });
    },
  );

  it('is another service or region', async () => {
    const request = await sign('/local/p');
    expect(verdict(request, { service: 'sqs' }).kind).toBe('refused');
    expect(verdict(await sign('/local/p', {}, key, 'eu-west-1')).kind).toBe('refused');
  });

  it.each([
    'Bearer x',
    'AWS4-HMAC-SHA256',
    'AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=zz',
  ])('is the Authorization header "%s"', async (authorization) => {
    const request = await sign('/local/p');
    expect(
      verdict({ ...request, headers: { ...request.headers, authorization: [authorization] } }).kind,
    ).toBe('refused');
  });
});
