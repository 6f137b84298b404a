// Refunds as the demo sees them: how they stand, and what their workflows walked through.
import { get, plain } from './doors.ts';
import { until, type Service } from './service.ts';
import { check, type Step } from './steps.ts';

export interface Refund {
  readonly refund_id: string;
  readonly status: string;
  readonly origin: string;
  readonly amount_requested: string;
  readonly currency: string;
  readonly gateway_refund_id?: string;
}

interface Execution {
  readonly name: string;
  readonly status: string;
  readonly steps: readonly { readonly at: string; readonly state: string }[];
}

/** What happens to a refund, by the names of its events. */
export const refunded = ['refund.created', 'refund.processing', 'refund.succeeded'];

/** @param advance its workflow sleeps between two questions, and status sync comes once a minute: time goes by so */
export function untilGone(service: Service, id: string, advance: string): Promise<Refund> {
  return until(`${id} to be SUCCESS`, async () => {
    const found = await get<Refund>(service, `/refunds/transactions/${id}`);
    if (found.status === 'SUCCESS') return found;
    await plain(service, 'control', '/clock', { advance });
    return undefined;
  });
}

export async function workflowOf(service: Service, { refund_id: id, ...refund }: Refund): Promise<Step> {
  const path = `/executions?refund_id=${id}`;
  const { executions } = await plain<{ executions: Execution[] }>(service, 'control', path);
  const walked = executions.map(
    ({ name, steps }) => `  ${name.slice(-8)}  ${steps.map(({ state }) => state).join(' → ')}`,
  );
  check(walked.length > 0, 'No workflow carried the refund.');
  const number = refund.gateway_refund_id === undefined ? '' : `, number ${refund.gateway_refund_id} there`;
  return {
    step: 'workflow',
    says: [`The provider gave it back${number}. Its workflow walked:`, ...walked],
    saw: executions,
  };
}
