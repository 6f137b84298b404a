import {
  DescribeExecutionCommand,
  ListExecutionsCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterEach, describe, expect, test } from '@jest/globals';
import { openAccess } from '../../../local/aws/gate/access.ts';
import { startGate } from '../../../local/aws/gate/gate.ts';
import { forbiddenToWorkflows } from '../../../local/aws/gate/workflow-duties.ts';
import { lambdaTask } from '../../../local/aws/workflows/lambda-task.ts';
import type { DeclaredMachine } from '../../../local/aws/workflows/workflows.ts';
import { definitionOf, type Opened, openForTests } from '../aws/workflows/workflows.ts';
import { account, region } from '../aws/support.ts';

const role = `arn:aws:iam::${account}:role/clerk`;
const policy = (Action: string | string[], Resource: string) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action, Resource }],
});
const machineArn = `arn:aws:states:${region}:${account}:stateMachine:refund`;
const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

/** A function whose role may do `Action` on the machine, at Step Functions behind the gate. */
async function behindGate(
  Action: string,
): Promise<{ gate: Awaited<ReturnType<typeof startGate>>; sfn: SFNClient; opened: Opened }> {
  const opened = await openForTests(
    definitionOf({ One: { Type: 'Wait', Seconds: 60, Next: 'Done' } }),
    () => null,
  );
  stops.push(() => opened.stop());
  const services = String((await opened.client.config.endpoint?.())?.port ?? '');
  const endpoints = { dynamodb: '', queues: '', services: `http://127.0.0.1:${services}` };
  const gate = await startGate({
    ...{ account, region, endpoints, now: Date.now, operations: () => ['work'], tell: () => undefined },
  });
  stops.push(() => gate.stop());
  gate.access.addRole(role, [policy(Action, machineArn)]);
  const facts = { operation: 'work', functionArn: 'arn:work', functionName: 'work', roleArn: role };
  const door = gate.openSandbox(facts, () => undefined);
  door.began('request-1');
  const { environment: key } = door;
  const sfn = new SFNClient({
    ...{ endpoint: gate.endpoint, region, maxAttempts: 1 },
    credentials: {
      accessKeyId: key['AWS_ACCESS_KEY_ID'] ?? '',
      secretAccessKey: key['AWS_SECRET_ACCESS_KEY'] ?? '',
      sessionToken: key['AWS_SESSION_TOKEN'] ?? '',
    },
  });
  return { gate, sfn, opened };
}

const start = (sfn: SFNClient, name = 'one') =>
  sfn.send(new StartExecutionCommand({ stateMachineArn: machineArn, name, input: '{}' }));

describe('a function that begins workflows', () => {
  test('may do what its role says, on the machine that it names, and nothing else', async () => {
    const { gate, sfn } = await behindGate('states:StartExecution');
    const { executionArn } = await start(sfn);
    expect(executionArn).toBe(`${machineArn.replace('stateMachine', 'execution')}:one`);
    const denied = { name: 'AccessDeniedException' };
    await expect(sfn.send(new ListExecutionsCommand({ stateMachineArn: machineArn }))).rejects.toMatchObject(
      denied,
    );
    await expect(sfn.send(new DescribeExecutionCommand({ executionArn }))).rejects.toMatchObject({
      ...denied,
      message: expect.stringContaining(
        `perform: states:DescribeExecution on resource: ${String(executionArn)}`,
      ),
    });
    expect(gate.calls.list('work')[0]?.calls).toMatchObject([
      { service: 'states', action: 'StartExecution', resources: [machineArn], outcome: 'ok' },
      { action: 'ListExecutions', outcome: 'denied' },
      { action: 'DescribeExecution', outcome: 'denied' },
    ]);
  });

  test.each([
    ['throttle', 'ThrottlingException', 0],
    ['internal_error', 'InternalFailure', 0],
    ['access_denied', 'AccessDeniedException', 0],
    ['lost_answer', undefined, 1],
  ])('hears of %s, and its workflow has begun or not', async (fault, name, begun) => {
    const { gate, sfn, opened } = await behindGate('states:StartExecution');
    gate.faults.add({ service: 'states', action: 'StartExecution', fault });
    await expect(start(sfn)).rejects.toMatchObject(name === undefined ? {} : { name });
    expect(opened.workflows.list()).toHaveLength(begun);
    await start(sfn);
    expect(opened.workflows.list()).toHaveLength(1);
  });

  test('begins it once, though its call is carried out twice', async () => {
    const { gate, sfn, opened } = await behindGate('states:StartExecution');
    gate.faults.add({ service: 'states', fault: 'duplicate' });
    await start(sfn);
    expect(opened.workflows.list()).toHaveLength(1);
  });
});

const lambda = `arn:aws:lambda:${region}:${account}:function:steps`;
const machine: DeclaredMachine = {
  ...{ name: 'refund', arn: machineArn, definition: '', roleArn: role, invokes: ['steps'] },
  ...{ logs: true, traced: true },
};

describe('a state machine', () => {
  const invoke = (allowedOn: string | undefined, says: object = { kind: 'ok', payload: { next: 'end' } }) => {
    const access = openAccess();
    access.addRole(role, allowedOn === undefined ? [] : [policy('lambda:InvokeFunction', allowedOn)]);
    const told: string[] = [];
    const fn = { spec: { arn: lambda, name: 'steps' }, invoke: () => Promise.resolve(says) };
    const task = lambdaTask({
      ...{ access, account, functions: new Map([[lambda, fn as never]]) },
      fault: () => undefined,
      tell: (name) => told.push(name),
    });
    return { answer: task(machine, { functionName: lambda, payload: {} }), told };
  };

  test('invokes the function that its role lets it', async () => {
    await expect(invoke(lambda).answer).resolves.toEqual({ next: 'end' });
  });

  test.each([
    ['nothing', undefined],
    ['another function', `${lambda}-other`],
  ])('whose role lets it invoke %s hears so, as Lambda says it', async (_, on) => {
    const { answer, told } = invoke(on);
    await expect(answer).rejects.toMatchObject({
      name: 'Lambda.AWSLambdaException',
      message: expect.stringContaining(
        `User: arn:aws:sts::${account}:assumed-role/clerk/refund is not authorized to perform: lambda:InvokeFunction on resource: ${lambda} because no identity-based policy allows`,
      ),
    });
    expect(told).toEqual(['aws.denied']);
  });

  test('hears of a function’s failure by its name', async () => {
    const failed = { kind: 'error', errorType: 'Sandbox.Timedout', errorMessage: 'too long' };
    await expect(invoke(lambda, failed).answer).rejects.toMatchObject({
      name: 'Sandbox.Timedout',
      message: '{"errorMessage":"too long","errorType":"Sandbox.Timedout"}',
    });
  });

  test('stops the start when its role may not write its log or send its traces', () => {
    const access = openAccess();
    access.addRole(role, [policy('logs:*', '*')]);
    const missing = forbiddenToWorkflows([machine], access, account);
    expect(missing).toHaveLength(4);
    for (const sentence of missing)
      expect(sentence).toMatch(/^refund: .* not authorized to perform: xray:\w+\.$/);
    expect(forbiddenToWorkflows([{ ...machine, traced: false }], access, account)).toEqual([]);
  });
});
