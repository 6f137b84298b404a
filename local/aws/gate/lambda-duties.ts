// What Lambda itself does with a function's role, beside the function: it reads queues and streams, lays aside what failed,
// writes the log, sends traces and makes network interfaces. In the cloud a deployment fails where the role forbids it.
import * as z from 'zod';
import type { DeclaredFunction, Mapping } from '../world.ts';
import type { Access } from './access.ts';
import { withKeys } from './customer-keys.ts';
import type { Ask } from './policy.ts';

export interface Duties {
  /** @returns a sentence for each thing that the function's role forbids */
  forbidden(fn: DeclaredFunction, mappings: readonly Mapping[]): string[];
  /** Whether Lambda may write the function's log; without it, lines are lost. */
  mayLog(fn: DeclaredFunction): boolean;
}

interface Duty {
  /** what Lambda does, for sentences */
  readonly does: string;
  readonly actions: readonly string[];
  readonly resource: string;
}

const mappingSchema = z.looseObject({
  DestinationConfig: z.object({ OnFailure: z.object({ Destination: z.string() }) }).optional(),
});

const secure = { 'aws:securetransport': ['true'] };

export function lambdaDuties(access: Access, account: string, region: string): Duties {
  const denied = ({ actions, resource }: Duty, { roleArn }: DeclaredFunction): Ask[] =>
    actions
      .flatMap((action) => withKeys({ action, resource, context: secure }, region, access))
      .filter((ask) => access.judge(ask, { roleArn, account }).kind === 'denied');
  return {
    forbidden: (fn, mappings) => {
      const own = mappings.filter(({ functionArn }) => functionArn === fn.arn);
      return [...functionDuties(fn), ...own.flatMap(mappingDuties)].flatMap((duty) =>
        denied(duty, fn).map(
          (ask) =>
            `${fn.name}: Lambda ${duty.does}, and the role ${fn.roleArn} is not authorized to perform: ` +
            `${ask.action} on resource: ${ask.resource}. In the cloud the deployment fails.`,
        ),
      );
    },
    mayLog: (fn) => denied(logging(fn, account, region), fn).length === 0,
  };
}

const interfaceActions = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];

function functionDuties({ traced, inVpc }: DeclaredFunction): Duty[] {
  const traces = ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'];
  return [
    ...(traced ? [{ does: 'sends its traces', actions: traces, resource: '*' }] : []),
    ...(inVpc ? [{ does: 'makes its network interfaces', actions: interfaceActions, resource: '*' }] : []),
  ];
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html */
function mappingDuties({ sourceArn, properties }: Mapping): Duty[] {
  const queue = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];
  const stream = ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'];
  const bucket = mappingSchema.parse(properties).DestinationConfig?.OnFailure.Destination;
  return [
    sourceArn.startsWith('arn:aws:sqs:')
      ? { does: 'empties its queue', actions: queue, resource: sourceArn }
      : {
          does: 'reads its stream',
          actions: stream.map((action) => `dynamodb:${action}`),
          resource: sourceArn,
        },
    ...(bucket?.startsWith('arn:aws:s3:::')
      ? [
          { does: 'lays aside what failed', actions: ['s3:ListBucket'], resource: bucket },
          {
            does: 'lays aside what failed',
            actions: ['s3:PutObject'],
            resource: `${bucket}/aws/lambda/batch`,
          },
        ]
      : []),
  ];
}

function logging({ name, logGroup }: DeclaredFunction, account: string, region: string): Duty {
  const group = `arn:aws:logs:${region}:${account}:log-group:${logGroup ?? `/aws/lambda/${name}`}`;
  return {
    does: 'writes its log',
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    resource: `${group}:log-stream:local`,
  };
}
