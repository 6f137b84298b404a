// What the service keeps of genuine callbacks that it did not follow, and what it says of them.
import { expect } from '@jest/globals';
import type { Line } from '../../local/journal.ts';
import type { Answer, World } from './world.ts';

/** Of all payments, or of one. */
export function linesOf({ lines }: World, name: string, transactionId?: string): Line[] {
  return lines.filter(
    (line) => line.name === name && (transactionId === undefined || line.transaction_id === transactionId),
  );
}

/** Newest first. */
export async function quarantinedOf(world: World, channel: string): Promise<Record<string, unknown>[]> {
  const query = `channel_code=${channel}&limit=50`;
  const answer = await world.send({ path: '/quarantine', query, as: 'operator' });
  expect(answer.status).toBe(200);
  return answer.json['items'] as Record<string, unknown>[];
}

/** The bytes that are kept with a payment. */
export async function keptOf(world: World, id: string): Promise<Record<string, unknown>[]> {
  const all = Object.values(await world.rows()).flat();
  return all.filter(({ pk, sk }) => pk === id && String(sk).startsWith('CALLBACK#'));
}

/** Why the channel's last callback was refused, in the log's words. */
export const because =
  (channel_code: string, reason: string, outcome = /./) =>
  (_: Answer, { lines }: World): void => {
    const last = lines.findLast(({ name }) => name === 'callback.refused');
    const said = expect.stringMatching(outcome) as unknown;
    expect(last).toMatchObject({ reason, channel_code, outcome: said });
  };
