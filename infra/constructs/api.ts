// A REST API of the service: the internal one behind IAM, or the public one where providers post callbacks and payers come back.
import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  AccessLogFormat,
  AuthorizationType,
  EndpointType,
  LambdaIntegration,
  LogGroupLogDestination,
  MethodLoggingLevel,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { AnyPrincipal, Effect, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Caller } from '../config.ts';
import { acknowledge } from './acknowledge.ts';
import { answerAsProblems } from './gateway-responses.ts';

export interface ApiProps {
  readonly name: string;
  readonly auth: 'iam' | 'none';
  readonly throttle: { readonly rate: number; readonly burst: number };
  readonly logKey: IKey;
  readonly policy?: PolicyDocument;
}

/** The version in every path: `https://…/v1/payments/…`. */
export const apiStage = 'v1';

export class Api extends Construct {
  readonly api: RestApi;

  constructor(scope: Construct, id: string, props: ApiProps) {
    super(scope, id);
    this.api = new RestApi(this, 'Api', {
      restApiName: props.name,
      endpointTypes: [EndpointType.REGIONAL],
      // The account has one role for API Gateway's logs: docs/DEPLOY.md says how it is set.
      cloudWatchRole: false,
      // Bodies reach the functions as the bytes that were sent: signatures are made over bytes.
      binaryMediaTypes: ['*/*'],
      ...(props.policy && { policy: props.policy }),
      defaultMethodOptions: {
        authorizationType: props.auth === 'iam' ? AuthorizationType.IAM : AuthorizationType.NONE,
      },
      deployOptions: {
        stageName: apiStage,
        throttlingRateLimit: props.throttle.rate,
        throttlingBurstLimit: props.throttle.burst,
        tracingEnabled: true,
        metricsEnabled: true,
        loggingLevel: MethodLoggingLevel.ERROR,
        // Off for ever: it writes whole bodies into the log.
        dataTraceEnabled: false,
        accessLogDestination: new LogGroupLogDestination(this.log('AccessLog', props.logKey)),
        accessLogFormat: accessLog,
      },
    });
    // The construct's own output ends in a slash: what is put behind it is no route of ours.
    this.api.node.tryRemoveChild('Endpoint');
    this.encryptExecutionLog(props.logKey);
    answerAsProblems(this.api, props.auth);
    this.explain();
  }

  /** `https://…/v1`: paths go behind it as they are. */
  get url(): string {
    const { region, urlSuffix } = Stack.of(this);
    return `https://${this.api.restApiId}.execute-api.${region}.${urlSuffix}/${apiStage}`;
  }

  route([method, path]: readonly [string, string], fn: Function): void {
    this.api.root
      .resourceForPath(path)
      .addMethod(method, new LambdaIntegration(fn, { allowTestInvoke: false }));
  }

  private log(id: string, key: IKey, name?: string): LogGroup {
    return new LogGroup(this, id, {
      ...(name && { logGroupName: name }),
      retention: RetentionDays.THIRTEEN_MONTHS,
      encryptionKey: key,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
  }

  /** API Gateway would make this group itself, open and for ever. */
  private encryptExecutionLog(key: IKey): void {
    const name = `API-Gateway-Execution-Logs_${this.api.restApiId}/${apiStage}`;
    this.api.deploymentStage.node.addDependency(this.log('ExecutionLog', key, name));
  }

  private explain(): void {
    const noBackend =
      'There is no HTTP back end to show a client certificate to: every route is a Lambda integration.';
    const noCache = 'What a payment is must never be answered from a cache.';
    acknowledge(this, {
      'AwsSolutions-APIG2':
        'The functions validate bodies, queries and headers against strict schemas, with errors that name the field.',
      'PCI.DSS.321-APIGWSSLEnabled': noBackend,
      'NIST.800.53.R5-APIGWSSLEnabled': noBackend,
      'PCI.DSS.321-APIGWCacheEnabledAndEncrypted': noCache,
      'NIST.800.53.R5-APIGWCacheEnabledAndEncrypted': noCache,
    });
  }
}

/**
 * Lets in the callers' roles, from whatever account, and shuts out every account that has none. A role of our own account
 * that its IAM policy lets through, and that is no caller, is refused by the functions.
 */
export function onlyCallers(scope: Construct, callers: readonly Caller[]): PolicyDocument {
  const roles = callers.flatMap((caller) => caller.roles);
  const accounts = new Set([Stack.of(scope).account, ...roles.map(accountOf)]);
  const every = {
    principals: [new AnyPrincipal()],
    actions: ['execute-api:Invoke'],
    resources: ['execute-api:/*'],
  };
  return new PolicyDocument({
    statements: [
      new PolicyStatement({ ...every, conditions: { ArnEquals: { 'aws:PrincipalArn': roles } } }),
      new PolicyStatement({
        ...every,
        effect: Effect.DENY,
        conditions: { StringNotEquals: { 'aws:PrincipalAccount': [...accounts] } },
      }),
    ],
  });
}

function accountOf(roleArn: string): string {
  const account = /^arn:[^:]+:iam::(\d{12}):role\/./.exec(roleArn)?.[1];
  if (!account) throw new Error(`"${roleArn}" in infra/config.ts is not the ARN of a role.`);
  return account;
}

/** No path parameters and no query: routes as they are declared, and the request id leads to the rest. */
const accessLog = AccessLogFormat.custom(
  JSON.stringify({
    request_id: '$context.requestId',
    trace_id: '$context.xrayTraceId',
    at: '$context.requestTimeEpoch',
    method: '$context.httpMethod',
    route: '$context.resourcePath',
    status: '$context.status',
    latency: '$context.responseLatency',
    integrationLatency: '$context.integrationLatency',
    error: '$context.error.responseType',
    integrationError: '$context.integrationErrorMessage',
    principal: '$context.identity.userArn',
    source: '$context.identity.sourceIp',
    bytes: '$context.responseLength',
  }),
);
