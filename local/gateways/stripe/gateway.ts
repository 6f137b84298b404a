// One call of a merchant: who it is, what it asks for, carried out once, answered, and spoiled where a fault was planted.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Deliveries } from '../deliveries.ts';
import type { AnyCallbackFault, CallFault, Faults } from '../faults.ts';
import type { WireAnswer, WireRequest } from '../http.ts';
import type { Ports } from '../ports.ts';
import * as payments from './calls.ts';
import { enter, readParams, requireSecretKey } from './entry.ts';
import { ApiError, internal, rateLimited, refusal, type Reply } from './errors.ts';
import type { Params } from './form.ts';
import * as further from './further-calls.ts';
import { requireKey, type Execution } from './idempotency.ts';
import { newId } from './ids.ts';
import { beHeard, payBeforeAnswer } from './payer.ts';
import * as refunding from './refund-calls.ts';
import { routed, type Asked, type CallName } from './routes.ts';
import type { Seller } from './seller.ts';
import { answered, instead, spoiled } from './wire.ts';

export interface House {
  readonly ports: Ports;
  readonly faults: Faults;
  readonly sellers: readonly [Seller, Seller];
  readonly deliveries: Deliveries<AnyCallbackFault>;
  readonly origin: () => string;
}

const calls: Readonly<Record<CallName, (call: payments.Call) => payments.Done>> = {
  ...payments,
  ...further,
  ...refunding,
};

interface Job {
  readonly asked: Asked;
  readonly seller: Seller;
  readonly params: Params;
  readonly isPublic: boolean;
  readonly path: string;
  readonly method: string;
  readonly requestId: string;
  readonly key: string | undefined;
}

const slowMs = 3_000;

/** @param path `/v1/…` */
export async function answerCall(house: House, request: WireRequest, path: string): Promise<WireAnswer> {
  const requestId = newId('req_', 14);
  const asked = routed(request.method, path);
  try {
    const job = { ...prepared(house, request, path, asked), requestId };
    return await carryOut(house, job);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const reply = refusal(error, requestId);
    tell(house, { operation: asked?.operation ?? asked?.name ?? 'unknown', answer: reply.code });
    return answered(reply, { 'request-id': requestId });
  }
}

/** @throws ApiError (400–404) at the door */
function prepared(
  { sellers }: House,
  request: WireRequest,
  path: string,
  asked: Asked | undefined,
): Omit<Job, 'requestId'> {
  const { method } = request;
  const { seller, isPublic } = enter(request, sellers);
  if (!asked) {
    const message = `Unrecognized request URL (${method}: ${path}).`;
    throw new ApiError(404, { type: 'invalid_request_error', message });
  }
  const params = readParams(request);
  if (isPublic) requireSecretKey(asked.name, params);
  const header = method === 'POST' ? request.headers['idempotency-key'] : undefined;
  const key = header === undefined ? undefined : String(header);
  if (key !== undefined) requireKey(key);
  return { asked, seller, params, isPublic, path, method, key };
}

/** Faults that end in `_before`, and `rate_limited`, leave the request undone; under all others it is carried out. */
async function carryOut(house: House, job: Job): Promise<WireAnswer> {
  const { asked, requestId } = job;
  const operation = asked.operation ?? asked.name;
  const transactionId = ourNumber(job);
  const planted = asked.operation && house.faults.takeCall(asked.operation, transactionId);
  const { fault, ms } = planted ?? {};
  const undone = instead(fault, ms);
  if (undone) {
    tell(house, { operation, transactionId, fault });
    return undone;
  }
  // What is slow is told when it was carried out: its answer is still to come.
  let isTold = false;
  const told = (answer: string) => {
    if (!isTold) tell(house, { operation, transactionId, answer, fault });
    isTold = true;
  };
  const slowly = { ...(fault && { fault }), ms, told };
  const reply = fault === 'rate_limited' ? refusal(rateLimited, requestId) : await once(house, job, slowly);
  told(reply.code);
  const used: Record<string, string> = job.key === undefined ? {} : { 'idempotency-key': job.key };
  const whole = answered(reply, { 'request-id': requestId, ...used });
  return fault ? spoiled(whole, fault, requestId, ms) : whole;
}

interface Slowly {
  readonly fault?: CallFault;
  readonly ms: number | undefined;
  readonly told: (answer: string) => void;
}

/** A failure of Stripe's own is kept under the key like any other answer. */
async function once(house: House, job: Job, { fault, ms = slowMs, told }: Slowly): Promise<Reply> {
  const { seller, params, method, path, requestId, key } = job;
  const fails = fault === 'http_500_before' || fault === 'http_500_after';
  const failure = refusal(internal, requestId);
  const execute = async (): Promise<Execution> => {
    if (fault === 'http_500_before') return { reply: failure, began: true };
    const execution = await run(house, job);
    if (fault === 'slow') {
      told(execution.reply.code);
      await sleep(ms, undefined, { ref: false });
    }
    return fails ? { reply: failure, began: true } : execution;
  };
  if (key === undefined) return (await execute()).reply;
  const use = { key, path, request: `${method} ${path} ${canonical(params)}` };
  const reply = await seller.keys.once(use, requestId, execute);
  return fails ? failure : reply;
}

async function run(house: House, job: Job): Promise<Execution> {
  const { asked, seller, key, requestId } = job;
  const cause = { requestId, idempotencyKey: key ?? null };
  try {
    const { body, placed, refund } = calls[asked.name]({
      ...job,
      id: asked.id,
      cause,
      origin: house.origin(),
    });
    const early = (fault: AnyCallbackFault) => fault === 'early';
    if (placed && house.faults.takeCallback(placed.transactionId, early)) {
      await payBeforeAnswer(seller, placed, () => house.deliveries.idle());
    }
    if (refund && house.faults.takeCallback(refund.charge.intent.transactionId, early, 'refund'))
      await beHeard(() => house.deliveries.idle());
    return { reply: { status: 200, body: JSON.stringify(body, null, 2), code: '200' }, began: true };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { reply: refusal(error, requestId), began: error.began };
  }
}

/** The merchant's number of what is asked about, where the request names one that is known. */
function ourNumber({ asked, seller, params }: Job): string | undefined {
  const { intents, sessions, charges, refunds } = seller;
  if (asked.operation === 'refund' || asked.operation === 'refund_query') {
    const named = (name: string) => (typeof params[name] === 'string' ? params[name] : '');
    const charge = charges.get(named('charge')) ?? refunds.find(asked.id)?.charge;
    return (intents.find(named('payment_intent')) ?? charge?.intent)?.transactionId;
  }
  if (asked.operation !== 'prepay') {
    const found = intents.find(asked.id) ?? sessions.find(asked.id) ?? charges.get(asked.id)?.intent;
    return found?.transactionId;
  }
  const { client_reference_id: reference, payment_intent_data: data } = params;
  const inner = typeof data === 'object' ? numberIn(data) : undefined;
  return numberIn(params) ?? inner ?? (typeof reference === 'string' ? reference : undefined);
}

function numberIn({ metadata }: Params): string | undefined {
  const number = typeof metadata === 'object' ? metadata['transaction_id'] : undefined;
  return typeof number === 'string' ? number : undefined;
}

/** The same for the same parameters in any order. */
function canonical(params: Params): string {
  const sorted = (value: Params): object =>
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, each]) => [name, typeof each === 'string' ? each : sorted(each)]);
  return JSON.stringify(sorted(params));
}

interface ToldOf {
  readonly operation: string;
  readonly transactionId?: string | undefined;
  /** without it nothing was answered, nor done */
  readonly answer?: string;
  readonly fault?: CallFault | undefined;
}

function tell({ ports }: House, { operation, transactionId, answer, fault }: ToldOf): void {
  ports.onEvent({
    name: 'stripe.called',
    operation,
    transaction_id: transactionId ?? null,
    answer: answer ?? null,
    ...(fault ? { fault } : {}),
  });
}
