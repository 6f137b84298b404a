// What must outlive every deployment: the tables, the keys that close them, the channels' secrets.
import { RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
  type TableProps,
} from 'aws-cdk-lib/aws-dynamodb';
import { AnyPrincipal, Effect, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { provider } from '../lib/gateways/registry.ts';
import type { Stage } from './config.ts';
import { acknowledge } from './constructs/acknowledge.ts';
import { Keys } from './constructs/keys.ts';
import { signingKey, type SigningKeys } from './constructs/signing-keys.ts';
import { findingIndex, prefix } from './names.ts';

const payment = {
  partitionKey: { name: 'pk', type: AttributeType.STRING },
  sortKey: { name: 'sk', type: AttributeType.STRING },
} as const;

/** Ways past a condition or a transaction that nothing of ours takes. */
const sideDoors = [
  'dynamodb:BatchWriteItem',
  'dynamodb:PartiQLInsert',
  'dynamodb:PartiQLUpdate',
  'dynamodb:PartiQLDelete',
];

export class DataStack extends Stack {
  readonly keys: Keys;
  /**
   * payments with their refunds and callbacks, and the locks; `expires_at_epoch` (s) ends raw callbacks. A row with
   * `found_under` and `found_at` is found by them in the index, and by nothing else of it.
   */
  readonly payments: Table;
  /** what happened, for ever: the only table with a stream */
  readonly events: Table;
  /** answers that are given again under their Idempotency-Key */
  readonly idempotency: Table;
  readonly channels: Table;
  /** channel code → its secret; empty until the channel is configured */
  readonly secrets: ReadonlyMap<string, CfnSecret>;
  /** channel code → what only readers of callbacks need of it; for channels whose provider names such secrets */
  readonly readerSecrets: ReadonlyMap<string, CfnSecret>;
  readonly signingKeys: SigningKeys;

  constructor(scope: Construct, id: string, props: StackProps & { readonly stage: Stage }) {
    super(scope, id, { ...props, terminationProtection: true });
    const { stage } = props;
    this.keys = new Keys(this, 'Keys', { prefix: prefix(stage), bus: prefix(stage) });
    this.payments = this.table(stage, 'payments', {
      ...payment,
      timeToLiveAttribute: 'expires_at_epoch',
      // The removal of expired items is DynamoDB's own and asks no policy.
      resourcePolicy: this.nobodyMay(stage, 'payments', ['dynamodb:DeleteItem', ...sideDoors]),
    });
    this.payments.addGlobalSecondaryIndex({
      indexName: findingIndex,
      partitionKey: { name: 'found_under', type: AttributeType.STRING },
      sortKey: { name: 'found_at', type: AttributeType.STRING },
      projectionType: ProjectionType.KEYS_ONLY,
    });
    this.events = this.table(stage, 'events', {
      ...payment,
      stream: StreamViewType.NEW_IMAGE,
      resourcePolicy: this.appendOnly(stage, 'events'),
    });
    this.idempotency = this.table(stage, 'idempotency', {
      partitionKey: { name: 'id', type: AttributeType.STRING },
      timeToLiveAttribute: 'expiration',
    });
    this.channels = this.table(stage, 'channels', {
      partitionKey: { name: 'channel_code', type: AttributeType.STRING },
    });
    this.secrets = new Map(
      stage.channels.map(({ code }) => [
        code,
        this.secret(stage, code, '', `What channel ${code} signs with.`),
      ]),
    );
    const read = stage.channels.filter((channel) => provider(channel.provider).readerSecrets !== undefined);
    this.readerSecrets = new Map(
      read.map(({ code }) => [
        code,
        this.secret(stage, code, 'Reader', `What channel ${code} reads callbacks with.`),
      ]),
    );
    this.signingKeys = new Map(
      stage.channels.map(({ code, signingKeys = [] }) => [
        code,
        new Map(signingKeys.map((name) => [name, signingKey(this, prefix(stage), code, name)])),
      ]),
    );
    acknowledge(this, {
      'AwsSolutions-SMG4': keysAreRotatedWithProvider,
      'NIST.800.53.R5-SecretsManagerRotationEnabled': keysAreRotatedWithProvider,
      'NIST.800.53.R5-DynamoDBInBackupPlan':
        'Point-in-time recovery reaches back 35 days for every table; copies for longer belong to the backup policy of the account.',
    });
  }

  private table(stage: Stage, name: string, props: TableProps): Table {
    return new Table(this, name, {
      ...props,
      tableName: `${prefix(stage)}-${name}`,
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: this.keys.data,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true, recoveryPeriodInDays: 35 },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  /** Holds no version until the channel is configured, so that a deployment can never bring an old key back. */
  private secret(stage: Stage, code: string, part: '' | 'Reader', what: string): CfnSecret {
    const secret = new CfnSecret(this, `${part}Secret${code}`, {
      name: [`${prefix(stage)}/channels/${code}`, ...(part ? [part.toLowerCase()] : [])].join('/'),
      description: `${what} Written by PUT /channels/${code}, never by a deployment.`,
      kmsKeyId: this.keys.secrets.keyArn,
    });
    secret.applyRemovalPolicy(RemovalPolicy.RETAIN);
    return secret;
  }

  /** What has happened stays: nobody updates or deletes it, and it is written only beside the change that it tells of. */
  private appendOnly(stage: Stage, table: string): PolicyDocument {
    const policy = this.nobodyMay(stage, table, ['dynamodb:UpdateItem', 'dynamodb:DeleteItem', ...sideDoors]);
    policy.addStatements(
      this.denial(stage, table, ['dynamodb:PutItem'], {
        // A denial needs ForAllValues: it must hold as well when the request has no such key.
        'ForAllValues:StringNotEquals': { 'dynamodb:EnclosingOperation': ['TransactWriteItems'] },
      }),
    );
    return policy;
  }

  private nobodyMay(stage: Stage, table: string, actions: string[]): PolicyDocument {
    return new PolicyDocument({ statements: [this.denial(stage, table, actions)] });
  }

  private denial(
    stage: Stage,
    table: string,
    actions: string[],
    conditions?: Record<string, unknown>,
  ): PolicyStatement {
    const resource = this.formatArn({
      service: 'dynamodb',
      resource: 'table',
      resourceName: `${prefix(stage)}-${table}`,
    });
    return new PolicyStatement({
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      actions,
      resources: [resource],
      ...(conditions && { conditions }),
    });
  }
}

const keysAreRotatedWithProvider =
  'A merchant key changes together with its public half at the provider: by an operator through PUT /channels, not by a timer.';
