// One payment's life through our bundles, with everything counted that can be: calls, units, bytes, uses of keys.
import { randomBytes } from 'node:crypto';
import type { APIGatewayProxyResult } from 'aws-lambda';
import type { Built } from './build.ts';
import { takeCryptoCount, type CryptoCount } from './crypto-count.ts';
import * as functions from './functions.ts';
import { context, fine, load } from './invoke.ts';
import { startRecorder, type Call } from './recorder.ts';
import type { Surroundings } from './surroundings.ts';

export interface Counted extends CryptoCount {
  readonly calls: readonly Call[];
  /** bytes on standard output */
  readonly logged: number;
}

/** What stood in the calls of the counted payment, to be put in other words when they are repeated. */
export interface Names {
  readonly transactionId: string;
  readonly order: string;
  readonly key: string;
  readonly tradeNo: string;
  readonly digest: string;
  /** the idempotency record's */
  readonly recordId: string;
  readonly tokens: readonly string[];
}

export interface Counts {
  readonly cold: Readonly<Record<functions.Operation, Counted>>;
  readonly warm: Readonly<
    Record<functions.Operation | 'replayedCallback' | 'replayedCreate' | 'publish', Counted>
  >;
  readonly names: Names;
  /** the queue's message of the counted callback */
  readonly message: string;
}

/** Loads the bundles into this process, once per process. */
export async function count(around: Surroundings, built: Built): Promise<Counts> {
  const recorder = await startRecorder(around);
  const everywhere = { dynamodb: recorder.url, sqs: recorder.url, services: recorder.url };
  Object.assign(process.env, functions.environment(around, everywhere));
  const watch = watched(() => recorder.taken());
  const run = (name: string) => {
    const handler = load(built.ours(name));
    return (event: unknown) => watch(() => handler(event, context));
  };
  const putChannel = run('put-channel');
  await putChannel(functions.putChannelEvent(around, `${recorder.url}/gateway.do`));
  const of = Object.fromEntries(
    Object.entries(functions.functionOf).map(([operation, name]) => [operation, run(name)]),
  ) as Record<functions.Operation, ReturnType<typeof run>>;

  const life = async (order: string, key: string, tradeNo: string) => {
    const create = await of.create(functions.createEvent(order, key));
    const { transaction_id: id } = JSON.parse((create.answer as APIGatewayProxyResult).body) as {
      transaction_id: string;
    };
    const callback = functions.callbackForm(id, tradeNo, around.platform);
    takeCryptoCount();
    const receive = await of.receive(functions.callbackEvent(callback));
    const message = String(receive.calls.at(-1)?.input['MessageBody']);
    const apply = await of.apply(functions.queueEvent(message));
    const query = await of.query(functions.queryEvent(id));
    return { id, message, counted: { create, receive, apply, query } };
  };
  const first = await life('order-cold', 'key-cold', '2026112022001400000000000001');
  const names = { order: `order-${mark()}`, key: `key-${mark()}`, tradeNo: '2026112022001400000000000002' };
  const { id, message, counted } = await life(names.order, names.key, names.tradeNo);
  const replayedCallback = await of.apply(functions.queueEvent(message));
  const replayedCreate = await of.create(functions.createEvent(names.order, names.key));
  const publishing = run('publish-events');
  const image = eventRow(counted.apply.calls);
  await publishing({ Records: [{ dynamodb: { NewImage: image } }] });
  const publish = await publishing({ Records: [{ dynamodb: { NewImage: image } }] });
  // Whoever comes after speaks to the provider straight.
  await putChannel(functions.putChannelEvent(around, around.gateway));
  await recorder.stop();
  return {
    cold: first.counted,
    warm: { ...counted, replayedCallback, replayedCreate, publish },
    names: { ...names, transactionId: id, ...hidden(message, counted) },
    message,
  };
}

const mark = () => randomBytes(8).toString('hex');

function watched(taken: () => Call[]) {
  return async (act: () => Promise<unknown>) => {
    takeCryptoCount();
    taken();
    let logged = 0;
    const real = process.stdout.write.bind(process.stdout);
    process.stdout.write = (text: string | Uint8Array) => {
      logged += Buffer.byteLength(text);
      return true;
    };
    try {
      const answer = fine(await act());
      return { answer, calls: taken(), ...takeCryptoCount(), logged };
    } finally {
      process.stdout.write = real;
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

function hidden(message: string, counted: Record<'create' | 'apply', Counted>) {
  const calls = [...counted.create.calls, ...counted.apply.calls];
  const record = calls.find(({ operation }) => operation === 'PutItem')?.input['Item'] as {
    id: { S: string };
  };
  return {
    digest: (JSON.parse(message) as { digest: string }).digest,
    recordId: record.id.S,
    tokens: calls.flatMap(({ input }) => (input['ClientRequestToken'] as string | undefined) ?? []),
  };
}
