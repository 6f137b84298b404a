// Executions of refunds' workflows, and what a person does about them at the console of Step Functions.
import type { Service } from './service.ts';

export interface Execution {
  readonly name: string;
  readonly status: string;
  readonly steps: readonly { readonly state: string; readonly error?: string }[];
}

export async function runsOf(service: Service, refund_id: string): Promise<readonly Execution[]> {
  interface Executions {
    readonly executions: readonly Execution[];
  }
  return (await service.control<Executions>(`/executions?refund_id=${refund_id}`)).executions;
}

const machineOf = ({ workflows }: Service) => [...workflows.machines.keys()][0] ?? '';

/** @throws as Step Functions does */
export function atConsole(
  service: Service,
  operation: 'StopExecution' | 'RedriveExecution',
  name: string,
): void {
  const executionArn = `${machineOf(service).replace(':stateMachine:', ':execution:')}:${name}`;
  service.workflows.operations[operation]?.({ executionArn });
}

/** Another execution with the input of the first. */
export function beginAgain(service: Service, refund_id: string, name: string): void {
  const input = JSON.stringify({ refund_id, run: 1 });
  const start = { stateMachineArn: machineOf(service), name, input };
  service.workflows.operations['StartExecution']?.(start);
}
