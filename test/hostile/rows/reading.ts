// 3.3 Reading: what is not yours is not there, and what is malformed is not looked for.
import { fresh, read, type Row } from '../row.ts';

const nobody = 'pay_01jd0000000000000000000000';
const list = (query: string, change: object = {}) => read('', { query, ...change });

export const readingRows: readonly Row[] = [
  ...[
    'pay_',
    nobody.toUpperCase(),
    `${nobody}x`,
    'rfd_01jd000000000000000000000001',
    'ORDER%23local-app%23-%23x',
    '%00',
    '..',
    "'%20OR%201=1",
  ].map((id): Row => ({ row: 50, what: `id ${id}`, send: read(`/${id}`), status: [403, 404] })),
  { row: 50, what: 'an id that nobody has', send: read(`/${nobody}`), status: 404, code: 'NOT_FOUND' },
  { row: 50, what: 'an id of 5 KB', send: read(`/${'a'.repeat(5 * 1024)}`), status: 404, code: 'NOT_FOUND' },
  { row: 50, what: 'an id of 10 KB', send: read(`/${'a'.repeat(10 * 1024)}`), status: 431 },
  ...['/payments/transactions/%70ay_/timeline', '/payments/transactions/x/timeline'].map((path): Row => ({
    row: 50,
    what: `the timeline of ${path}`,
    send: { path, as: 'local-app' },
    status: 404,
    code: 'NOT_FOUND',
  })),
  ...[nobody, 'x', '', '%7B%22pk%22%3A%22a%22%7D'].map((cursor): Row => ({
    row: 51,
    what: `the cursor "${cursor}"`,
    send: list(`business_order_id=${fresh()}&cursor=${cursor}`),
    status: 400,
    code: 'CURSOR_INVALID',
    param: 'cursor',
  })),
  ...['0', '51', '-1', '1e1', '10.0', 'x'].map((limit): Row => ({
    row: 51,
    what: `limit ${limit}`,
    send: list(`business_order_id=a&limit=${limit}`),
    status: 400,
    code: 'INVALID_REQUEST',
    param: 'limit',
  })),
  {
    row: 51,
    what: 'a parameter twice',
    send: list('business_order_id=a&business_order_id=b'),
    status: 400,
    code: 'INVALID_REQUEST',
    param: 'business_order_id',
  },
  {
    row: 51,
    what: 'an unknown parameter',
    send: list('business_order_id=a&is_admin=1'),
    status: 400,
    code: 'UNKNOWN_FIELD',
    param: 'is_admin',
  },
  {
    row: 49,
    what: "another application's orders",
    send: list('business_order_id=a&application=operators'),
    status: 404,
    code: 'NOT_FOUND',
  },
];
