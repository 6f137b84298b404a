// Over real sockets: what a provider's machine may do to one call.
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { send, type HttpResult } from '../../lib/gateways/http.ts';

const limit = 256 * 1024;
const answers: Readonly<Record<string, (response: ServerResponse) => void>> = {
  '/well': (response) => response.setHeader('x-a', 'b').end('all is well'),
  '/empty': (response) => response.writeHead(204).end(),
  '/failure': (response) => response.writeHead(500).end('oh'),
  '/redirect': (response) => response.writeHead(307, { location: '/well' }).end(),
  '/reset': (response) => response.destroy(),
  '/half': (response) => {
    response.writeHead(200, { 'content-length': '100' }).write('half', () => response.destroy());
  },
  '/silence': () => undefined,
  '/slow-body': (response) => response.writeHead(200).write('so far'),
  '/full': (response) => response.end(Buffer.alloc(limit, 'a')),
  '/too-long': (response) => response.end(Buffer.alloc(limit + 1, 'a')),
  '/bomb': (response) =>
    response.setHeader('content-encoding', 'gzip').end(gzipSync(Buffer.alloc(8 * 1024 * 1024))),
};

let server: Server;
let requests: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const path = request.url ?? '';
      requests.push(`${request.method ?? ''} ${path} ${Buffer.concat(chunks).toString()}`);
      answers[path]?.(response);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function sent(path: string, ms = 2_000, port = (server.address() as AddressInfo).port): Promise<HttpResult> {
  requests = [];
  const ports = { fetch, now: () => 1_000 };
  const url = new URL(`http://127.0.0.1:${port}${path}`);
  return send(ports, { method: 'POST', url, headers: {}, body: 'a=1' }, { deadline: 1_000 + ms });
}

test('an answer: status, headers, bytes', async () => {
  const result = await sent('/well');
  expect(result).toMatchObject({ kind: 'answer', status: 200, body: Buffer.from('all is well') });
  expect(result.kind === 'answer' && result.headers.get('x-a')).toBe('b');
  expect(requests).toEqual(['POST /well a=1']);
});

test.each([
  ['/failure', 500],
  ['/redirect', 307],
  ['/empty', 204],
])('%s is an answer, and nothing follows', async (path, status) => {
  expect(await sent(path)).toMatchObject({ kind: 'answer', status });
  expect(requests).toHaveLength(1);
});

test.each(['/reset', '/half'])('%s: connection, once', async (path) => {
  expect(await sent(path)).toMatchObject({ kind: 'failed', reason: 'connection' });
  expect(requests).toHaveLength(1);
});

test('nobody listens: connection', async () => {
  expect(await sent('/', 2_000, 1)).toMatchObject({ kind: 'failed', reason: 'connection' });
});

test.each(['/silence', '/slow-body'])('%s: timeout at the deadline', async (path) => {
  expect(await sent(path, 60)).toMatchObject({ kind: 'failed', reason: 'timeout' });
});

test('past the deadline nothing is sent', async () => {
  expect(await sent('/well', 0)).toMatchObject({ kind: 'failed', reason: 'timeout' });
  expect(requests).toHaveLength(0);
});

test('an answer is held up to the limit, counted after decompression', async () => {
  expect(await sent('/full')).toMatchObject({ kind: 'answer', status: 200 });
  expect(await sent('/too-long')).toMatchObject({ kind: 'failed', reason: 'unreadable' });
  expect(await sent('/bomb')).toMatchObject({ kind: 'failed', reason: 'unreadable' });
});
