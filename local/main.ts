// `npm start`: boots the service on this machine and tells what happens until Ctrl-C.
import { parseArgs } from 'node:util';
import type { Line } from './journal.ts';
import { CannotStart } from './listen.ts';
import { startMachine } from './machine.ts';
import { banner, readable } from './print.ts';

const help = `
Runs the payment service on this machine, from its own CloudFormation template.

  npm start -- [--port N] [--data DIR] [--json]

  --port N    API on N, gateways on N+1, control on N+2; 0 = any free (4000)
  --data DIR  keep tables, queues and secrets in DIR (else in memory)
  --json      one JSON object per line: first "ready", then what happens
  --help      this page
`;

const defaultPort = 4000;
/** ms until the process ends in any case */
const patience = 1_800;

function readOptions(): { port: number; data: string | undefined; json: boolean; help: boolean } {
  const options = {
    port: { type: 'string', default: String(defaultPort) },
    data: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  } as const;
  const { values } = parse(() => parseArgs({ options }));
  const port = Number(values.port);
  if (!/^\d+$/.test(values.port) || port > 65_533)
    throw new CannotStart(`--port takes a number from 0 to 65533, not "${values.port}".`);
  return { ...values, port, data: values.data };
}

function parse<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new CannotStart(`${error instanceof Error ? error.message : String(error)}\n${help}`);
  }
}

function onSignal(stop: () => Promise<void>): void {
  let ending = false;
  const end = (): void => {
    if (ending) return;
    ending = true;
    // Asked to end: done within two seconds, whatever still hangs.
    setTimeout(() => process.exit(0), patience).unref();
    void stop().then(() => process.exit(0));
  };
  process.on('SIGINT', end).on('SIGTERM', end);
}

async function main(): Promise<void> {
  const { port, data, json, help: wanted } = readOptions();
  if (wanted) {
    console.log(help);
    return;
  }
  // Nobody reads any more (the terminal is gone): as good as Ctrl-C.
  process.stdout.on('error', () => process.exit(0));
  let stop = (): Promise<void> => Promise.resolve();
  onSignal(() => stop());
  let ready = false;
  const early: Line[] = [];
  const print = (line: Line): void => {
    // In JSON the first line is the ready line; people may as well see what takes the time.
    if (json && !ready) early.push(line);
    else console.log(json ? JSON.stringify(line) : readable(line));
  };
  const machine = await startMachine({
    port,
    since: 0,
    onLine: print,
    ...(data === undefined ? {} : { dataDir: data }),
  });
  stop = () => machine.stop();
  ready = true;
  const { api, gateways, control, region, accessKeyId, secretAccessKey, readyMs } = machine;
  const facts = { api, gateways, control, region, accessKeyId, secretAccessKey, readyMs };
  console.log(json ? JSON.stringify({ ready: true, ...facts }) : banner(facts, data));
  for (const line of early) print(line);
}

main().catch((error: unknown) => {
  const why = error instanceof Error ? error.message : String(error);
  console.error(error instanceof CannotStart ? why : `The start failed, and nothing is left running. ${why}`);
  process.exit(1);
});
