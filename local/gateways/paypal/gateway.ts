// One call of a merchant: who it is, what it asks for, carried out, answered, and spoiled where a fault was planted.
import type { AnyCallbackFault, CallFault, Faults } from '../faults.ts';
import type { WireAnswer, WireRequest } from '../http.ts';
import type { Ports } from '../ports.ts';
import type { Books } from './books.ts';
import type { Certificates } from './certificates.ts';
import { enter, giveToken, readBody } from './door.ts';
import { listEvents, listWebhooks, registerWebhook, resendEvent, retrieveEvent } from './notifications.ts';
import { capture, create, retrieve, retrieveCapture, type Asking } from './operations.ts';
import type { Order } from './orders.ts';
import type { Outbox } from './outbox.ts';
import { approveBeforeAnswer, soon } from './payer.ts';
import { refund, retrieveRefund } from './refund-operations.ts';
import { failure, refused, type Reply } from './replies.ts';
import { operationOf, routed, type Asked, type AskedInside } from './routes.ts';
import type { Seller } from './seller.ts';
import { transactionIdOf } from './told.ts';
import { answered, instead, rateLimited, slowMs, spoiled } from './wire.ts';

export interface House {
  readonly ports: Ports;
  readonly faults: Faults;
  readonly sellers: readonly [Seller, Seller];
  readonly books: Books;
  readonly outbox: Outbox;
  readonly certificates: Certificates;
  /** stands where `https://api-m.sandbox.paypal.com` does */
  readonly base: () => string;
}

/** @param request below `/paypal/v1/` or `/paypal/v2/` */
export async function answerCall(house: House, request: WireRequest): Promise<WireAnswer> {
  const { pathname, searchParams } = new URL(request.target, 'http://paypal');
  const asked = routed(request.method, pathname);
  const refuse = (reply: Reply) => {
    tell(house, {
      operation: (asked && (operationOf(asked) ?? asked.what)) ?? 'unknown',
      answer: reply.code,
    });
    return answered(reply);
  };
  if (!asked) return refuse(failure(404));
  if (asked.what === 'token') return carryOut(house, { asked, run: () => giveToken(request, house.sellers) });
  const seller = enter(request, house.sellers);
  if ('refused' in seller) return refuse(seller.refused);
  const body = readBody(request);
  if ('refused' in body) return refuse(body.refused);
  const requestId = headerOf(request, 'paypal-request-id');
  if (requestId !== undefined && requestId.length > 108)
    return refuse(refused('INVALID_STRING_MAX_LENGTH', 'PayPal-Request-Id'));
  const wantsAll = headerOf(request, 'prefer') === 'return=representation';
  const asking: Asking = { seller, body: body.value, requestId, wantsAll, base: house.base() };
  return carryOut(house, { asked, asking, run: () => run(house, asked, asking, searchParams) });
}

interface Job {
  readonly asked: Asked;
  /** absent for a token */
  readonly asking?: Asking;
  readonly run: () => Reply | Promise<Reply>;
}

/** Faults that end in `_before`, and `rate_limited`, leave the request undone; under all others it is carried out. */
async function carryOut(house: House, job: Job): Promise<WireAnswer> {
  const { asked, asking } = job;
  const operation = operationOf(asked);
  const transactionId = asking && ourNumber(asked, asking);
  const { fault, ms } = (operation ? house.faults.takeCall(operation, transactionId) : undefined) ?? {};
  const { what } = asked;
  const undone = fault && instead(fault, ms);
  if (undone) {
    tell(house, { operation: operation ?? what, transactionId, fault });
    return undone;
  }
  const reply =
    fault === 'rate_limited' ? rateLimited() : await alone(job, fault === 'slow' ? (ms ?? slowMs) : 0);
  tell(house, { operation: operation ?? what, transactionId, answer: reply.code, fault });
  return fault ? spoiled(reply, fault, what === 'token', ms) : answered(reply);
}

/** Two requests under one id do not run at once. @param afterMs ms of real time that the first one takes longer */
async function alone({ asked, asking, run: work }: Job, afterMs: number): Promise<Reply> {
  const isGuarded = asked.what === 'create' || asked.what === 'capture' || asked.what === 'refund';
  if (!asking || !isGuarded || asking.requestId === undefined) return work();
  const end = asking.seller.repeats.begin(asking.requestId);
  if (!end) return refused('PREVIOUS_REQUEST_IN_PROGRESS');
  try {
    return await work();
  } finally {
    if (afterMs === 0) end();
    else setTimeout(end, afterMs).unref();
  }
}

async function run(house: House, asked: AskedInside, asking: Asking, query: URLSearchParams): Promise<Reply> {
  switch (asked.what) {
    case 'create':
      return createdQuickly(house, asking);
    case 'retrieve':
      return retrieve(asking, asked.orderId);
    case 'capture':
      return capture(asking, asked.orderId);
    case 'retrieve_capture':
      return retrieveCapture(asking, asked.captureId);
    case 'refund':
      return refundedQuickly(house, asking, asked.captureId);
    case 'retrieve_refund':
      return retrieveRefund(asking, asked.refundId);
    case 'register_webhook':
      return registerWebhook(asking);
    case 'list_webhooks':
      return listWebhooks(asking);
    case 'list_events':
      return listEvents(asking, query);
    case 'retrieve_event':
      return retrieveEvent(asking, asked.eventId);
    case 'resend_event':
      return resendEvent(asking, asked.eventId);
  }
}

const early = (fault: AnyCallbackFault) => fault === 'early';

async function createdQuickly(house: House, asking: Asking): Promise<Reply> {
  const { reply, order } = create(asking);
  if (order && house.faults.takeCallback(transactionIdOf(order), early))
    await approveBeforeAnswer(asking.seller, order, () => house.outbox.idle());
  return reply;
}

/** With the fault, the webhook is there before the answer. */
async function refundedQuickly(house: House, asking: Asking, captureId: string): Promise<Reply> {
  const { reply, refunded } = refund(asking, captureId);
  const { faults, outbox } = house;
  if (refunded && faults.takeCallback(transactionIdOf(refunded.order), early, 'refund'))
    await soon(() => outbox.idle());
  return reply;
}

/** The merchant's number of what is asked about, where the request names one that is known. */
function ourNumber(asked: Asked, { seller, body }: Asking): string | undefined {
  if (asked.what === 'create') {
    const { purchase_units: units } = body as { purchase_units?: { custom_id?: unknown }[] };
    const number = Array.isArray(units) ? units[0]?.custom_id : undefined;
    return typeof number === 'string' ? number : undefined;
  }
  const order = orderOf(asked, seller);
  return order && transactionIdOf(order);
}

function orderOf(asked: Asked, { orders, refunds }: Seller): Order | undefined {
  if ('orderId' in asked) return orders.find(asked.orderId);
  if ('refundId' in asked) return refunds.find(asked.refundId)?.order;
  return 'captureId' in asked ? orders.findCaptured(asked.captureId) : undefined;
}

interface Told {
  readonly operation: string;
  readonly transactionId?: string | undefined;
  /** without it nothing was answered, nor done */
  readonly answer?: string;
  readonly fault?: CallFault | undefined;
}

function tell({ ports }: House, { operation, transactionId, answer, fault }: Told): void {
  ports.onEvent({
    name: 'paypal.called',
    operation,
    transaction_id: transactionId ?? null,
    answer: answer ?? null,
    ...(fault ? { fault } : {}),
  });
}

function headerOf({ headers }: WireRequest, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
