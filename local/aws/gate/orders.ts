// POST /faults of the control address: arms a fault of AWS for calls to come, or hands a stream's newest batch over again.
import * as z from 'zod';
import type { Functions } from '../../functions.ts';
import { Refused } from '../../gateways/http.ts';
import type { ArmedFault, Faults } from './faults.ts';

const redelivery = z.strictObject({ operation: z.string(), fault: z.literal('redeliver') });

/** @throws Refused (400, 409) saying what is wrong with the order */
export async function orderFault(
  order: unknown,
  faults: Pick<Faults, 'add'>,
  functions: Pick<Functions, 'redeliver'>,
): Promise<{ fault: ArmedFault } | { redelivered: 'handled' | 'failed' }> {
  if (isRedelivery(order)) return { redelivered: await redeliver(order, functions) };
  try {
    return { fault: faults.add(order) };
  } catch (error) {
    throw new Refused(400, error instanceof Error ? error.message : String(error));
  }
}

const isRedelivery = (order: unknown): boolean =>
  (order as { fault?: unknown } | null)?.fault === 'redeliver';

async function redeliver(order: unknown, functions: Pick<Functions, 'redeliver'>) {
  const parsed = redelivery.safeParse(order);
  if (!parsed.success) throw new Refused(400, `This is no redelivery: ${z.prettifyError(parsed.error)}`);
  const result = await functions.redeliver(parsed.data.operation);
  if (!result) throw new Refused(409, `${parsed.data.operation} has had no batch of a stream yet.`);
  return result.kind === 'ok' ? 'handled' : 'failed';
}
