// What API Gateway hands to a function, and what it gets back.
import type { APIGatewayProxyEvent, Context } from 'aws-lambda';

export const account = '000000000000';

/** What every function of the internal API is told by its template. */
export function environment(more: Readonly<Record<string, string>> = {}): void {
  const roles = (name: string) => [`arn:aws:iam::${account}:role/${name}`];
  Object.assign(process.env, {
    STAGE: 'local',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_LAMBDA_FUNCTION_NAME: 'payments-test',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    POWERTOOLS_METRICS_DISABLED: 'true',
    POWERTOOLS_METRICS_NAMESPACE: 'Payments',
    POWERTOOLS_SERVICE_NAME: 'payments',
    CALLERS: JSON.stringify([
      { application: 'shop', roles: roles('shop'), scopes: ['pay', 'refund', 'read'] },
      { application: 'other', roles: roles('other-app'), scopes: ['pay', 'read'] },
      {
        application: 'operators',
        roles: roles('ops'),
        scopes: ['read', 'configure', 'reconcile'],
        operator: true,
      },
    ]),
    ...more,
  });
}

export interface Sent {
  readonly method?: string;
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string[]>>;
  readonly headers?: Readonly<Record<string, string[]>>;
  readonly body?: string | Buffer;
  readonly role?: string | null;
}

export function anEvent(sent: Sent): APIGatewayProxyEvent {
  const { method = 'POST', body = '{}', role = 'shop' } = sent;
  const bytes = typeof body !== 'string';
  return {
    httpMethod: method,
    path: '/payments/transactions',
    pathParameters: sent.path ?? null,
    multiValueHeaders: { 'Content-Type': ['application/json'], ...sent.headers },
    multiValueQueryStringParameters: sent.query ?? null,
    body: method === 'GET' ? null : bytes ? body.toString('base64') : body,
    isBase64Encoded: bytes,
    requestContext: {
      requestId: 'request-1',
      path: '/v1/payments/transactions',
      identity: {
        sourceIp: '203.0.113.7',
        userArn: role === null ? null : `arn:aws:sts::${account}:assumed-role/${role}/session`,
      },
    },
  } as unknown as APIGatewayProxyEvent;
}

export function aContext(): Context {
  return {
    awsRequestId: 'lambda-1',
    functionName: 'payments-test',
    functionVersion: '1',
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:payments-test',
    memoryLimitInMB: '256',
    getRemainingTimeInMillis: () => 25_000,
  } as unknown as Context;
}

export function answered(result: unknown) {
  const { statusCode, headers, body } = result as {
    statusCode: number;
    headers: Record<string, string>;
    body: string;
  };
  return { status: statusCode, headers, text: body, body: JSON.parse(body) as Record<string, unknown> };
}
