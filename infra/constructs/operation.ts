// One Lambda of infra/operations.ts: its code, its role with nothing but its needs, its log.
import { join } from 'node:path';
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Effect, ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  ApplicationLogLevel,
  Architecture,
  Code,
  Function,
  LoggingFormat,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Stage } from '../config.ts';
import { prefix } from '../names.ts';
import type { Operation } from '../operations.ts';
import { acknowledge } from './acknowledge.ts';
import type { Egress } from './egress.ts';
import { environment } from './environment.ts';
import { grantsOf, statements, type Grant, type Resources } from './grants.ts';

export interface OperationProps {
  readonly stage: Stage;
  readonly operation: Operation;
  /** folder of bundles: `<operation>/index.js` */
  readonly bundles: string;
  readonly resources: Resources;
  readonly logKey: IKey;
  /** what its trigger needs of its role */
  readonly triggerGrants: readonly Grant[];
  /** where functions that call gateways stand */
  readonly egress: Egress | undefined;
}

/** How long a function may take. A gateway is given up after 20 s; API Gateway gives up on us after 29 s. */
export function timeoutOf(operation: Operation): Duration {
  if ('queue' in operation.on || 'workflow' in operation.on)
    return Duration.seconds(operation.callsGateways ? 60 : 30);
  if ('stream' in operation.on || 'schedule' in operation.on) return Duration.seconds(60);
  return Duration.seconds(operation.callsGateways ? 25 : 10);
}

export class OperationFunction extends Construct {
  readonly function: Function;

  /** `id` is the operation's name. */
  constructor(scope: Construct, id: string, props: OperationProps) {
    super(scope, id);
    const { stage, operation, resources } = props;
    const name = `${prefix(stage)}-${id}`;
    const inVpc = operation.callsGateways ? props.egress : undefined;
    // Without a name: it outlives its stack, and would be in the way of the next one.
    const log = new LogGroup(this, 'Log', {
      retention: RetentionDays.THIRTEEN_MONTHS,
      encryptionKey: props.logKey,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    const grants = [...grantsOf(operation.needs, resources), ...props.triggerGrants];
    const { role, policy } = this.role(name, [
      ...statements(this, grants),
      new PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [log.logGroupArn],
      }),
      new PolicyStatement({
        actions: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
        resources: ['*'],
      }),
      ...(inVpc ? interfaces(this, name) : []),
    ]);
    this.function = new Function(this, 'Function', {
      functionName: name,
      description: operation.impact,
      code: Code.fromAsset(join(props.bundles, id)),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: 512,
      timeout: timeoutOf(operation),
      tracing: Tracing.ACTIVE,
      logGroup: log,
      loggingFormat: LoggingFormat.JSON,
      applicationLogLevelV2: ApplicationLogLevel.INFO,
      environment: environment(this, stage, operation, resources),
      // The construct would add policies of its own to a role that it may change.
      role: role.withoutPolicyUpdates(),
      ...inVpc?.placement,
    });
    for (const { reasons } of grants) if (reasons) acknowledge(policy, reasons);
    if (!inVpc) acknowledge(this, outsideVpc);
  }

  /** The policy hangs on the role, not the role on the policy: no function starts before it may do its work. */
  private role(name: string, allowed: PolicyStatement[]): { role: Role; policy: ManagedPolicy } {
    const policy = new ManagedPolicy(this, 'Policy', {
      description: `What ${name} may do`,
      statements: allowed,
    });
    acknowledge(policy, {
      'AwsSolutions-IAM5[Resource::*]':
        'X-Ray, and the network interfaces of a function in a VPC, have no resources that could be named.',
    });
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      managedPolicies: [policy],
    });
    return { role, policy };
  }
}

/**
 * The network interfaces of a function in a VPC. Lambda itself makes them, with the function's role; the function's own
 * code is denied them.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
 */
function interfaces(scope: Construct, name: string): PolicyStatement[] {
  const actions = [
    'ec2:AssignPrivateIpAddresses',
    'ec2:CreateNetworkInterface',
    'ec2:DeleteNetworkInterface',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeSubnets',
    'ec2:UnassignPrivateIpAddresses',
  ];
  const self = Stack.of(scope).formatArn({ service: 'lambda', resource: `function:${name}` });
  return [
    new PolicyStatement({ actions, resources: ['*'] }),
    new PolicyStatement({
      effect: Effect.DENY,
      actions,
      resources: ['*'],
      conditions: { ArnEquals: { 'lambda:SourceFunctionArn': self } },
    }),
  ];
}

const noGateway =
  'It calls no gateway, only AWS endpoints that its role names: a VPC would add a hop and nothing that the role does not already refuse.';

const outsideVpc = {
  'PCI.DSS.321-LambdaInsideVPC': noGateway,
  'NIST.800.53.R5-LambdaInsideVPC': noGateway,
};
