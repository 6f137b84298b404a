// What Step Functions itself does with a state machine's role, beside its tasks: it writes its log and sends traces. In the
// cloud a deployment fails where the role may not log.
import type { DeclaredMachine } from '../workflows/workflows.ts';
import type { Access } from './access.ts';

const logDelivery = [
  ...['CreateLogDelivery', 'DeleteLogDelivery', 'GetLogDelivery', 'ListLogDeliveries', 'UpdateLogDelivery'],
  ...['DescribeLogGroups', 'DescribeResourcePolicies', 'PutResourcePolicy'],
].map((action) => `logs:${action}`);
const tracing = ['GetSamplingRules', 'GetSamplingTargets', 'PutTelemetryRecords', 'PutTraceSegments'].map(
  (action) => `xray:${action}`,
);

/** @returns a sentence for each thing that a machine's role forbids */
export function forbiddenToWorkflows(
  machines: Iterable<DeclaredMachine>,
  access: Pick<Access, 'judge'>,
  account: string,
): string[] {
  return [...machines].flatMap(({ name, roleArn, logs, traced }) =>
    [...(logs ? logDelivery : []), ...(traced ? tracing : [])]
      .filter((action) => {
        const ask = { action, resource: '*', context: { 'aws:securetransport': ['true'] } };
        return access.judge(ask, { roleArn, account }).kind === 'denied';
      })
      .map(
        (action) =>
          `${name}: Step Functions writes its log and sends its traces, and the role ${roleArn} is not authorized to perform: ${action}.`,
      ),
  );
}
