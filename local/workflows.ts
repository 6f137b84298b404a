// Step Functions on this machine: in its time, told in its journal, and begun when all that its states need is there.
import { stages } from '../infra/config.ts';
import type { Gate } from './aws/gate/gate.ts';
import { forbiddenToWorkflows } from './aws/gate/workflow-duties.ts';
import { randomFrom } from './aws/stream-lanes.ts';
import { lambdaTask, type LambdaTaskOptions } from './aws/workflows/lambda-task.ts';
import { openWorkflows, type Workflows } from './aws/workflows/workflows.ts';
import { operationOf } from './functions.ts';
import type { Journal } from './journal.ts';
import type { Timeline } from './timeline.ts';

export interface LocalWorkflowsOptions {
  readonly journal: Pick<Journal, 'happened'>;
  readonly timeline: Timeline;
  /** of the chance in retries */
  readonly seed: number;
  readonly dataDir: string | undefined;
}

const { account, region } = stages.local;

export function localWorkflows({ journal, timeline, seed, dataDir }: LocalWorkflowsOptions): Workflows {
  const workflows = openWorkflows({
    ...{ account, region, timeline, random: randomFrom(seed) },
    tell: (name, facts) => {
      journal.happened('workflows', name, facts);
    },
    ...(dataDir !== undefined && { dataDir }),
  });
  timeline.join({ idle: () => Promise.resolve(workflows.idle()) });
  return workflows;
}

/** @throws Error when a role forbids what Step Functions would do with it: in the cloud nothing would be deployed */
export function beginWorkflows(
  workflows: Workflows,
  {
    gate: { access, faults },
    functions,
  }: Pick<LambdaTaskOptions, 'functions'> & {
    readonly gate: Pick<Gate, 'access' | 'faults'>;
  },
  journal: Pick<Journal, 'happened'>,
): Promise<Workflows> {
  const [obstacle] = forbiddenToWorkflows(workflows.machines.values(), access, account);
  if (obstacle !== undefined) throw new Error(obstacle);
  const tell: LambdaTaskOptions['tell'] = (name, facts) => {
    journal.happened('workflows', name, facts);
  };
  const fault: LambdaTaskOptions['fault'] = (name) =>
    faults.take(operationOf(name), { service: 'lambda', operation: 'Invoke', asks: [] });
  workflows.begin(lambdaTask({ access, account, functions, fault, tell }));
  return Promise.resolve(workflows);
}
