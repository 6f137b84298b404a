// What PayPal's errors prove: its words are taken by table, with the status they came under.
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { failureOf } from '../contract/paypal-side.ts';
import {
  asked,
  captured,
  closed,
  connected,
  options,
  prepaid,
  query,
  request,
  said,
  type Said,
} from './paypal-answering.ts';

const declined = (code: string) => ({ kind: 'declined', code });
const later = { kind: 'retry_later' };
const unlisted = { kind: 'unknown', reason: 'unlisted_code' };

const calls = { create: prepaid, capture: captured, query: asked, close: closed };
type Name = keyof typeof calls;
const all = Object.keys(calls) as Name[];

const at = (status: number, ...issues: string[]): Said =>
  said(status, failureOf(status === 422 ? 'UNPROCESSABLE_ENTITY' : `NAME_${status}`, ...issues));

const table: readonly (readonly [word: string, answer: Said, meanings: Partial<Record<Name, object>>])[] = [
  ['NOT_AUTHORIZED', said(403, failureOf('NOT_AUTHORIZED')), every(declined('misconfigured'))],
  ['PERMISSION_DENIED', at(403, 'PERMISSION_DENIED'), every(declined('misconfigured'))],
  ['INVALID_REQUEST', said(400, failureOf('INVALID_REQUEST')), every(declined('refused'))],
  [
    'MISSING_REQUIRED_PARAMETER',
    said(400, failureOf('INVALID_REQUEST', 'MISSING_REQUIRED_PARAMETER')),
    every(declined('refused')),
  ],
  ['PAYEE_ACCOUNT_RESTRICTED', at(422, 'PAYEE_ACCOUNT_RESTRICTED'), every(declined('misconfigured'))],
  ['PAYEE_ACCOUNT_INVALID', at(422, 'PAYEE_ACCOUNT_INVALID'), every(declined('misconfigured'))],
  ['COMPLIANCE_VIOLATION', at(422, 'COMPLIANCE_VIOLATION'), every(declined('refused'))],
  ['CURRENCY_NOT_SUPPORTED', at(422, 'CURRENCY_NOT_SUPPORTED'), every(declined('refused'))],
  ['DUPLICATE_INVOICE_ID', at(422, 'DUPLICATE_INVOICE_ID'), every(declined('duplicate_order'))],
  ['RATE_LIMIT_REACHED', at(429, 'RATE_LIMIT_REACHED'), every(later)],
  ['INTERNAL_SERVER_ERROR', said(500, failureOf('INTERNAL_SERVER_ERROR')), every(unlisted)],
  ['SERVICE_UNAVAILABLE', said(503, failureOf('SERVICE_UNAVAILABLE')), every(unlisted)],
  // The pair is the proof: a refusal's word under a failure's status is none.
  ['INSTRUMENT_DECLINED', at(500, 'INSTRUMENT_DECLINED'), every(unlisted)],
  ['NEVER_HEARD_OF', at(422, 'NEVER_HEARD_OF'), every(unlisted)],
  ['toString', at(422, 'toString'), every(unlisted)],
  [
    'DECIMALS_NOT_SUPPORTED',
    at(422, 'DECIMALS_NOT_SUPPORTED'),
    { create: declined('amount_refused'), capture: unlisted },
  ],
  [
    'MAX_VALUE_EXCEEDED',
    at(422, 'MAX_VALUE_EXCEEDED'),
    { create: declined('amount_refused'), query: unlisted },
  ],
  [
    'DUPLICATE_REQUEST_ID',
    at(422, 'DUPLICATE_REQUEST_ID'),
    { create: declined('duplicate_order'), capture: unlisted },
  ],
  // Who is first creates one order at most, and may be taking money.
  [
    'PREVIOUS_REQUEST_IN_PROGRESS',
    at(409, 'PREVIOUS_REQUEST_IN_PROGRESS'),
    { create: later, capture: unlisted },
  ],
  ['RESOURCE_CONFLICT', said(409, failureOf('RESOURCE_CONFLICT')), { create: later, capture: unlisted }],
  [
    'INSTRUMENT_DECLINED',
    at(422, 'INSTRUMENT_DECLINED'),
    { capture: declined('payer_refused'), create: unlisted },
  ],
  [
    'MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED',
    at(422, 'MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED'),
    { capture: declined('refused') },
  ],
  ['PAYER_CANNOT_PAY', at(422, 'PAYER_CANNOT_PAY'), { capture: declined('refused') }],
  ['TRANSACTION_REFUSED', at(422, 'TRANSACTION_REFUSED'), { capture: declined('refused'), query: unlisted }],
  ['ORDER_NOT_APPROVED', at(422, 'ORDER_NOT_APPROVED'), { query: unlisted, create: unlisted }],
  ['RESOURCE_NOT_FOUND', said(404, failureOf('RESOURCE_NOT_FOUND')), { create: unlisted }],
];

function every(meaning: object): Record<Name, object> {
  return { create: meaning, capture: meaning, query: meaning, close: meaning };
}

test.each(table)('%s', async (channelCode, answer, meanings) => {
  for (const name of all.filter((each) => meanings[each]))
    expect(await calls[name](answer)).toMatchObject({ ...meanings[name], channelCode });
});

test('of several issues all must be listed', async () => {
  const proved = at(422, 'INSTRUMENT_DECLINED', 'TRANSACTION_REFUSED');
  expect(await captured(proved)).toMatchObject({
    ...declined('payer_refused'),
    channelCode: 'INSTRUMENT_DECLINED',
  });
  expect(await captured(at(422, 'INSTRUMENT_DECLINED', 'NEVER_HEARD_OF'))).toMatchObject(unlisted);
  expect(await captured(at(422, 'ORDER_NOT_APPROVED', 'NEVER_HEARD_OF'))).toMatchObject(unlisted);
});

test('PayPal’s sentence and the call’s mark are there for operators', async () => {
  expect(await captured(at(422, 'TRANSACTION_REFUSED'))).toMatchObject({
    message: 'No. (debug_id 90957fca61718)',
  });
  expect(await asked(at(429, 'RATE_LIMIT_REACHED'))).toMatchObject({
    message: 'No.',
    cause: 'HTTP 429 NAME_429, debug_id 90957fca61718',
  });
  expect(await asked(at(422, 'NEVER_HEARD_OF'))).toMatchObject({
    cause: 'HTTP 422 UNPROCESSABLE_ENTITY, debug_id 90957fca61718',
  });
});

test.each([
  ['a page', 422, '<h1>No</h1>'],
  ['an array', 422, []],
  ['no name', 422, {}],
  ['a name of another form', 422, { name: 'NO WORD' }],
  ['an issue of another form', 422, { name: 'UNPROCESSABLE_ENTITY', details: [{ issue: 'NO WORD' }] }],
  ['an issue that is missing', 422, { name: 'UNPROCESSABLE_ENTITY', details: [{}] }],
  ['nothing', 500, ''],
  ['a success of another kind', 204, ''],
  ['a way to somewhere else', 302, failureOf('RATE_LIMIT_REACHED', 'RATE_LIMIT_REACHED')],
])('%s under %i proves nothing', async (_, status, body) => {
  const answer = { status, body: typeof body === 'string' ? body : JSON.stringify(body) };
  // A Response may not have a body under 204.
  const given = status === 204 ? { ...answer, status: 202 } : answer;
  for (const name of all)
    expect(await calls[name](given)).toMatchObject({ kind: 'unknown', reason: 'http_status' });
});

test('whatever comes under whatever status, only what is listed is proved', async () => {
  const words = [
    'INSTRUMENT_DECLINED',
    'NOT_AUTHORIZED',
    'INVALID_REQUEST',
    'X',
    '',
    '__proto__',
    'constructor',
  ];
  const body = fc.oneof(
    fc.json(),
    fc.string(),
    fc
      .record({
        name: fc.constantFrom(...words),
        details: fc.array(fc.record({ issue: fc.constantFrom(...words) })),
      })
      .map((value) => JSON.stringify(value)),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(200, 201, 400, 403, 404, 409, 422, 429, 500, 502, 503),
      body,
      async (status, text) => {
        const outcome = await captured({ status, body: text });
        const possible = status >= 500 ? ['unknown'] : ['unknown', 'declined', 'ok'];
        expect(possible).toContain(outcome?.kind);
      },
    ),
  );
});

test('a token that is refused is dropped; the next call fetches another, once', async () => {
  const refused = said(401, {
    error: 'invalid_token',
    error_description: 'Token signature verification failed',
  });
  const { gateway, sent, tokens } = connected([refused, said(401, '<h1>No</h1>'), said(500, 'no')]);
  expect(await gateway.queryPayment(query, options)).toMatchObject({
    ...later,
    channelCode: 'invalid_token',
  });
  expect([sent.length, tokens.length]).toEqual([1, 1]);
  expect(await gateway.prepay(request, options)).toMatchObject({ ...later, channelCode: 'HTTP_401' });
  expect([sent.length, tokens.length]).toEqual([2, 2]);
  await gateway.queryPayment(query, options);
  expect([sent.length, tokens.length]).toEqual([3, 3]);
});
