// What the service keeps of genuine callbacks that it did not follow, and what it says of them.
import { expect } from '@jest/globals';
import type { Line } from '../../local/journal.ts';
import { stateText, type Rows } from './state.ts';
import type { Answer, World } from './world.ts';

/** Of all payments, or of one. */
export function linesOf({ lines }: World, name: string, transactionId?: string): Line[] {
  return lines.filter(
    (line) => line.name === name && (transactionId === undefined || line.transaction_id === transactionId),
  );
}

/** Demands that it was said so often: what functions print comes a moment after what they answer. */
export async function saidOf(
  world: World,
  name: string,
  times: number,
  transactionId?: string,
): Promise<void> {
  const said = () => linesOf(world, name, transactionId).length;
  for (const end = Date.now() + 2_000; said() < times && Date.now() < end;)
    await new Promise((resolve) => setTimeout(resolve, 5));
  expect({ name, times: said() }).toEqual({ name, times });
}

/** Newest first. */
export async function quarantinedOf(world: World, channel: string): Promise<Record<string, unknown>[]> {
  const query = `channel_code=${channel}&limit=50`;
  const answer = await world.send({ path: '/quarantine', query, as: 'operator' });
  expect(answer.status).toBe(200);
  return answer.json['items'] as Record<string, unknown>[];
}

/**
 * Every row that names one of these, but for when it is asked for next. Of all rows, some belong to payments of earlier
 * scenes, whose time goes on.
 */
export async function rowsAbout(world: World, ...names: readonly string[]): Promise<string> {
  const tables = Object.entries(await world.rows()).map(([table, rows]) => [
    table,
    rows.filter((row) => names.some((name) => JSON.stringify(row).includes(name))),
  ]);
  return stateText(Object.fromEntries(tables) as Rows);
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
