// 3.2 and 3.3 at the routes that close, decide, list what is quarantined, and take payers back: nothing of it is stored.
import { form, notice, returnedFields, stranger } from '../../contract/alipay-side.ts';
import { anId } from '../../contract/bench.ts';
import { fresh, json, type Row } from '../row.ts';
import type { Answer, Sent } from '../world.ts';

const nobody = 'pay_01jd0000000000000000000000';

/** The two that a body is posted to, with one that is right. */
const posts = [
  { route: 'close', as: 'local-app', good: { reason: 'sold out' } },
  {
    route: 'anomaly/resolution',
    as: 'operator',
    good: { action: 'dismiss', version: 1, reason: 'refunded' },
  },
] as const;

type Post = (typeof posts)[number];

function post({ route, as }: Post, body: string | object, change: Partial<Sent> = {}): Sent {
  return {
    method: 'POST',
    path: `/payments/transactions/${nobody}/${route}`,
    headers: [json, ['idempotency-key', fresh('key')]],
    body: typeof body === 'string' ? body : JSON.stringify(body),
    as,
    ...change,
  };
}

function noFunctionRan(answer: Answer): void {
  if (answer.headers['x-amzn-errortype'] === undefined)
    throw new Error(`a function answered: ${answer.text}`);
}

const ofPosts = posts.flatMap((to): Row[] => {
  const { route, good } = to;
  const text = JSON.stringify(good);
  const row = (number: number, what: string, status: number, code: string, send: Sent, param?: string) => ({
    ...{ row: number, what: `${route}: ${what}`, status, code, send },
    ...(param !== undefined && { param }),
  });
  const path = post(to, good).path;
  return [
    row(1, 'not signed', 403, 'NOT_SIGNED_OR_NO_SUCH_ROUTE', post(to, good, { as: undefined })),
    ...['GET', 'PUT', 'DELETE', 'PATCH'].map((method) => ({
      ...row(5, method, 403, 'NOT_SIGNED_OR_NO_SUCH_ROUTE', post(to, '', { method })),
      and: noFunctionRan,
    })),
    ...[`${path}/`, path.replace(nobody, `${nobody}/..`), path.replace('/close', '%2fclose')]
      .filter((each) => each !== path)
      .map((wrong): Row => ({
        ...{ row: 4, what: `${route}: path ${wrong}`, status: [403, 404] },
        ...{ send: post(to, good, { path: wrong }), and: noFunctionRan },
      })),
    {
      ...{ row: 4, what: `${route}: encoded dots`, status: [403, 404] },
      send: post(to, good, { path: path.replace(nobody, '%2e%2e') }),
    },
    ...['text/plain', 'application/x-www-form-urlencoded'].map((type) => {
      const headers = [['content-type', type] as const, ['idempotency-key', fresh()] as const];
      return row(6, type, 415, 'UNSUPPORTED_MEDIA_TYPE', post(to, good, { headers }));
    }),
    ...['null', '[]', '"x"'].map((body) =>
      row(7, `the body ${body}`, 400, 'INVALID_REQUEST', post(to, body)),
    ),
    row(8, 'broken JSON', 400, 'MALFORMED_JSON', post(to, `${text}}`)),
    row(10, 'reason twice', 400, 'DUPLICATE_JSON_KEY', post(to, text.replace('{', '{"reason":"a",'))),
    row(12, 'more than 64 KiB', 413, 'PAYLOAD_TOO_LARGE', post(to, `${text}${' '.repeat(64 * 1024)}`)),
    ...['status', 'close_requested_at', 'by', 'transaction_id', 'amount', '__proto__'].map((name) =>
      row(15, name, 400, 'UNKNOWN_FIELD', post(to, text.replace('{', `{"${name}":"CLOSED",`)), name),
    ),
    row(21, 'no key', 400, 'IDEMPOTENCY_KEY_REQUIRED', post(to, good, { headers: [json] })),
    ...['4111 1111 1111 1111', 'paid with 4111-1111-1111-1111'].map((reason) =>
      row(44, 'a card number', 422, 'SENSITIVE_DATA_REFUSED', post(to, { ...good, reason }), 'reason'),
    ),
    ...['', 'x'.repeat(501), 1, null].map((reason) =>
      row(41, 'reason', 400, 'INVALID_REQUEST', post(to, { ...good, reason }), 'reason'),
    ),
    row(50, 'a number that nobody has', 404, 'NOT_FOUND', post(to, good)),
    ...['x', `${nobody}x`, 'rfd_01jd000000000000000000000001', 'ORDER%23a', 'a'.repeat(5 * 1024)].map((id) =>
      row(50, `id ${id.slice(0, 20)}`, 404, 'NOT_FOUND', post(to, good, { path: path.replace(nobody, id) })),
    ),
    {
      ...{ row: 50, what: `${route}: an id of 10 KB`, status: 431 },
      send: post(to, good, { path: path.replace(nobody, 'a'.repeat(10 * 1024)) }),
    },
  ];
});

const [, deciding] = posts;
const decided = (change: object, param: string): Row => ({
  ...{ row: 33, what: `anomaly/resolution: ${JSON.stringify(change)}`, status: 400, code: 'INVALID_REQUEST' },
  ...{ send: post(deciding, { ...deciding.good, ...change }), param },
});

const decisions: readonly Row[] = [
  ...['ACCEPT', 'auto_refund', '', null].map((action) => decided({ action }, 'action')),
  ...[0, -1, '1', null].map((version) => decided({ version }, 'version')),
  {
    ...{ row: 2, what: 'anomaly/resolution: by an application', status: 403, code: 'SCOPE_MISSING' },
    send: post(deciding, deciding.good, { as: 'local-app' }),
  },
];

const list = (query: string, change: object = {}): Sent => ({
  ...{ path: '/quarantine', query, as: 'operator' },
  ...change,
});
const known = 'channel_code=ALIPAY';
const digest = 'a'.repeat(64);

const quarantine: readonly Row[] = [
  ...(['local-app', 'other-app'] as const).map((as): Row => ({
    ...{ row: 2, what: `quarantine: ${as}`, status: 403, code: 'SCOPE_MISSING' },
    send: list(known, { as }),
  })),
  {
    row: 1,
    what: 'quarantine: not signed',
    status: 403,
    send: list(known, { as: undefined }),
    and: noFunctionRan,
  },
  { row: 5, what: 'quarantine: POST', status: 403, send: list('', { method: 'POST' }), and: noFunctionRan },
  ...['NOBODY_PAY', 'alipay', 'ALIPAY%23x', '__proto__', ''].map((code): Row => ({
    ...{ row: 39, what: `quarantine: channel ${code}`, status: 422, code: 'CHANNEL_UNKNOWN' },
    send: list(`channel_code=${code}`),
  })),
  ...[
    'x',
    '',
    nobody,
    `2026-11-22T08:00:00.000Z/${digest}`,
    `2026-11-22T08:00:00.000Z/${digest}/LOCK`,
    `../2026-11-22T08:00:00.000Z/${digest}`,
    '%7B%22pk%22%3A%22ORDER%23a%22%7D',
    'a'.repeat(4096),
  ].map((cursor): Row => ({
    ...{ row: 51, what: `quarantine: cursor ${cursor.slice(0, 40)}`, status: 400, code: 'CURSOR_INVALID' },
    ...{ send: list(`${known}&cursor=${cursor}`), param: 'cursor' },
  })),
  ...['0', '51', '-1', '1e1'].map((limit): Row => ({
    ...{ row: 51, what: `quarantine: limit ${limit}`, status: 400, code: 'INVALID_REQUEST' },
    ...{ send: list(`${known}&limit=${limit}`), param: 'limit' },
  })),
  {
    ...{ row: 15, what: 'quarantine: an unknown parameter', status: 400, code: 'UNKNOWN_FIELD' },
    ...{ send: list(`${known}&is_admin=1`), param: 'is_admin' },
  },
];

const back = (query: string, code = 'alipay', change: object = {}): Sent => ({
  ...{ path: `/payments/returns/${code}`, query },
  ...change,
});
const query = (fields: Record<string, string>) => new URLSearchParams(fields).toString();
const genuine = () => returnedFields(anId(), Date.now());

/** A page that sends nobody anywhere and names no payment. */
function neutral({ headers, text }: Answer): void {
  if (headers['location'] !== undefined || text.includes('pay_')) throw new Error(text);
}

const returns: readonly Row[] = [
  ...(
    [
      ['nothing', 400, () => ''],
      ['a broken escape', 403, () => 'sign=%zz'],
      ['bytes that are no UTF-8', [400, 403], () => 'a=%FF&sign=%FE'],
      ['half a signature', 400, () => 'sign_type=RSA2&sign=AAAA'],
      ['a field twice', 400, () => `${query(notice(genuine()))}&sign=AAAA`],
      ['a stranger’s signature', 403, () => query(notice(genuine(), stranger))],
      ['9 KB', [400, 414, 431], () => query({ ...notice(genuine()), x: 'x'.repeat(9 * 1024) })],
      ['a number that is not here', 404, () => query(notice(genuine()))],
      ['another application’s', 403, () => query(notice({ ...genuine(), app_id: '2021009900000009' }))],
    ] as const
  ).map(([what, status, sent]): Row => ({
    ...{ row: 109, what: `a return with ${what}`, status, and: neutral },
    send: () => back(sent()),
  })),
  ...['Alipay', 'ALIPAY%00', 'alipay%20', 'nobody_pay', '__proto__', 'alipay/../stripe', 'alipay/', ''].map(
    (code): Row => ({
      ...{ row: 85, what: `a return to ${code}`, status: 404 },
      send: () => back(query(notice(genuine())), code),
    }),
  ),
  ...['POST', 'PUT', 'DELETE', 'HEAD'].map((method): Row => ({
    ...{ row: 86, what: `a return by ${method}`, status: 404 },
    send: () => back(query(notice(genuine())), 'alipay', { method, body: form(notice(genuine())) }),
  })),
  {
    ...{ row: 66, what: 'a return to a channel with another key', status: 403, and: neutral },
    send: () => back(query(notice(genuine())), 'alipay_cert'),
  },
];

export const routeRows: readonly Row[] = [...ofPosts, ...decisions, ...quarantine, ...returns];
