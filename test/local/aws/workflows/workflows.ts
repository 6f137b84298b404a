// Step Functions of this machine with a client of it, on a time that tests move, and with functions that tests play.
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { Call } from '../../../../local/aws/workflows/interpreter.ts';
import { type Json, StateError } from '../../../../local/aws/workflows/paths.ts';
import { openWorkflows } from '../../../../local/aws/workflows/workflows.ts';
import { startServices } from '../../../../local/aws/services.ts';
import { openTimeline } from '../../../../local/timeline.ts';
import { account, clientOf, region, until } from '../support.ts';

/** Answers of a function, call by call; the last one stays. An error's name is a StateError's. */
export type Says = (call: Call, nth: number) => Json | Promise<Json>;

export const second = 1000;
export const day = 86_400 * second;

export const fails = (error: string): never => {
  throw new StateError(error, 'because');
};

export const steps = (more: object = {}) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Parameters: { FunctionName: 'steps', 'Payload.$': '$' },
  ResultPath: '$.step',
  Next: 'Done',
  ...more,
});

/** A machine that begins with One. */
export const definitionOf = (states: object, more: object = {}): string =>
  JSON.stringify({ StartAt: 'One', States: { ...states, Done: { Type: 'Succeed' } }, ...more });

export async function openForTests(definition: string, says: Says, dataDir?: string) {
  const timeline = openTimeline(dataDir && `${dataDir}/clock.json`);
  const begun = timeline.now();
  const lines: Record<string, unknown>[] = [];
  const calls: { readonly payload: Json; readonly at: number }[] = [];
  const workflows = openWorkflows({
    ...{ region, account, timeline, random: () => 0.5 },
    tell: (name, facts) => lines.push({ name, ...facts }),
    ...(dataDir !== undefined && { dataDir }),
  });
  timeline.join({ idle: () => Promise.resolve(workflows.idle()) });
  const services = await startServices({
    ...{ region, account, now: timeline.now, onBusEvent: () => undefined, workflows: workflows.operations },
  });
  const { arn } = workflows.createStateMachine('refund', {
    DefinitionString: definition,
    RoleArn: 'arn:role',
  });
  workflows.begin(async (_, call) => {
    calls.push({ payload: call.payload, at: timeline.now() - begun });
    return says(call, calls.length);
  });
  const client = new SFNClient(clientOf(services.endpoint));
  return {
    ...{ timeline, begun, lines, calls, workflows, arn, client },
    executionArn: (name: string) => `${arn.replace(':stateMachine:', ':execution:')}:${name}`,
    /** @param by ms */
    advance: (by: number) => timeline.advanceTo(timeline.now() + by),
    stop: async () => {
      await workflows.stop();
      client.destroy();
      await services.stop();
      await timeline.stop();
    },
  };
}

export type Opened = Awaited<ReturnType<typeof openForTests>>;

/** Stopped by `stopAll`. */
export const open: Opened[] = [];

export async function stopAll(): Promise<void> {
  for (const one of open.splice(0)) await one.stop();
}

/** Opens the machine and begins an execution of it. */
export async function begin(definition: string, says: Says, dataDir?: string): Promise<Opened> {
  const opened = await openForTests(definition, says, dataDir);
  open.push(opened);
  await opened.client.send(
    new StartExecutionCommand({ stateMachineArn: opened.arn, name: 'one', input: '{"refund_id":"rfd_1"}' }),
  );
  return opened;
}

export const shown = ({ client, executionArn }: Opened) =>
  client.send(new DescribeExecutionCommand({ executionArn: executionArn('one') }));

export const ended = async (opened: Opened) => {
  await until(async () => (await shown(opened)).status !== 'RUNNING');
  return shown(opened);
};

const wait = { Type: 'Wait', SecondsPath: '$.step.wait', Next: 'One' };
const again = {
  Type: 'Choice',
  Choices: [{ Variable: '$.step.next', StringEquals: 'end', Next: 'Done' }],
  Default: 'Pause',
};
/** Asks until it is told that it is the end. */
export const asking = (more: object = {}) =>
  definitionOf(
    {
      One: steps({
        ResultSelector: { 'next.$': '$.Payload.next', 'wait.$': '$.Payload.wait' },
        Next: 'Again',
        ...more,
      }),
      Again: again,
      Pause: wait,
    },
    { TimeoutSeconds: 60 * 86_400 },
  );
export const goOn = (days: number): { next: string; wait: number } => ({
  next: 'query',
  wait: days * 86_400,
});
export const enough = { next: 'end', wait: 0 };
