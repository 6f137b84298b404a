// The service that the demo talks to: the one that runs already, or one of its own.
import { setTimeout as wait } from 'node:timers/promises';
import { startMachine } from '../machine.ts';
import type { Ready } from '../print.ts';
import { signedFetch, type SignedFetch, type SigningKey } from '../signed-fetch.ts';

export interface Service {
  readonly facts: Ready;
  /** whether the demo started it */
  readonly own: boolean;
  /** to the API, signed as the application */
  readonly call: SignedFetch;
  stop(): Promise<void>;
}

/**
 * @param port where `npm start` put the API; its control address is two above
 * @throws Error when none runs there and none can be started
 */
export async function findService(port: number): Promise<Service> {
  const running = await ready(`http://127.0.0.1:${port + 2}/ready`);
  if (running) return { facts: running, own: false, call: caller(running), stop: () => Promise.resolve() };
  const machine = await startMachine({ port: 0 });
  return { facts: machine, own: true, call: caller(machine), stop: () => machine.stop() };
}

function caller(facts: Ready): SignedFetch {
  return signedFetch(facts, facts.region);
}

async function ready(url: string): Promise<Ready | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    const facts = (await response.json()) as Ready & { readonly ready?: boolean };
    return facts.ready ? facts : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Signs as somebody else than the shop.
 * @param name as `{control}/credentials` lists them
 */
export async function as({ facts }: Service, name: string): Promise<SignedFetch> {
  const response = await fetch(`${facts.control}/credentials`);
  const { credentials } = (await response.json()) as { credentials: (SigningKey & { name: string })[] };
  const found = credentials.find((each) => each.name === name);
  if (!found) throw new Error(`The service has no ${name}.`);
  return signedFetch(found, facts.region);
}

/** ms of real time: a busy computer may need some */
const patience = 20_000;

/** Asks again until the answer is there. @throws Error saying what did not come in time */
export async function until<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  const end = performance.now() + patience;
  while (performance.now() < end) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await wait(50);
  }
  throw new Error(`${what} did not come within ${patience / 1000} seconds.`);
}
