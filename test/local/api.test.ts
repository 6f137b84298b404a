import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { type Answered, startApi } from '../../local/aws/api.ts';
import { type ApiDefinition, readGatewayResponse } from '../../local/aws/api-definition.ts';
import type { InvokeResult, LambdaFunction } from '../../local/aws/executor.ts';
import { createCredentials } from '../../local/credentials.ts';
import type { Listening } from '../../local/listen.ts';
import { signedFetch } from '../../local/signed-fetch.ts';

const credentials = createCredentials('000000000000');
const signed = signedFetch(credentials.people['local-app'], 'us-east-1');
const events: APIGatewayProxyEvent[] = [];
const answered: Answered[] = [];
let next: () => Promise<InvokeResult>;
let front: Listening;

const answer = (payload: unknown) => () => Promise.resolve<InvokeResult>({ kind: 'ok', payload });

const route = (method: string, path: string, auth: 'iam' | 'none') => ({
  method,
  path,
  auth,
  functionArn: 'arn:fn',
});

const refusal = (code?: string) =>
  readGatewayResponse('api', {
    StatusCode: code,
    ResponseTemplates: {
      'application/json': '{"code":$context.error.messageString,"request_id":"$context.requestId"}',
    },
    ResponseParameters: { 'gatewayresponse.header.Content-Type': "'application/problem+json'" },
  });

const internal: ApiDefinition = {
  id: 'internal',
  name: 'internal',
  binaryMediaTypes: [],
  routes: [
    route('POST', '/payments/transactions', 'iam'),
    route('GET', '/payments/transactions/{transaction_id}', 'iam'),
    route('GET', '/payments/transactions/{transaction_id}/timeline', 'iam'),
  ],
  stages: ['v1'],
  gatewayResponses: new Map([['DEFAULT_4XX', refusal()]]),
};

const open: ApiDefinition = {
  ...internal,
  id: 'public',
  binaryMediaTypes: ['*/*'],
  routes: [route('POST', '/payments/callbacks/{channel_code}', 'none')],
  gatewayResponses: new Map([['MISSING_AUTHENTICATION_TOKEN', refusal('404')]]),
};

beforeAll(async () => {
  const target: Pick<LambdaFunction, 'invoke'> = {
    invoke: (event) => {
      events.push(event as APIGatewayProxyEvent);
      return next();
    },
  };
  front = await startApi({
    port: 0,
    account: '000000000000',
    region: 'us-east-1',
    apis: [internal, open],
    functions: new Map([['arn:fn', target as LambdaFunction]]),
    find: (id) => credentials.find(id),
    now: () => Date.now(),
    onAnswer: (each) => answered.push(each),
    timeout: 100,
  });
});

afterAll(() => front.stop());

const url = (path: string): string => `${front.url}${path}`;

describe('a request that is let in', () => {
  it('reaches the function as a proxy event, with who signed it', async () => {
    next = answer({ statusCode: 201, headers: { 'X-Own': 'a', 'Content-Length': '999' }, body: '{"咖":1}' });
    const response = await signed(url('/v1/payments/transactions?b=2&a=x%20y&b=1'), {
      method: 'POST',
      headers: { 'Idempotency-Key': 'k1', 'content-type': 'application/json' },
      body: '{"subject":"咖啡"}',
    });
    expect([response.status, response.headers.get('x-own')]).toEqual([201, 'a']);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual({ 咖: 1 });
    expect(events.at(-1)).toMatchObject({
      resource: '/payments/transactions',
      path: '/payments/transactions',
      httpMethod: 'POST',
      pathParameters: null,
      queryStringParameters: { a: 'x y', b: '1' },
      multiValueQueryStringParameters: { a: ['x y'], b: ['2', '1'] },
      body: '{"subject":"咖啡"}',
      isBase64Encoded: false,
      requestContext: {
        stage: 'v1',
        path: '/v1/payments/transactions',
        resourcePath: '/payments/transactions',
        accountId: '000000000000',
        identity: {
          userArn: 'arn:aws:sts::000000000000:assumed-role/local-app/local',
          sourceIp: '127.0.0.1',
        },
      },
    });
    expect(answered.at(-1)).toMatchObject({ method: 'POST', status: 201 });
  });

  it('has its path parameters decoded once', async () => {
    next = answer({ statusCode: 200, body: '' });
    await signed(url('/v1/payments/transactions/pay%2F%2561'));
    expect(events.at(-1)?.pathParameters).toEqual({ transaction_id: 'pay/%61' });
    expect(events.at(-1)?.body).toBeNull();
  });

  it('comes as the bytes that were sent, where the API says binary', async () => {
    next = answer({
      statusCode: 200,
      headers: { 'content-type': 'text/plain' },
      body: 'c3VjY2Vzcw==',
      isBase64Encoded: true,
    });
    const bytes = Buffer.from([0x61, 0xff, 0x00, 0x3d]);
    const response = await fetch(url('/v1/payments/callbacks/alipay'), {
      method: 'POST',
      headers: [
        ['content-type', 'application/x-www-form-urlencoded; text/html; charset=utf-8'],
        ['x-twice', 'a'],
        ['x-twice', 'b'],
      ],
      body: bytes,
    });
    expect(await response.text()).toBe('success');
    expect(events.at(-1)).toMatchObject({ isBase64Encoded: true, body: bytes.toString('base64') });
    expect(events.at(-1)?.requestContext.identity.userArn).toBeNull();
  });
});

describe('the API refuses by itself, in the words of the template', () => {
  it.each([
    ['without a signature', '/v1/payments/transactions', 'POST', 403],
    ['no such route', '/v1/payments/nothing', 'GET', 403],
    ['another method', '/v1/payments/callbacks/alipay', 'GET', 404],
    ['a slash at the end', '/v1/payments/transactions/', 'POST', 403],
    ['two slashes', '/v1//payments/transactions', 'POST', 403],
    ['a path that climbs', '/v1/payments/callbacks/../callbacks/alipay', 'POST', 404],
    ['a path that climbs, encoded', '/v1/payments/x/%2e%2e/callbacks/alipay', 'POST', 403],
    ['another letter case', '/v1/Payments/callbacks/alipay', 'POST', 403],
    ['no such stage', '/payments/callbacks/alipay', 'POST', 403],
  ])('%s', async (_what, path, method, status) => {
    const before = events.length;
    const { status: got, type, body } = await raw(path, method);
    expect([got, type, events.length - before]).toEqual([status, 'application/problem+json', 0]);
    expect(JSON.parse(body)).toEqual({
      code: 'Missing Authentication Token',
      request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  it('a signature for another body, and a key that may not call', async () => {
    const wrong = signedFetch({ ...credentials.people['local-app'], secretAccessKey: 'x' }, 'us-east-1');
    const response = await wrong(url('/v1/payments/transactions/pay_1'));
    expect([response.status, response.headers.get('x-amzn-errortype')]).toEqual([
      403,
      'InvalidSignatureException',
    ]);
    const fn = signedFetch(credentials.forRole('arn:aws:iam::000000000000:role/create-payment'), 'us-east-1');
    const denied = await fn(url('/v1/payments/transactions/pay_1'));
    expect([denied.status, denied.headers.get('x-amzn-errortype')]).toEqual([403, 'AccessDeniedException']);
  });

  it('more than ten megabytes', async () => {
    const response = await fetch(url('/v1/payments/callbacks/alipay'), {
      method: 'POST',
      body: 'x'.repeat(11e6),
    });
    expect(response.status).toBe(413);
  });
});

describe('a function that fails', () => {
  it.each([
    [
      'throws',
      () => Promise.resolve<InvokeResult>({ kind: 'error', errorType: 'Error', errorMessage: 'secret' }),
      502,
    ],
    ['answers what is no answer', answer({ status: 200 }), 502],
    ['answers late', () => new Promise<InvokeResult>(() => undefined), 504],
  ])('%s', async (_what, does, status) => {
    next = does;
    const response = await signed(url('/v1/payments/transactions/pay_1'));
    expect(response.status).toBe(status);
    expect(await response.text()).not.toContain('secret');
  });
});

it('a text that asks for more than $context is named', () => {
  const text = '#if($x)1#end';
  expect(() => readGatewayResponse('service/R', { ResponseTemplates: { 'application/json': text } })).toThrow(
    'service/R uses #if',
  );
});

/** fetch would tidy the path up. */
function raw(
  path: string,
  method: string,
): Promise<{ status: number; type: string | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(front.url);
    const request = httpRequest({ hostname, port, path, method }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'], body });
      });
    });
    request.on('error', reject).end();
  });
}
