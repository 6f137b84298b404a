// An execution as the operations of Step Functions show it.
import type { Execution } from './record.ts';

export function listed({ arn, machineArn, name, status, startedAt, stoppedAt, redrives }: Execution): object {
  return {
    ...{ executionArn: arn, stateMachineArn: machineArn, name, status, redriveCount: redrives },
    startDate: startedAt / 1000,
    ...(stoppedAt !== undefined && { stopDate: stoppedAt / 1000 }),
  };
}

export function described(one: Execution): object {
  const { input, output, error, cause } = one;
  return {
    ...{ ...listed(one), input, error, cause },
    ...(output !== undefined && { output: JSON.stringify(output) }),
  };
}

/** What the execution is about, if it says so. */
export function subjectOf({ input }: Pick<Execution, 'input'>): { refund_id?: string } {
  const said = JSON.parse(input) as { refund_id?: unknown } | null;
  return typeof said?.refund_id === 'string' ? { refund_id: said.refund_id } : {};
}
