// A state's invocation of a function goes wrong on demand: the function runs not at all, once unheard, or twice.
import { describe, expect, test } from '@jest/globals';
import { openAccess } from '../../../local/aws/gate/access.ts';
import { type FaultOrder, openFaults } from '../../../local/aws/gate/faults.ts';
import { lambdaTask } from '../../../local/aws/workflows/lambda-task.ts';
import { account, region } from '../aws/support.ts';

const role = `arn:aws:iam::${account}:role/clerk`;
const lambda = `arn:aws:lambda:${region}:${account}:function:steps`;
const machine = {
  ...{ name: 'refund', arn: 'machine', definition: '', roleArn: role, invokes: ['steps'] },
  ...{ logs: true, traced: true },
};

/** What it answers counts how often it ran. */
function opened() {
  const access = openAccess();
  const Statement = [{ Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: lambda }];
  access.addRole(role, [{ Version: '2012-10-17', Statement }]);
  const faults = openFaults(() => ['steps', 'other']);
  const told: object[] = [];
  let runs = 0;
  const invoke = () => Promise.resolve({ kind: 'ok', payload: (runs += 1) });
  const task = lambdaTask({
    ...{
      access,
      account,
      functions: new Map([[lambda, { spec: { arn: lambda, name: 'steps' }, invoke } as never]]),
    },
    fault: (name) => faults.take(name, { service: 'lambda', operation: 'Invoke', asks: [] }),
    tell: (name, facts) => told.push({ name, ...facts }),
  });
  const run = () => task(machine, { functionName: lambda, payload: {} });
  return { faults, told, run, runs: () => runs };
}

const steps = (fault: FaultOrder['fault']) => ({ operation: 'steps', service: 'lambda', fault });

describe('a state that invokes a function', () => {
  test.each([
    ['throttle', 'Lambda.TooManyRequestsException', 0],
    ['internal_error', 'Lambda.ServiceException', 0],
    ['lost_answer', 'Lambda.SdkClientException', 1],
    ['timeout', 'States.Timeout', 1],
  ] as const)('%s: hears %s, and the function ran %i times', async (fault, name, ran) => {
    const { faults, told, run, runs } = opened();
    faults.add(steps(fault));
    await expect(run()).rejects.toMatchObject({ name });
    expect(runs()).toBe(ran);
    expect(told).toEqual([{ name: 'aws.fault', level: 'WARN', fault, service: 'lambda', action: 'Invoke' }]);
    await expect(run()).resolves.toBe(ran + 1);
    expect(faults.list()).toMatchObject([{ done: 1 }]);
  });

  test('duplicate: the function runs twice, and is heard once', async () => {
    const { faults, run, runs } = opened();
    faults.add(steps('duplicate'));
    await expect(run()).resolves.toBe(2);
    expect(runs()).toBe(2);
  });

  test('suffers nothing that was not ordered for it by name', async () => {
    const { faults, run } = opened();
    faults.add({ operation: 'steps', fault: 'internal_error' });
    faults.add({ operation: 'other', service: 'lambda', fault: 'internal_error' });
    // Nobody dies in the middle of what Step Functions itself does.
    faults.add(steps('crash_before'));
    await expect(run()).resolves.toBe(1);
    expect(faults.list().map(({ done }) => done)).toEqual([0, 0, 0]);
  });
});
