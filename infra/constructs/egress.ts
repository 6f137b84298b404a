// Where functions that call gateways stand: behind fixed addresses that a provider can allow-list.
import { CfnOutput, Fn, RemovalPolicy } from 'aws-cdk-lib';
import {
  CfnEIP,
  FlowLog,
  FlowLogDestination,
  FlowLogResourceType,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpointAwsService,
  NatProvider,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { FunctionProps } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

/** Of zones, each with a NAT gateway and a fixed address of its own: one may fail and payments go on. */
const zones = 2;

export class Egress extends Construct {
  /** spread into a function's properties */
  readonly placement: Pick<FunctionProps, 'vpc' | 'vpcSubnets' | 'securityGroups'>;

  /** @param props.signs whether functions sign with keys that KMS holds */
  constructor(scope: Construct, id: string, props: { readonly logKey: IKey; readonly signs: boolean }) {
    super(scope, id);
    const addresses = Array.from(
      { length: zones },
      (_, zone) => new CfnEIP(this, `Address${zone}`, { domain: 'vpc' }),
    );
    const vpc = this.network(addresses.map((address) => address.attrAllocationId));
    const group = new SecurityGroup(this, 'Functions', {
      vpc,
      description: 'Functions that call gateways: HTTPS out, nothing in',
      allowAllOutbound: false,
    });
    group.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'providers and AWS, over TLS');
    // What a payment needs does not leave through NAT: it is nearer, and the NAT may be busy.
    vpc.addGatewayEndpoint('DynamoDb', { service: GatewayVpcEndpointAwsService.DYNAMODB });
    const { SECRETS_MANAGER, KMS } = InterfaceVpcEndpointAwsService;
    const near = (name: string, service: InterfaceVpcEndpointAwsService, why: string): void => {
      const { connections } = vpc.addInterfaceEndpoint(name, { service, open: false });
      connections.allowFrom(group, Port.tcp(443), why);
    };
    near('SecretsManager', SECRETS_MANAGER, 'functions read secrets');
    if (props.signs) near('Kms', KMS, 'functions sign');
    this.log(vpc, props.logKey);
    this.placement = {
      vpc,
      vpcSubnets: { subnetType: SubnetType.PRIVATE_WITH_EGRESS },
      securityGroups: [group],
    };
    new CfnOutput(this, 'Addresses', {
      description: 'Addresses to allow-list at the providers',
      value: Fn.join(
        ', ',
        addresses.map((address) => address.ref),
      ),
    });
  }

  private network(eipAllocationIds: string[]): Vpc {
    const vpc = new Vpc(this, 'Vpc', {
      maxAzs: zones,
      natGatewayProvider: NatProvider.gateway({ eipAllocationIds }),
      subnetConfiguration: [
        { name: 'Nat', subnetType: SubnetType.PUBLIC, mapPublicIpOnLaunch: false, cidrMask: 28 },
        { name: 'Functions', subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 20 },
      ],
      // Emptying the default group takes a custom resource; nothing here belongs to it.
      restrictDefaultSecurityGroup: false,
    });
    const unused = 'Nothing belongs to the default group, and only a custom resource could empty it.';
    const natOnly =
      'The public subnets hold the NAT gateways and nothing else; functions stand in the private ones.';
    acknowledge(vpc, {
      'PCI.DSS.321-VPCDefaultSecurityGroupClosed': unused,
      'NIST.800.53.R5-VPCDefaultSecurityGroupClosed': unused,
      'PCI.DSS.321-VPCNoUnrestrictedRouteToIGW': natOnly,
      'NIST.800.53.R5-VPCNoUnrestrictedRouteToIGW': natOnly,
    });
    return vpc;
  }

  private log(vpc: Vpc, key: IKey): void {
    const log = new LogGroup(this, 'FlowLog', {
      retention: RetentionDays.THIRTEEN_MONTHS,
      encryptionKey: key,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    const policy = new ManagedPolicy(this, 'FlowLogPolicy', {
      statements: [
        new PolicyStatement({
          actions: ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
          resources: [log.logGroupArn],
        }),
      ],
    });
    const role = new Role(this, 'FlowLogRole', {
      assumedBy: new ServicePrincipal('vpc-flow-logs.amazonaws.com'),
      managedPolicies: [policy],
    });
    new FlowLog(this, 'Flow', {
      resourceType: FlowLogResourceType.fromVpc(vpc),
      destination: FlowLogDestination.toCloudWatchLogs(log, role.withoutPolicyUpdates()),
    });
  }
}
