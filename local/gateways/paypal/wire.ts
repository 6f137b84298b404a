// How an answer leaves, and how each planted fault spoils one. PayPal signs no answers.
// @see https://developer.paypal.com/api/rest/responses/
import type { CallFault } from '../faults.ts';
import type { WireAnswer } from '../http.ts';
import { newId } from './ids.ts';
import { failure, ok, oauthError, type Reply } from './replies.ts';

type Written = WireAnswer & { kind: 'answer' };

const holdMs = 30_000;
export const slowMs = 3_000;

export function answered({ status, body, debugId }: Reply): Written {
  const headers = { 'PayPal-Debug-Id': debugId, 'cache-control': 'max-age=0, no-cache, no-store' };
  return { kind: 'answer', status, contentType: 'application/json', body, headers };
}

/** The request is not carried out. */
export function instead(fault: CallFault, ms = holdMs): WireAnswer | undefined {
  if (fault === 'reset_before') return { kind: 'reset' };
  if (fault === 'timeout_before') return { kind: 'hold', ms };
  return fault === 'http_500_before' ? answered(failure(503)) : undefined;
}

/** The request was carried out, and this is what the merchant gets to see of it. */
export function spoiled(reply: Reply, fault: CallFault, isToken: boolean, ms?: number): WireAnswer {
  const whole = answered(reply);
  switch (fault) {
    case 'reset_after':
      return { kind: 'reset' };
    case 'timeout_after':
      return { kind: 'hold', ms: ms ?? holdMs };
    case 'http_500_after':
      return answered(failure(500));
    case 'html_200':
      return { ...whole, status: 200, contentType: 'text/html; charset=utf-8', body: page };
    case 'truncated':
      return { ...whole, body: whole.body.slice(0, Math.floor(whole.body.length / 2)) };
    case 'slow':
      return { ...whole, afterMs: ms ?? slowMs };
    case 'bad_signature':
      return { ...whole, status: 200, body: otherShape };
    case 'wrong_order':
      return answered(misplaced(reply));
    case 'unknown_code':
      return answered(isToken ? oauthError(400, unheardOf, 'Something new.') : strange());
    case 'reset_before':
    case 'timeout_before':
    case 'http_500_before':
    case 'rate_limited':
      return whole;
  }
}

export function rateLimited(): Reply {
  const issue = 'RATE_LIMIT_REACHED';
  return failure(429, { code: issue, details: [{ issue, description: 'Too many requests.' }] });
}

const unheardOf = 'NEVER_HEARD_OF';

function strange(): Reply {
  return failure(422, { code: unheardOf, details: [{ issue: unheardOf, description: 'Something new.' }] });
}

/** Somebody else's order. To a call that was refused, or asked for no order, it is the answer of another call. */
function misplaced({ status, body }: Reply): Reply {
  const own = (status < 300 ? JSON.parse(body) : {}) as { id?: string; custom_id?: string };
  const stranger = newId();
  if (own.id === undefined) return ok({ id: stranger, status: 'CREATED', links: [] });
  const text = body.replaceAll(own.id, stranger);
  const renamed = text.replaceAll(/"(custom_id|invoice_id)":"[^"]*"/g, '"$1":"order_of_somebody_else"');
  return ok(JSON.parse(renamed) as object, status);
}

const otherShape = JSON.stringify({ items: [], total_items: 0, total_pages: 0 });
const page = '<!doctype html><title>PayPal</title><h1>This page isn’t available right now</h1>\n';
