// The beginning of a refund's workflow: one execution for each refund and run.
import { ExecutionAlreadyExists, StartExecutionCommand, type SFNClient } from '@aws-sdk/client-sfn';

/**
 * Begins execution `<refundId>-<run>`, which sends the refund and asks for it until it is settled. Safe to repeat: a name is
 * taken for as long as its execution runs and for 90 days more, so that each run is driven once. A refund whose execution
 * ended too early needs the next run.
 * @param machineArn of the state machine
 * @param run counts from 1
 * @returns whether it was begun by this call or by one like it (`begun`), or has been there before and ended (`there`)
 * @throws what the SDK throws (throttled, denied, no answer): it may or may not have begun, and is to be asked again
 * @see SPEC R6.3
 */
export async function startRefundWorkflow(
  client: SFNClient,
  machineArn: string,
  refundId: string,
  run: number,
): Promise<'begun' | 'there'> {
  try {
    await client.send(
      new StartExecutionCommand({
        stateMachineArn: machineArn,
        name: `${refundId}-${run}`,
        input: JSON.stringify({ refund_id: refundId, run }),
      }),
    );
    return 'begun';
  } catch (error) {
    if (error instanceof ExecutionAlreadyExists) return 'there';
    throw error;
  }
}
