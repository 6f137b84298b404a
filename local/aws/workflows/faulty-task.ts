// What a fault does to a state's invocation of a function: whether the function runs, how often, and what Step Functions
// gets to hear.
import type { InvokeResult } from '../executor.ts';
import type { FaultKind, FaultOrder } from '../gate/faults.ts';
import { StateError } from './paths.ts';

type Invoke = () => Promise<InvokeResult>;

const sufferings: Readonly<Partial<Record<FaultKind, (invoke: Invoke) => Promise<InvokeResult>>>> = {
  throttle: () => {
    throw new StateError('Lambda.TooManyRequestsException', 'Rate Exceeded.');
  },
  internal_error: () => {
    throw new StateError('Lambda.ServiceException', 'Internal failure: it was not carried out.');
  },
  lost_answer: async (invoke) => {
    await invoke();
    throw new StateError('Lambda.SdkClientException', 'The connection broke before there was an answer.');
  },
  timeout: (invoke) => {
    // It goes on, and its repeat may begin meanwhile.
    void invoke();
    throw new StateError('States.Timeout', 'The task did not end in time.');
  },
  duplicate: async (invoke) => {
    const [, second] = await Promise.all([invoke(), invoke()]);
    return second;
  },
};

/** @throws StateError as Step Functions names what its call to Lambda came to */
export async function sufferTask(
  { fault }: Pick<FaultOrder, 'fault'>,
  invoke: Invoke,
): Promise<InvokeResult> {
  const suffer = sufferings[fault];
  if (!suffer) throw new Error(`${fault} is no fault of an invocation.`);
  return suffer(invoke);
}
