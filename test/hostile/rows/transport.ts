// 3.2 Transport: who sent it, where to, and in which wrapping.
import { gzipSync } from 'node:zlib';
import { create, fresh, json, posted, read, terms, type Row } from '../row.ts';
import { control, type Answer, type World } from '../world.ts';

const minutes = 60_000;
const body = () => JSON.stringify(terms());
const elsewhere = [403, 404] as const;

/** API Gateway refused it by itself: no function ran. */
function noFunctionRan(answer: Answer): void {
  if (answer.headers['x-amzn-errortype'] === undefined)
    throw new Error(`a function answered: ${answer.text}`);
}

const stranger = (world: World) => ({
  accessKeyId: world.machine.accessKeyId,
  secretAccessKey: world.machine.secretAccessKey.split('').reverse().join(''),
});

const typed = (type: string | undefined, change: object = {}) =>
  create(
    {},
    {
      headers: [
        ...(type === undefined ? [] : [['content-type', type] as const]),
        ['idempotency-key', fresh()],
      ],
      ...change,
    },
  );

export const transportRows: readonly Row[] = [
  {
    row: 1,
    what: 'not signed',
    send: { ...create(), as: undefined },
    status: 403,
    code: 'NOT_SIGNED_OR_NO_SUCH_ROUTE',
  },
  {
    row: 1,
    what: 'signed with another secret',
    send: (world) => ({ ...create(), as: stranger(world) }),
    status: 403,
    code: 'SIGNATURE_INVALID',
  },
  {
    row: 1,
    what: 'signed six minutes ago',
    send: () => ({ ...create(), signedAt: Date.now() - 6 * minutes }),
    status: 403,
    code: 'SIGNATURE_INVALID',
  },
  {
    row: 1,
    what: 'signed for another body',
    send: { ...create(), after: () => ({ body: Buffer.from(body()) }) },
    status: 403,
    code: 'SIGNATURE_INVALID',
  },
  {
    row: 2,
    what: 'a role that may not invoke',
    send: ({ machine }) => ({
      ...create(),
      as: machine.credentials.forRole('arn:aws:iam::000000000000:role/stranger'),
    }),
    status: 403,
    code: 'ACCESS_DENIED',
  },
  {
    row: 3,
    what: 'signed for GET, sent as POST',
    send: { ...create(), method: 'GET', after: () => ({ method: 'POST' }) },
    status: 403,
    code: 'SIGNATURE_INVALID',
  },
  ...[
    '/nothing',
    '/payments/transactions/',
    '//payments/transactions',
    '/payments/../channels/ALIPAY',
    '/payments/%2e%2e/channels/ALIPAY',
    '/payments/transactions%2f',
    '',
  ].map((path): Row => ({
    row: 4,
    what: `path "${path}"`,
    send: { ...create(), path },
    status: elsewhere,
    and: noFunctionRan,
  })),
  ...['DELETE', 'PATCH', 'PUT', 'OPTIONS', 'HEAD'].map((method): Row => ({
    row: 5,
    what: `method ${method}`,
    send: { ...create(), method },
    status: 403,
    and: noFunctionRan,
  })),
  {
    row: 5,
    what: 'X-HTTP-Method-Override',
    send: read('?', {
      path: '/payments/transactions',
      query: `business_order_id=${fresh()}`,
      headers: [['x-http-method-override', 'DELETE']],
    }),
    status: 200,
    body: '{"items":[],"next_cursor":null}',
  },
  ...[
    undefined,
    'text/plain',
    'application/json; charset=utf-16',
    'application/x-www-form-urlencoded',
    'application/json, text/plain',
    'application/jsonp',
  ].map((type): Row => ({
    row: 6,
    what: `content-type ${type ?? 'missing'}`,
    send: typed(type),
    status: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
  })),
  {
    row: 12,
    what: 'more than 64 KiB',
    send: create({ subject: 'x'.repeat(64 * 1024) }),
    status: 413,
    code: 'PAYLOAD_TOO_LARGE',
  },
  {
    row: 12,
    what: 'more than 10 MB',
    send: () => posted(Buffer.alloc(10 * 1024 * 1024 + 1, ' ')),
    status: 413,
    code: 'PAYLOAD_TOO_LARGE',
    and: noFunctionRan,
  },
  {
    row: 13,
    what: 'a gzip bomb',
    send: () =>
      posted(gzipSync(Buffer.alloc(1024 * 1024, ' ')), {
        headers: [json, ['content-encoding', 'gzip'], ['idempotency-key', fresh()]],
      }),
    status: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
  },
  {
    row: 14,
    what: 'a header of 11 KB',
    send: create({}, { headers: [json, ['x-long', 'x'.repeat(11 * 1024)]] }),
    status: 431,
  },
  {
    row: 14,
    what: '200 headers',
    send: create(
      {},
      { headers: [json, ...Array.from({ length: 200 }, (_, i) => [`x-${i}`, 'x'.repeat(50)] as const)] },
    ),
    status: 431,
  },
  {
    row: 17,
    what: 'X-Forwarded-For',
    send: {
      method: 'POST',
      path: '/payments/callbacks/alipay',
      headers: [['x-forwarded-for', '1.2.3.4']],
      body: 'a=1',
    },
    status: 401,
    and: sourceIsTheSocket,
  },
];

async function sourceIsTheSocket(_: Answer, { machine }: World): Promise<void> {
  const { lines } = (await control(machine, '/log')) as {
    lines: { message: string; source_ip?: string }[];
  };
  const last = lines.findLast(({ message }) => message === 'callback.refused');
  if (last?.source_ip !== '127.0.0.1')
    throw new Error(`the source was taken from a header: ${JSON.stringify(last)}`);
}
