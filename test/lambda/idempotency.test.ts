// The way from API Gateway to a story and back, with a story that does as it is told, on the real database.
import type { APIGatewayProxyEvent, Context } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Reply } from '../../lib/api/problems.ts';
import type { PaymentError as PaymentErrorClass } from '../../lib/domain/errors.ts';
import type { ApiRequest } from '../../lib/lambda/http.ts';
import { startDatabase, type Database } from '../store/database.ts';
import { anEvent, aContext, answered, environment } from './gateway-event.ts';

let database: Database;
let handler: (event: APIGatewayProxyEvent, context: Context) => Promise<unknown>;
let story: (request: ApiRequest) => Promise<Reply>;
let runs = 0;
let PaymentError: typeof PaymentErrorClass;
let notFrozen: (reply: Reply) => Error;

beforeAll(async () => {
  database = await startDatabase();
  environment();
  const { api } = await import('../../lib/lambda/http.ts');
  const { NotFrozen, replayable } = await import('../../lib/lambda/idempotency.ts');
  ({ PaymentError } = await import('../../lib/domain/errors.ts'));
  notFrozen = (reply) => new NotFrozen(reply);
  const counted = (request: ApiRequest) => {
    runs++;
    return story(request);
  };
  handler = api('pay', replayable('test', database.client(), 'idempotency', counted));
});
afterAll(() => database.stop());

const created = () =>
  Promise.resolve({ status: 201, body: { zebra: '1', apple: [1, { z: 1, a: 2 }], m: null } });

async function call(key: string, changes: Parameters<typeof anEvent>[0] = {}) {
  const before = runs;
  const headers = { 'Idempotency-Key': [key], ...changes.headers };
  const answer = answered(await handler(anEvent({ ...changes, headers }), aContext()));
  return { ...answer, ran: runs - before };
}

describe('the same key', () => {
  it('and body is answered with the same bytes, and carried out once', async () => {
    story = created;
    const first = await call('k-same');
    const again = await call('k-same');
    expect(first).toMatchObject({ status: 201, ran: 1 });
    expect(first.headers['idempotent-replayed']).toBeUndefined();
    expect(again).toMatchObject({ status: 201, ran: 0, text: first.text });
    expect(again.headers).toMatchObject({ ...first.headers, 'idempotent-replayed': 'true' });
  });

  it('is the same body in another order of keys', async () => {
    story = created;
    await call('k-order', { body: '{"a":1,"b":{"c":2,"d":3}}' });
    expect(await call('k-order', { body: ' {"b":{"d":3,"c":2},"a":1}' })).toMatchObject({
      status: 201,
      ran: 0,
    });
  });

  it('with another body is refused, and nothing is done', async () => {
    story = created;
    await call('k-other', { body: '{"amount":"8.80"}' });
    expect(await call('k-other', { body: '{"amount":"8.81"}' })).toMatchObject({
      status: 422,
      body: { code: 'IDEMPOTENCY_KEY_REUSED', outcome: 'not_attempted' },
      ran: 0,
    });
  });

  it('of another application is another key', async () => {
    story = created;
    await call('k-app');
    expect(await call('k-app', { role: 'other-app' })).toMatchObject({ status: 201, ran: 1 });
  });

  it('fifty times at once runs once; the others are told to wait, or get the answer', async () => {
    story = async () => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      return created();
    };
    const before = runs;
    const all = await Promise.all(Array.from({ length: 50 }, () => call('k-fifty')));
    expect(runs - before).toBe(1);
    expect(all.filter(({ status }) => status !== 201 && status !== 409)).toEqual([]);
    const waiting = all.find(({ status }) => status === 409);
    expect(waiting).toMatchObject({ body: { code: 'IDEMPOTENCY_IN_PROGRESS', retryable: true } });
    expect(waiting?.headers['retry-after']).toBe('2');
  });
});

describe('an answer', () => {
  it('that is a final refusal is given again', async () => {
    story = () => Promise.reject(new PaymentError('ORDER_MISMATCH', { transactionId: 'pay_x' }));
    const first = await call('k-final');
    expect(first).toMatchObject({
      status: 409,
      body: { code: 'ORDER_MISMATCH', transaction_id: 'pay_x' },
      ran: 1,
    });
    expect(await call('k-final')).toMatchObject({ status: 409, text: first.text, ran: 0 });
  });

  it.each([
    ['retryable', 409, () => new PaymentError('CREATE_IN_PROGRESS', { retryAfter: 3 })],
    ['the gateway’s', 503, () => new PaymentError('GATEWAY_UNAVAILABLE', { retryAfter: 3 })],
    ['a bug', 500, () => new TypeError('secret inner words')],
    ['unknown', 202, () => notFrozen({ status: 202, body: { status: 'PENDING_CREATE' } })],
  ])('that is %s is not frozen: the next try is carried out', async (name, status, error) => {
    story = () => Promise.reject(error());
    const first = await call(`k-open-${name.length}`);
    expect(first).toMatchObject({ status, ran: 1 });
    expect(first.text).not.toContain('secret inner words');
    story = created;
    expect(await call(`k-open-${name.length}`)).toMatchObject({ status: 201, ran: 1 });
  });
});

describe('an Idempotency-Key', () => {
  it('is required', async () => {
    story = created;
    const answer = answered(await handler(anEvent({}), aContext()));
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'IDEMPOTENCY_KEY_REQUIRED', param: 'Idempotency-Key' },
    });
  });

  it.each([
    [['']],
    [['k'.repeat(256)]],
    [['a b']],
    [['é']],
    [['a\u0000']],
    [['one', 'two']],
    [['one', 'one']],
  ])('is not %j', async (values) => {
    story = created;
    expect(await call('', { headers: { 'idempotency-key': [], 'Idempotency-Key': values } })).toMatchObject({
      status: 400,
      body: { code: 'IDEMPOTENCY_KEY_INVALID' },
      ran: 0,
    });
  });

  it('sent in two spellings of its name is sent twice', async () => {
    story = created;
    expect(await call('k-twice', { headers: { 'idempotency-key': ['k-twice'] } })).toMatchObject({
      status: 400,
      ran: 0,
    });
  });

  it('may be 255 visible characters', async () => {
    story = created;
    expect(await call('~'.repeat(255))).toMatchObject({ status: 201 });
  });
});
