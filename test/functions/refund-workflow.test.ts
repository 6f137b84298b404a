import { ExecutionAlreadyExists, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { startRefundWorkflow } from '../../lib/messaging/refund-workflow.ts';

const sfn = mockClient(SFNClient);
const refundId = 'rfd_01h455vb4pex5vsknk084sn02q00';
const start = (run: number) => startRefundWorkflow(sfn as unknown as SFNClient, 'arn:machine', refundId, run);

beforeEach(() => {
  sfn.reset();
});

describe('the workflow of a refund', () => {
  it('is begun under the name of refund and run, with both as its input', async () => {
    sfn.on(StartExecutionCommand).resolves({ executionArn: 'arn:execution' });
    expect(await start(3)).toBe('begun');
    expect(sfn.commandCalls(StartExecutionCommand)[0]?.args[0].input).toEqual({
      stateMachineArn: 'arn:machine',
      name: `${refundId}-3`,
      input: `{"refund_id":"${refundId}","run":3}`,
    });
  });

  it('that has been there before is as good as begun', async () => {
    const there = new ExecutionAlreadyExists({ message: 'there', $metadata: {} });
    sfn.on(StartExecutionCommand).rejects(there);
    expect(await start(1)).toBe('there');
  });

  it('may not have begun when nobody says so: that is for the caller to hear', async () => {
    sfn.on(StartExecutionCommand).rejects(new Error('socket hang up'));
    await expect(start(1)).rejects.toThrow('socket hang up');
  });
});
