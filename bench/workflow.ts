// The refunds' workflow as the template defines it, carried out by the local interpreter: its tasks wait until they are
// called for, so that what each of them costs can be told apart.
import { createServer } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { localAssembly } from '../local/assembly.ts';
import { answerAwsJson } from '../local/aws/aws-json.ts';
import { resolve } from '../local/aws/intrinsics.ts';
import { readAssembly } from '../local/aws/template.ts';
import type { Json } from '../local/aws/workflows/paths.ts';
import { openWorkflows } from '../local/aws/workflows/workflows.ts';
import { listen } from '../local/listen.ts';
import { workflowArn } from './functions.ts';

/** What an execution came to. */
export interface Execution {
  /** states that were begun: what AWS takes money for */
  readonly transitions: number;
  /** of its history: each is written to the log */
  readonly events: number;
}

export interface Workflow {
  /** of Step Functions */
  readonly url: string;
  /** Lets `run` carry out the one task that there is to do, after the pause before it if there is one. */
  step(run: (payload: unknown) => Promise<{ readonly answer: unknown }>): Promise<void>;
  /** @throws Error when it has not ended well */
  ended(refundId: string): Execution;
  stop(): Promise<void>;
}

const region = 'us-east-1';
const account = '000000000000';

export async function openWorkflow(): Promise<Workflow> {
  const tasks: { payload: Json; answer: (answer: Json) => void }[] = [];
  const clock = openClock();
  const workflows = openWorkflows({
    region,
    account,
    timeline: clock,
    random: () => 0,
    tell: () => undefined,
  });
  workflows.createStateMachine(workflowArn.split(':').at(-1) ?? '', {
    DefinitionString: await definition(),
    RoleArn: `arn:aws:iam::${account}:role/refund`,
  });
  workflows.begin((_, { payload }) => new Promise((answer) => tasks.push({ payload, answer })));
  const server = createServer(answerAwsJson({ AWSStepFunctions: workflows.operations }));
  const listening = await listen(server, 0);
  return {
    url: listening.url,
    step: async (run) => {
      if (tasks.length === 0) clock.ring();
      await turn();
      const [task, ...others] = tasks.splice(0);
      if (!task || others.length > 0) throw new Error('One task was to be done, and no other.');
      task.answer((await run(task.payload)).answer as Json);
      // Whatever states lie between it and the next task, or the end.
      await turn();
    },
    ended: (refundId) => {
      const [one] = workflows.list(refundId) as { name: string; status: string; transitions: number }[];
      if (one?.status !== 'SUCCEEDED') throw new Error(`The workflow of ${refundId} has not ended well.`);
      const executionArn = `${workflowArn.replace(':stateMachine:', ':execution:')}:${one.name}`;
      const history = workflows.operations['GetExecutionHistory']?.({ executionArn, maxResults: 1000 });
      return { transitions: one.transitions, events: (history as { events: unknown[] }).events.length };
    },
    stop: async () => {
      await workflows.stop();
      await listening.stop();
    },
  };
}

/** Time that stands still until a pause is to be over. */
function openClock() {
  const waiting = new Set<{ readonly at: number; readonly task: () => unknown }>();
  let ahead = 0;
  const now = () => Date.now() + ahead;
  return {
    now,
    schedule: (at: number, task: () => unknown) => {
      const due = { at, task };
      waiting.add(due);
      return () => waiting.delete(due);
    },
    ring: () => {
      const [first] = [...waiting].sort((one, other) => one.at - other.at);
      if (!first) throw new Error('Nothing waits.');
      waiting.delete(first);
      ahead += Math.max(0, first.at - now());
      first.task();
    },
  };
}

async function definition(): Promise<string> {
  for (const { name, resources } of readAssembly(await localAssembly(() => undefined))) {
    const machine = resources.find(({ type }) => type === 'AWS::StepFunctions::StateMachine');
    if (!machine) continue;
    // What it invokes is called for here, under whatever name.
    const created = new Map(
      resources.map(({ logicalId }) => [logicalId, { ref: logicalId, attributes: { Arn: logicalId } }]),
    );
    const scope = { region, account, stackName: name, place: machine.logicalId, created };
    return resolve(machine.properties['DefinitionString'], {
      ...scope,
      ...{ parameters: {}, exports: new Map() },
    }) as string;
  }
  throw new Error('The template has no state machine.');
}
