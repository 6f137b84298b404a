// A fresh process as Lambda starts one: loads a bundle, answers one event, and says how long each took.
import { once } from 'node:events';
import { context, fine, load } from './invoke.ts';

export interface Start {
  /** CPU ms */
  readonly load: number;
  readonly call: number;
}

const cpu = (since?: NodeJS.CpuUsage) => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
};

// Ends with whoever started it.
process.on('disconnect', () => process.exit());
const [{ path, event }] = (await once(process, 'message')) as [{ path: string; event?: unknown }];
const from = process.cpuUsage();
const handler = load(path);
const loaded = cpu(from);
if (event !== undefined) fine(await handler(event, context));
const call = event === undefined ? 0 : cpu(from) - loaded;
process.send?.({ load: loaded, call } satisfies Start);
