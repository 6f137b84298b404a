import { operations, type Need } from '../../infra/operations.ts';
import { environment } from '../../infra/constructs/environment.ts';
import { grantsOf, statements, type Resources } from '../../infra/constructs/grants.ts';
import { stages } from '../../infra/config.ts';
import { Stack } from 'aws-cdk-lib';
import { assemble, properties, readable, resources } from './assembly.ts';
import { allowed, identityPolicies } from './policies.ts';

const assembly = assemble('sandbox');
const [machine = {}, ...others] = properties(assembly, 'AWS::StepFunctions::StateMachine');
const definition = JSON.parse(String(machine['DefinitionString'])) as {
  States: Record<string, Record<string, unknown>>;
};
const lambda = 'refundstepsFunction.Arn';

describe('the workflow of refunds', () => {
  const step = (name: string, next: string) => ({
    Type: 'Task',
    Resource: 'arn:AWS::Partition:states:::lambda:invoke',
    Parameters: {
      FunctionName: lambda,
      Payload: { step: name, 'refund_id.$': '$.refund_id', 'run.$': '$.run' },
    },
    ResultSelector: { 'next.$': '$.Payload.next', 'wait_seconds.$': '$.Payload.wait_seconds' },
    ResultPath: '$.step',
    Retry: [
      {
        ErrorEquals: ['States.ALL'],
        IntervalSeconds: 2,
        BackoffRate: 3,
        MaxDelaySeconds: 300,
        MaxAttempts: 8,
        JitterStrategy: 'FULL',
      },
    ],
    TimeoutSeconds: 90,
    Next: next,
  });

  test('submits, waits and asks until its function says that it is the end; no error is caught', () => {
    expect(definition).toEqual({
      Comment: 'One refund, from its promise to its end',
      StartAt: 'Submit',
      TimeoutSeconds: 60 * 86_400,
      States: {
        Submit: step('submit', 'Settled?'),
        'Settled?': {
          Type: 'Choice',
          Choices: [{ Variable: '$.step.next', StringEquals: 'end', Next: 'Done' }],
          Default: 'Pause',
        },
        Pause: { Type: 'Wait', SecondsPath: '$.step.wait_seconds', Next: 'Which?' },
        'Which?': {
          Type: 'Choice',
          Choices: [{ Variable: '$.step.next', StringEquals: 'submit', Next: 'Submit' }],
          Default: 'Query',
        },
        Query: step('query', 'Settled?'),
        Done: { Type: 'Succeed' },
      },
    });
  });

  test('gives its task more time than the function has', () => {
    const steps = properties(assembly, 'AWS::Lambda::Function').find(({ FunctionName }) =>
      String(FunctionName).endsWith('-refund-steps'),
    );
    expect(steps?.['Timeout']).toBe(60);
    expect(definition.States['Submit']?.['TimeoutSeconds']).toBeGreaterThan(60);
  });

  test('is the only one, is traced, and logs every step without what it carries, to a closed log', () => {
    expect(others).toEqual([]);
    expect(machine).toMatchObject({
      StateMachineName: 'payments-sandbox-refund',
      TracingConfiguration: { Enabled: true },
      LoggingConfiguration: {
        Level: 'ALL',
        IncludeExecutionData: false,
        Destinations: [{ CloudWatchLogsLogGroup: { LogGroupArn: 'RefundWorkflowLog.Arn' } }],
      },
      RoleArn: 'RefundWorkflowRole.Arn',
    });
    const [log] = resources(assembly, 'AWS::Logs::LogGroup').filter(([id]) =>
      id.startsWith('RefundWorkflow'),
    );
    expect(readable(assembly, log?.[1].Properties)).toMatchObject({ KmsKeyId: 'Keyslogs.Arn' });
  });
});

describe('the function of its steps', () => {
  test('is invoked by the machine’s role, and by nobody else', () => {
    const invokers = [...identityPolicies(assembly)].flatMap(([id, of]) =>
      allowed(of)
        .filter((one) => one.startsWith('lambda:'))
        .map((one) => `${id.replace(/[0-9A-F]{8}$/, '')}: ${one}`),
    );
    expect(invokers).toEqual([`RefundWorkflowPolicy: lambda:InvokeFunction ${lambda}`]);
    const permitted = properties(assembly, 'AWS::Lambda::Permission').map(({ FunctionName }) => FunctionName);
    expect(permitted).not.toContain(lambda);
    expect(permitted.length).toBeGreaterThan(5);
  });

  test('does not begin workflows itself', () => {
    const needs: readonly Need[] = operations['refund-steps'].needs;
    expect(needs).not.toContain('refund-workflow:start');
  });
});

test('the machine’s role is for Step Functions alone, in the name of this machine', () => {
  const [role] = properties(assembly, 'AWS::IAM::Role').filter(({ AssumeRolePolicyDocument: trust }) =>
    JSON.stringify(trust).includes('states.amazonaws.com'),
  );
  expect(role?.['AssumeRolePolicyDocument']).toMatchObject({
    Statement: [
      {
        Action: 'sts:AssumeRole',
        Effect: 'Allow',
        Principal: { Service: 'states.amazonaws.com' },
        Condition: {
          StringEquals: { 'aws:SourceAccount': 'AWS::AccountId' },
          ArnEquals: {
            'aws:SourceArn': expect.stringMatching(/:stateMachine:payments-sandbox-refund$/) as unknown,
          },
        },
      },
    ],
  });
  expect(role).not.toHaveProperty('Policies');
});

test('who may begin it may begin exactly this machine, and knows its name', () => {
  const stack = new Stack(assemble(stages.sandbox).app, 'Planted');
  const given = { refundWorkflow: 'the-machine' } as Resources;
  const needs: Need[] = ['refund-workflow:start'];
  const grants = grantsOf(needs, given);
  expect(statements(stack, grants).map((one) => one.toStatementJson() as unknown)).toEqual([
    { Effect: 'Allow', Action: 'states:StartExecution', Resource: 'the-machine' },
  ]);
  const starter = { ...operations['sync-transaction'], needs };
  expect(environment(stack, stages.sandbox, starter, given)).toMatchObject({
    REFUND_WORKFLOW_ARN: 'the-machine',
  });
});
