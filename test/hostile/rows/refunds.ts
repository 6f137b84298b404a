// 3.2 and 3.3 at the routes of refunds: nothing of it is stored.
import { anId } from '../../contract/bench.ts';
import { refundOf } from '../refunding.ts';
import { fresh, json, type Row } from '../row.ts';
import type { Sent } from '../world.ts';

const nobody = anId();
const good = { original_transaction_id: nobody, business_refund_id: 'r-1', amount: '3.00' };
const text = JSON.stringify(good);

const post = (body: string, change: Partial<Sent> = {}): Sent => refundOf(nobody, {}, { body, ...change });
const row = (
  number: number,
  what: string,
  status: number,
  code: string,
  send: Sent,
  param?: string,
): Row => ({
  ...{ row: number, what, status, code, send },
  ...(param !== undefined && { param }),
});
const read = (path: string, query = ''): Sent => ({ path, query, as: 'local-app' });
const of = `/payments/transactions/${nobody}/refunds`;

export const refundRows: readonly Row[] = [
  row(1, 'not signed', 403, 'NOT_SIGNED_OR_NO_SUCH_ROUTE', post(text, { as: undefined })),
  ...['PUT', 'DELETE', 'PATCH'].map((method) =>
    row(5, method, 403, 'NOT_SIGNED_OR_NO_SUCH_ROUTE', post('', { method })),
  ),
  row(
    6,
    'text/plain',
    415,
    'UNSUPPORTED_MEDIA_TYPE',
    post(text, {
      headers: [
        ['content-type', 'text/plain'],
        ['idempotency-key', fresh('key')],
      ],
    }),
  ),
  ...['null', '[]', '"x"'].map((body) => row(7, `the body ${body}`, 400, 'INVALID_REQUEST', post(body))),
  row(8, 'broken JSON', 400, 'MALFORMED_JSON', post(`${text}}`)),
  row(10, 'amount twice', 400, 'DUPLICATE_JSON_KEY', post(text.replace('{', '{"amount":"1",'))),
  ...['status', 'origin', 'refund_id', 'generation', 'gateway_transaction_id', '__proto__'].map((name) =>
    row(15, name, 400, 'UNKNOWN_FIELD', post(text.replace('{', `{"${name}":"SUCCESS",`)), name),
  ),
  row(21, 'no key', 400, 'IDEMPOTENCY_KEY_REQUIRED', post(text, { headers: [json] })),
  ...[3, null, ['3.00'], true].map((amount) =>
    row(
      27,
      `amount ${JSON.stringify(amount)}`,
      400,
      'INVALID_REQUEST',
      refundOf(nobody, { amount }),
      'amount',
    ),
  ),
  row(
    44,
    'a card number',
    422,
    'SENSITIVE_DATA_REFUSED',
    refundOf(nobody, { reason: '4111 1111 1111 1111' }),
    'reason',
  ),
  row(
    33,
    'another method',
    400,
    'INVALID_REQUEST',
    refundOf(nobody, { refund_method: 'CASH' }),
    'refund_method',
  ),
  row(50, 'of a payment that is not there', 404, 'NOT_FOUND', post(text)),
  ...['x', `${nobody}x`, 'ORDER#a', 'a'.repeat(5 * 1024)].map((id) =>
    row(50, `of ${id.slice(0, 20)}`, 404, 'NOT_FOUND', refundOf(id)),
  ),
  ...['x', nobody, `${nobody.replace('pay_', 'rfd_')}00`, '..%2ftransactions', 'a'.repeat(5 * 1024)].map(
    (id) => row(50, `refund ${id.slice(0, 20)}`, 404, 'NOT_FOUND', read(`/refunds/transactions/${id}`)),
  ),
  row(50, 'the refunds of nobody', 404, 'NOT_FOUND', read(of)),
  row(
    15,
    'an unknown parameter',
    400,
    'UNKNOWN_FIELD',
    read('/refunds/transactions', 'business_refund_id=a&x=1'),
    'x',
  ),
];
