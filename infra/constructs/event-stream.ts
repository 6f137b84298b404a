// From the stream of event rows to the function that publishes them; what cannot be published is laid aside, whole.
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnEventSourceMapping, type IFunction } from 'aws-cdk-lib/aws-lambda';
import { BlockPublicAccess, Bucket, BucketEncryption, type CfnBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import type { Grant } from './grants.ts';

export interface EventStreamProps {
  readonly table: Table;
  readonly key: IKey;
}

export class EventStream extends Construct {
  /** batches that could not be published in 23 hours, as they came */
  readonly unpublished: Bucket;
  private readonly props: EventStreamProps;

  constructor(scope: Construct, id: string, props: EventStreamProps) {
    super(scope, id);
    this.props = props;
    this.unpublished = new Bucket(this, 'Unpublished', {
      encryption: BucketEncryption.KMS,
      encryptionKey: props.key,
      bucketKeyEnabled: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      versioned: true,
      lifecycleRules: [{ expiration: Duration.days(90), noncurrentVersionExpiration: Duration.days(7) }],
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const rare =
      'Lambda alone writes here, and only when publishing has failed for 23 hours; CloudTrail records the rest.';
    const copies =
      'These are copies of rows that stay in the events table: docs/DEPLOY.md says how a person publishes them.';
    acknowledge(this.unpublished, {
      'AwsSolutions-S1': rare,
      'PCI.DSS.321-S3BucketLoggingEnabled': rare,
      'NIST.800.53.R5-S3BucketLoggingEnabled': rare,
      'PCI.DSS.321-S3BucketReplicationEnabled': copies,
      'NIST.800.53.R5-S3BucketReplicationEnabled': copies,
    });
  }

  /** What the consumer's role must allow: Lambda reads the stream, and writes to the bucket, with that role. */
  get consumerGrants(): Grant[] {
    const { table, key } = this.props;
    return [
      {
        actions: [
          'dynamodb:DescribeStream',
          'dynamodb:GetRecords',
          'dynamodb:GetShardIterator',
          'dynamodb:ListStreams',
        ],
        resources: [streamOf(table)],
        key: { key, service: 'dynamodb', actions: ['kms:Decrypt', 'kms:DescribeKey'] },
      },
      { actions: ['s3:ListBucket'], resources: [this.unpublished.bucketArn] },
      {
        actions: ['s3:PutObject'],
        resources: [this.unpublished.arnForObjects('aws/lambda/*')],
        reasons: {
          [wildcardOn(this.unpublished)]:
            'Lambda chooses the names of objects below this path of one bucket.',
        },
        key: { key, service: 's3', actions: ['kms:GenerateDataKey'] },
      },
    ];
  }

  /** One shard is read by one call at a time; a batch that fails is cut in two until the bad event stands alone. */
  feed(consumer: IFunction): void {
    new CfnEventSourceMapping(this, 'Mapping', {
      eventSourceArn: streamOf(this.props.table),
      functionName: consumer.functionName,
      startingPosition: 'TRIM_HORIZON',
      batchSize: 100,
      parallelizationFactor: 1,
      bisectBatchOnFunctionError: true,
      functionResponseTypes: ['ReportBatchItemFailures'],
      // The stream forgets after 24 hours: the last one is for laying aside what stands behind the first failure.
      maximumRecordAgeInSeconds: Duration.hours(23).toSeconds(),
      destinationConfig: { onFailure: { destination: this.unpublished.bucketArn } },
    });
  }
}

/** The finding's id holds the bucket's name in the template. */
function wildcardOn(bucket: Bucket): string {
  const stack = Stack.of(bucket);
  const id = String(stack.resolve(stack.getLogicalId(bucket.node.defaultChild as CfnBucket)));
  return `AwsSolutions-IAM5[Resource::<${id}.Arn>/aws/lambda/*]`;
}

function streamOf(table: Table): string {
  if (!table.tableStreamArn) throw new Error(`Table ${table.node.path} has no stream.`);
  return table.tableStreamArn;
}
