// The managed firewall before the public API: it keeps noise out. What is genuine, only the signature says.
import { Fn, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { Stage as ApiStage } from 'aws-cdk-lib/aws-apigateway';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CfnLoggingConfiguration, CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';

export interface FirewallProps {
  /** of the web ACL and of its log */
  readonly name: string;
  readonly apiStage: ApiStage;
  /** The only requests that it lets through: of one method, to what stands below a path, the API's stage before it. */
  readonly doors: readonly { readonly method: string; readonly path: string }[];
  /** requests per second that the whole API takes */
  readonly rate: number;
  readonly logKey: IKey;
}

type Rule = CfnWebACL.RuleProperty;
type Statement = CfnWebACL.StatementProperty;

export class Firewall extends Construct {
  constructor(scope: Construct, id: string, props: FirewallProps) {
    super(scope, id);
    const acl = new CfnWebACL(this, 'Acl', {
      name: props.name,
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      visibilityConfig: visibility(props.name),
      // Without it API Gateway hands over 16 KB, and the size rule would judge by that.
      associationConfig: { requestBody: { API_GATEWAY: { defaultSizeInspectionLimit: 'KB_64' } } },
      rules: rules(props).map((rule, priority) => ({ ...rule, priority })),
    });
    new CfnWebACLAssociation(this, 'Association', {
      webAclArn: acl.attrArn,
      resourceArn: props.apiStage.stageArn,
    });
    const log = new LogGroup(this, 'Log', {
      // WAF writes to no group whose name begins otherwise. It outlives its stack: the next one needs another name.
      logGroupName: `aws-waf-logs-${props.name}-${stackGuid(this)}`,
      retention: RetentionDays.THIRTEEN_MONTHS,
      encryptionKey: props.logKey,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    new CfnLoggingConfiguration(this, 'Logging', {
      resourceArn: acl.attrArn,
      logDestinationConfigs: [log.logGroupArn],
    });
  }
}

function stackGuid(scope: Construct): string {
  return Fn.select(2, Fn.split('/', Stack.of(scope).stackId));
}

function rules({ doors, rate }: FirewallProps): Omit<Rule, 'priority'>[] {
  return [
    block('no-such-door', {
      notStatement: { statement: { orStatement: { statements: doors.map(through) } } },
    }),
    block('body-over-64-kb', {
      sizeConstraintStatement: {
        fieldToMatch: { body: { oversizeHandling: 'MATCH' } },
        comparisonOperator: 'GT',
        size: 64 * 1024,
        textTransformations: plain,
      },
    }),
    // Whatever it asks for. A provider sends all its callbacks from a few addresses: one of them may use half of what the
    // API takes.
    block('one-address-crowds-out', {
      rateBasedStatement: { aggregateKeyType: 'IP', evaluationWindowSec: 60, limit: Math.max(10, rate * 30) },
    }),
    managed('AWSManagedRulesAmazonIpReputationList', 'none'),
    // Counted, never blocked: they refuse bodies over 8 KB, requests without a User-Agent, and texts that a genuine
    // signed callback may well hold.
    managed('AWSManagedRulesCommonRuleSet', 'count'),
    managed('AWSManagedRulesKnownBadInputsRuleSet', 'count'),
  ];
}

const plain = [{ priority: 0, type: 'NONE' }];

function through({ method, path }: FirewallProps['doors'][number]): Statement {
  const match = (field: CfnWebACL.FieldToMatchProperty, text: string, where: string): Statement => ({
    byteMatchStatement: {
      fieldToMatch: field,
      searchString: text,
      positionalConstraint: where,
      textTransformations: plain,
    },
  });
  const statements = [match({ method: {} }, method, 'EXACTLY'), match({ uriPath: {} }, path, 'STARTS_WITH')];
  return { andStatement: { statements } };
}

function block(name: string, statement: Statement): Omit<Rule, 'priority'> {
  return { name, statement, action: { block: {} }, visibilityConfig: visibility(name) };
}

function managed(name: string, override: 'none' | 'count'): Omit<Rule, 'priority'> {
  return {
    name,
    statement: { managedRuleGroupStatement: { vendorName: 'AWS', name } },
    overrideAction: override === 'none' ? { none: {} } : { count: {} },
    visibilityConfig: visibility(name),
  };
}

/** No samples: they would show bodies to whoever may open the console. */
function visibility(metricName: string): CfnWebACL.VisibilityConfigProperty {
  return { metricName, cloudWatchMetricsEnabled: true, sampledRequestsEnabled: false };
}
