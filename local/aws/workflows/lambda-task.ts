// The one thing that a Task does here: it invokes a function, if the role of its state machine may.
import type { LambdaFunction } from '../executor.ts';
import type { Access } from '../gate/access.ts';
import type { FaultOrder } from '../gate/faults.ts';
import { sufferTask } from './faulty-task.ts';
import type { Call } from './interpreter.ts';
import { type Json, StateError } from './paths.ts';
import type { DeclaredMachine } from './workflows.ts';

export interface LambdaTaskOptions {
  readonly access: Pick<Access, 'judge'>;
  readonly account: string;
  readonly functions: ReadonlyMap<string, Pick<LambdaFunction, 'invoke' | 'spec'>>;
  /** what the next invocation of that function is to suffer, if anything */
  readonly fault: (functionName: string) => FaultOrder | undefined;
  /** a denial, or a fault */
  readonly tell: (name: string, facts: Record<string, unknown>) => void;
}

/** Errors as Step Functions names them: Lambda's own under `Lambda.`, a function's under its own name. */
export function lambdaTask({ access, account, functions, fault, tell }: LambdaTaskOptions) {
  return async ({ name, roleArn }: DeclaredMachine, { functionName, payload }: Call): Promise<Json> => {
    const fn = [...functions.values()].find(({ spec }) => [spec.arn, spec.name].includes(functionName));
    if (!fn) throw new StateError('Lambda.ResourceNotFoundException', `Function not found: ${functionName}`);
    const ask = {
      ...{ action: 'lambda:InvokeFunction', resource: fn.spec.arn },
      context: { 'aws:securetransport': ['true'] },
    };
    const decision = access.judge(ask, { roleArn, account });
    if (decision.kind === 'denied') {
      const { action, resource } = ask;
      tell('aws.denied', { level: 'ERROR', action, resource, role: roleArn });
      const user = `arn:aws:sts::${account}:assumed-role/${roleArn.split('/').at(-1) ?? ''}/${name}`;
      throw new StateError(
        'Lambda.AWSLambdaException',
        `User: ${user} is not authorized to perform: ${action} on resource: ${resource} ${decision.because} (Service: AWSLambda; Status Code: 403; Error Code: AccessDeniedException)`,
      );
    }
    const order = fault(fn.spec.name);
    if (order) tell('aws.fault', { level: 'WARN', fault: order.fault, service: 'lambda', action: 'Invoke' });
    const invoke = () => fn.invoke(payload);
    const result = await (order ? sufferTask(order, invoke) : invoke());
    if (result.kind === 'ok') return (result.payload ?? null) as Json;
    const { errorType, errorMessage } = result;
    throw new StateError(errorType, JSON.stringify({ errorMessage, errorType }));
  };
}
