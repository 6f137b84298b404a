// Lives of payments and of their refunds, step by step through our bundles: who is called, with what, and in which order.
import { randomBytes } from 'node:crypto';
import type { APIGatewayProxyResult } from 'aws-lambda';
import * as channels from './channels.ts';
import type { Side } from './channels.ts';
import type { CryptoCount } from './crypto-count.ts';
import * as functions from './functions.ts';
import type { Call } from './recorder.ts';
import type { Surroundings } from './surroundings.ts';
import type { Execution, Workflow } from './workflow.ts';

export interface Counted extends CryptoCount {
  readonly calls: readonly Call[];
  /** bytes on standard output and standard error */
  readonly logged: number;
}

export type Seen = Counted & { readonly answer: unknown };

export interface Cast {
  readonly around: Surroundings;
  readonly workflow: Workflow;
  /** Calls a function by its name, and says what it did. */
  readonly run: (name: string, event: unknown) => Promise<Seen>;
}

/** What stood in the calls of a life, to be put in other words when they are repeated. */
export interface Names {
  readonly transactionId: string;
  readonly order: string;
  readonly key: string;
  readonly tradeNo: string;
  readonly refundNumber: string;
  readonly refundKey: string;
  /** of the notices */
  readonly digests: readonly string[];
  /** of the idempotency records */
  readonly records: readonly string[];
  readonly tokens: readonly string[];
}

export interface Life {
  readonly names: Names;
  /** in the order in which it went */
  readonly counted: Readonly<Record<string, Counted>>;
  /** of the refund's workflow */
  readonly execution: Execution;
}

interface Begun {
  readonly names: Pick<Names, 'order' | 'key' | 'tradeNo' | 'refundNumber' | 'refundKey' | 'transactionId'>;
  readonly refundId: string;
  readonly counted: Record<string, Seen>;
}

/** Sent, answered, and over. Then comes its provider's notice, which is no proof: the provider is asked. */
export async function atOnce(cast: Cast): Promise<Life> {
  const begun = await begin(cast, channels.alipay);
  const { counted, refundId } = begun;
  await step(cast, counted, 'submit');
  counted['refundQuery'] = await cast.run('get-refund', functions.refundQueryEvent(refundId));
  await noticed(cast, channels.alipay, begun, 'hint');
  const hint = counted['hintApply']?.calls.find(({ operation }) => operation === 'SendMessageBatch');
  const [question] = (hint?.input['Entries'] ?? []) as { MessageBody: string }[];
  const follow = functions.queueEvent(question?.MessageBody ?? '');
  counted['hintFollow'] = await cast.run('sync-transaction', follow);
  return lived(cast, begun);
}

/** Sent, and not answered for; settled when it is asked for a second time. */
export async function atSecondLook(cast: Cast): Promise<Life> {
  const begun = await begin(cast, channels.alipay, 'it takes its time');
  await step(cast, begun.counted, 'submitOpen');
  await step(cast, begun.counted, 'look');
  return lived(cast, begun);
}

/** Sent; settled by its provider's notice, before it is asked for. */
export async function byNotice(cast: Cast): Promise<Life> {
  const begun = await begin(cast, channels.weChat);
  await step(cast, begun.counted, 'submitNoticed');
  await noticed(cast, channels.weChat, begun, 'refund');
  await step(cast, begun.counted, 'lookOver');
  return lived(cast, begun);
}

/** Its workflow does nothing, and status sync begins the next. */
export async function lost(cast: Cast): Promise<Record<'refundBegin', Counted>> {
  const { refundId } = await begin(cast, channels.alipay);
  const due = functions.queueEvent(JSON.stringify({ refundId }));
  return { refundBegin: await cast.run('sync-transaction', due) };
}

/** A payment until it is paid, and its refund until it is promised. */
async function begin({ around, run }: Cast, side: Side, reason?: string): Promise<Begun> {
  const marked = (what: string) => `${what}-${randomBytes(8).toString('hex')}`;
  const names = {
    ...{ order: marked('order'), key: marked('key'), tradeNo: tradeNumber() },
    ...{ refundNumber: marked('refund'), refundKey: marked('refund-key') },
  };
  const create = await run('create-payment', functions.createEvent(side, names.order, names.key));
  const transactionId = said(create)['transaction_id'] ?? '';
  const receive = await run('receive-callback', side.paid(around, names.tradeNo, transactionId));
  const message = functions.queueEvent(messageOf(receive));
  const apply = await run('apply-notification', message);
  const query = await run('get-payment', functions.queryEvent(transactionId));
  const replayedCallback = await run('apply-notification', message);
  const replayedCreate = await run('create-payment', functions.createEvent(side, names.order, names.key));
  const asked = functions.refundEvent(transactionId, names.refundNumber, names.refundKey, reason);
  const refund = await run('create-refund', asked);
  const replayedRefund = await run('create-refund', asked);
  const ofPayment = { create, receive, apply, query, replayedCallback, replayedCreate };
  const counted = { ...ofPayment, refund, replayedRefund };
  const refundId = said(refund)['refund_id'] ?? '';
  return { names: { ...names, transactionId }, refundId, counted };
}

export function tradeNumber(): string {
  return `20261120220014${String(randomBytes(5).readUIntBE(0, 5)).padStart(14, '0')}`;
}

async function step({ workflow, run }: Cast, counted: Record<string, Seen>, name: string): Promise<void> {
  await workflow.step(async (payload) => (counted[name] = await run('refund-steps', payload)));
}

async function noticed(
  { around, run }: Cast,
  side: Side,
  { names, refundId, counted }: Begun,
  as: string,
): Promise<void> {
  const event = side.refunded(around, names.tradeNo, names.transactionId, refundId);
  const receive = await run('receive-callback', event);
  const apply = await run('apply-notification', functions.queueEvent(messageOf(receive)));
  Object.assign(counted, { [`${as}Receive`]: receive, [`${as}Apply`]: apply });
}

const said = ({ answer }: Seen) =>
  JSON.parse((answer as APIGatewayProxyResult).body) as Record<string, string>;

/** What receive-callback put on the queue. */
export function messageOf({ calls }: Counted): string {
  return String(calls.at(-1)?.input['MessageBody']);
}

/** @throws Error when the money did not go back: something else was counted then */
async function lived({ workflow, run }: Cast, { names, refundId, counted }: Begun): Promise<Life> {
  const { status } = said(await run('get-refund', functions.refundQueryEvent(refundId)));
  if (status !== 'SUCCESS') throw new Error(`The counted refund is ${status ?? 'nothing'}.`);
  const calls = Object.values(counted).flatMap((each) => each.calls);
  const messages = calls.flatMap(({ input }) => (input['MessageBody'] as string | undefined) ?? []);
  const records = calls.flatMap(({ operation, input }) => {
    const { id } = (input['Item'] ?? {}) as { id?: { S: string } };
    return operation === 'PutItem' && id ? [id.S] : [];
  });
  return {
    names: {
      ...names,
      digests: messages.map((message) => (JSON.parse(message) as { digest: string }).digest),
      records: [...new Set(records)],
      tokens: calls.flatMap(({ input }) => (input['ClientRequestToken'] as string | undefined) ?? []),
    },
    counted,
    execution: workflow.ended(refundId),
  };
}
