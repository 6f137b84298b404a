// Loading and the first call of each function, in fresh processes, against a bundle that holds nothing but the SDK.
import { once } from 'node:events';
import type { Built } from './build.ts';
import type { Start } from './first-call.ts';
import { functionOf, type Operation } from './functions.ts';
import type { Inputs } from './inputs.ts';
import { environmentOf, median } from './measure.ts';
import { forked, type Surroundings } from './surroundings.ts';

/** CPU ms, medians; `call` stays 0 where only the loading was measured */
export interface ColdStart {
  readonly bytes: number;
  readonly ours: Start;
  readonly sdk: Start;
}

/** The floor with the same clients; what only reads tables needs no more than a query. */
const floors: Readonly<Record<string, string>> = {
  'create-payment': 'sdk-create',
  'put-channel': 'sdk-create',
  'receive-callback': 'sdk-receive',
  'apply-notification': 'sdk-apply',
  'publish-events': 'sdk-publish',
  'create-refund': 'sdk-refund',
  'refund-steps': 'sdk-create',
};

export async function coldStarts(
  around: Surroundings,
  built: Built,
  inputs: Inputs,
  times: number,
): Promise<Record<string, ColdStart>> {
  const operations = Object.entries(functionOf) as [Operation, string][];
  const starts: Record<string, ColdStart> = {};
  for (const name of Object.keys(built.bytes).sort()) {
    const operation = operations.find(([, of]) => of === name)?.[0];
    const events = {
      ours: operation ? await inputs.ours(operation, times) : [],
      sdk: operation ? await inputs.floor(operation, times, 'cold') : [],
    };
    const seen: Record<'ours' | 'sdk', Start[]> = { ours: [], sdk: [] };
    for (let time = 0; time < times; time++) {
      const floor = built.floor(floors[name] ?? 'sdk-query');
      seen.ours.push(await start(around, { path: built.ours(name), event: events.ours[time] }));
      seen.sdk.push(await start(around, { path: floor, event: events.sdk[time] }));
    }
    starts[name] = { bytes: built.bytes[name] ?? 0, ours: middle(seen.ours), sdk: middle(seen.sdk) };
  }
  return starts;
}

async function start(around: Surroundings, what: { path: string; event: unknown }): Promise<Start> {
  const child = forked('first-call.ts', { env: environmentOf(around) });
  const answered = once(child, 'message', { signal: AbortSignal.timeout(30_000) });
  const ended = once(child, 'exit');
  child.send(what);
  const [said] = (await answered) as [Start];
  child.disconnect();
  await ended;
  return said;
}

function middle(starts: readonly Start[]): Start {
  return { load: median(starts.map(({ load }) => load)), call: median(starts.map(({ call }) => call)) };
}
