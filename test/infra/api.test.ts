import { stages } from '../../infra/config.ts';
import { errors } from '../../lib/domain/errors.ts';
import { assemble, properties } from './assembly.ts';

const assembly = assemble('sandbox');
const apis = new Map(properties(assembly, 'AWS::ApiGateway::RestApi').map((api) => [api['Name'], api]));

describe('the two APIs', () => {
  test('are regional and hand over the bytes that were sent', () => {
    expect([...apis.keys()]).toEqual(['payments-sandbox-internal', 'payments-sandbox-public']);
    for (const api of apis.values())
      expect(api).toMatchObject({
        EndpointConfiguration: { Types: ['REGIONAL'] },
        BinaryMediaTypes: ['*/*'],
      });
  });

  test('the internal one lets in the roles of callers and shuts out accounts that have none', () => {
    const roles = stages.sandbox.callers.flatMap((caller) => [...caller.roles]);
    expect(apis.get('payments-sandbox-internal')?.['Policy']).toMatchObject({
      Statement: [
        {
          Effect: 'Allow',
          Action: 'execute-api:Invoke',
          Condition: { ArnEquals: { 'aws:PrincipalArn': roles } },
        },
        {
          Effect: 'Deny',
          Action: 'execute-api:Invoke',
          Condition: { StringNotEquals: { 'aws:PrincipalAccount': ['AWS::AccountId', '111122223333'] } },
        },
      ],
    });
  });

  test('a role that is no ARN stops the build, by name', () => {
    const callers = [{ application: 'shop', roles: ['shop-orders'], scopes: [] }];
    expect(() => assemble({ ...stages.sandbox, callers })).toThrow(
      '"shop-orders" in infra/config.ts is not the ARN of a role.',
    );
  });

  test('both are throttled and traced; errors are logged, bodies never', () => {
    for (const stage of properties(assembly, 'AWS::ApiGateway::Stage'))
      expect(stage).toMatchObject({
        StageName: 'v1',
        TracingEnabled: true,
        MethodSettings: [
          {
            ResourcePath: '/*',
            HttpMethod: '*',
            LoggingLevel: 'ERROR',
            DataTraceEnabled: false,
            ThrottlingRateLimit: 50,
            ThrottlingBurstLimit: 50,
          },
        ],
        AccessLogSetting: {
          Format: expect.not.stringMatching(/\$context\.path|querystring|header/i) as unknown,
        },
      });
  });
});

describe('refusals of API Gateway itself', () => {
  const responses = properties(assembly, 'AWS::ApiGateway::GatewayResponse').map((response) => ({
    api: String(response['RestApiId']),
    type: String(response['ResponseType']),
    status: Number(response['StatusCode']),
    headers: response['ResponseParameters'] as Record<string, string>,
    problem: JSON.parse(
      (response['ResponseTemplates'] as Record<string, string>)['application/json'] ?? '',
    ) as Record<string, unknown>,
  }));
  const rows = responses.map((response) => [response.api, response.type, response] as const);

  test.each(rows)('%s %s is a problem that says what to do', (_, __, { status, headers, problem }) => {
    expect(headers['gatewayresponse.header.Content-Type']).toBe("'application/problem+json'");
    expect(Object.keys(problem).sort()).toEqual(
      ['type', 'title', 'status', 'detail', 'code', 'retryable', 'outcome', 'request_id'].sort(),
    );
    expect(problem).toMatchObject({
      type: `urn:payments:error:${String(problem['code'])}`,
      status,
      request_id: '$context.requestId',
    });
    expect(problem['detail']).toMatch(/^[A-Z].{40,}\.$/);
  });

  test.each(rows)('%s %s agrees with the table of errors where that has its code', (_, __, { problem }) => {
    const row = Object.entries(errors).find(([code]) => code === problem['code'])?.[1];
    const { status, retryable, outcome } =
      row ?? (problem as { status: number; retryable: boolean; outcome: string });
    expect(problem).toMatchObject({ status, retryable, outcome });
  });

  test('nothing was done, except where a function may have run', () => {
    const unknown = responses.filter(({ problem }) => problem['outcome'] !== 'not_attempted');
    expect([...new Set(unknown.map(({ type }) => type))].sort()).toEqual([
      'DEFAULT_5XX',
      'INTEGRATION_TIMEOUT',
    ]);
  });

  test('whoever is throttled is told when to come back', () => {
    for (const { headers } of responses.filter(({ type }) => type === 'THROTTLED'))
      expect(headers['gatewayresponse.header.Retry-After']).toBe("'1'");
  });

  test('an unknown path is 403 with a word on signing inside, and 404 outside', () => {
    const missing = responses.filter(({ type }) => type === 'MISSING_AUTHENTICATION_TOKEN');
    expect(missing.map(({ api, status }) => [api, status])).toEqual([
      ['InternalApi', 403],
      ['PublicApi', 404],
    ]);
  });
});

describe('the firewall', () => {
  const acl = properties(assembly, 'AWS::WAFv2::WebACL')[0] as {
    Rules: { Name: string; Action?: object; OverrideAction?: object; Statement: object }[];
    AssociationConfig: object;
  };

  test('stands before the public API', () => {
    expect(properties(assembly, 'AWS::WAFv2::WebACLAssociation')).toMatchObject([
      { ResourceArn: expect.stringContaining('/restapis/PublicApi/stages/') as unknown },
    ]);
  });

  test('blocks what cannot be a callback or a return, and only counts what a genuine one may look like', () => {
    const verdicts = acl.Rules.map((rule) => [
      rule.Name,
      Object.keys(rule.Action ?? rule.OverrideAction ?? {})[0],
    ]);
    expect(verdicts).toEqual([
      ['no-such-door', 'Block'],
      ['body-over-64-kb', 'Block'],
      ['one-address-crowds-out', 'Block'],
      ['AWSManagedRulesAmazonIpReputationList', 'None'],
      ['AWSManagedRulesCommonRuleSet', 'Count'],
      ['AWSManagedRulesKnownBadInputsRuleSet', 'Count'],
    ]);
  });

  test('lets through posted callbacks and payers who come back; the rate of an address counts both', () => {
    const doors = JSON.stringify(acl.Rules[0]?.Statement);
    const fields = [...doors.matchAll(/"(?:PositionalConstraint|SearchString)":"([^"]+)"/g)].map(
      ([, one]) => one,
    );
    expect(fields).toEqual([
      ...['EXACTLY', 'POST', 'STARTS_WITH', '/v1/payments/callbacks/'],
      ...['EXACTLY', 'POST', 'STARTS_WITH', '/v1/refunds/callbacks/'],
      ...['EXACTLY', 'GET', 'STARTS_WITH', '/v1/payments/returns/'],
    ]);
    expect(Object.keys(acl.Rules[0]?.Statement ?? {})).toEqual(['NotStatement']);
    expect(acl.Rules[2]?.Statement).toEqual({
      RateBasedStatement: { AggregateKeyType: 'IP', EvaluationWindowSec: 60, Limit: 1500 },
    });
  });

  test('sees bodies whole up to the size that it lets through', () => {
    expect(acl.AssociationConfig).toEqual({
      RequestBody: { API_GATEWAY: { DefaultSizeInspectionLimit: 'KB_64' } },
    });
    expect(JSON.stringify(acl.Rules[1]?.Statement)).toContain('"Size":65536');
  });

  test('is not there where the stage does not want it', () => {
    expect(properties(assemble({ ...stages.sandbox, firewall: false }), 'AWS::WAFv2::WebACL')).toEqual([]);
  });
});
