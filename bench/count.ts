// Payments and refunds through our bundles, with everything counted that can be: calls, units, bytes, uses of keys.
import type { Built } from './build.ts';
import * as channels from './channels.ts';
import { takeCryptoCount } from './crypto-count.ts';
import * as functions from './functions.ts';
import { context, fine, load, type Handler } from './invoke.ts';
import { atOnce, atSecondLook, byNotice, lost, type Counted, type Life, type Seen } from './lives.ts';
import { startRecorder, type Call } from './recorder.ts';
import type { Surroundings } from './surroundings.ts';
import { openWorkflow, type Execution } from './workflow.ts';

/** How a refund can go. */
export type Way = 'atOnce' | 'byNotice' | 'atSecondLook';

export interface Counts {
  /** of a process's first time */
  readonly cold: Readonly<Record<string, Counted>>;
  readonly warm: Readonly<Record<string, Counted>>;
  /** whose calls are repeated when an operation is measured */
  readonly lives: Readonly<Record<functions.Operation, Life>>;
  readonly executions: Readonly<Record<Way, Execution>>;
}

/** Loads the bundles into this process, once per process. */
export async function count(around: Surroundings, built: Built): Promise<Counts> {
  const workflow = await openWorkflow();
  const recorder = await startRecorder({ ...around, states: workflow.url });
  const everywhere = { dynamodb: recorder.url, sqs: recorder.url, services: recorder.url };
  Object.assign(process.env, functions.environment(around, everywhere));
  const watch = watched(() => recorder.taken());
  const handlers = new Map<string, Handler>();
  const run = (name: string, event: unknown) => {
    const handler = handlers.get(name) ?? load(built.ours(name));
    handlers.set(name, handler);
    return watch(() => handler(event, context));
  };
  const cast = { around, workflow, run };
  await run('put-channel', channels.alipay.putChannel(around, `${recorder.url}/gateway.do`));
  await run('put-channel', channels.weChat.putChannel(around, recorder.url));
  const { counted: cold } = await atOnce(cast);
  const life = await atOnce(cast);
  const looked = await atSecondLook(cast);
  await byNotice(cast);
  const told = await byNotice(cast);
  const begun = await lost(cast);
  const event = { Records: [{ dynamodb: { NewImage: eventRow(life.counted['apply']?.calls ?? []) } }] };
  await run('publish-events', event);
  const publish = await run('publish-events', event);
  // Whoever comes after speaks to the provider straight.
  await run('put-channel', channels.alipay.putChannel(around, around.gateway));
  await recorder.stop();
  await workflow.stop();
  const { submitOpen, look } = looked.counted as Record<'submitOpen' | 'look', Counted>;
  const { submitNoticed, refundReceive, refundApply, lookOver } = told.counted as Record<
    'submitNoticed' | 'refundReceive' | 'refundApply' | 'lookOver',
    Counted
  >;
  const ways = { submitOpen, look, submitNoticed, refundReceive, refundApply, lookOver };
  const ofPayment = { create: life, receive: life, apply: life, query: life };
  return {
    cold,
    warm: { ...life.counted, publish, ...ways, ...begun },
    lives: { ...ofPayment, refund: life, submit: life, look: looked, refundApply: told },
    executions: {
      ...{ atOnce: life.execution, byNotice: told.execution },
      atSecondLook: looked.execution,
    },
  };
}

function watched(taken: () => Call[]) {
  const outputs = [process.stdout, process.stderr];
  return async (act: () => Promise<unknown>): Promise<Seen> => {
    takeCryptoCount();
    taken();
    let logged = 0;
    const real = outputs.map((each) => each.write.bind(each));
    for (const each of outputs)
      each.write = (text: string | Uint8Array) => {
        logged += Buffer.byteLength(text);
        return true;
      };
    try {
      const answer = fine(await act());
      return { answer, calls: taken(), ...takeCryptoCount(), logged };
    } finally {
      for (const [place, each] of outputs.entries()) if (real[place]) each.write = real[place];
    }
  };
}

interface Put {
  readonly Put?: { readonly TableName: string; readonly Item: Record<string, unknown> };
}

export function putsOf(calls: readonly Call[]): NonNullable<Put['Put']>[] {
  const writes = calls.flatMap(({ input }) => (input['TransactItems'] ?? []) as Put[]);
  return writes.flatMap(({ Put }) => (Put ? [Put] : []));
}

function eventRow(calls: readonly Call[]): object {
  return putsOf(calls).find(({ TableName }) => TableName === 'events')?.Item ?? {};
}
