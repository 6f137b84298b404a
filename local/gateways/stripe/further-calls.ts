// What the further calls do: Checkout Sessions, events, and where events go. What is refused is thrown, as an ApiError.
// @see https://docs.stripe.com/api/checkout/sessions
// @see https://docs.stripe.com/api/events
import type { Call, Done } from './calls.ts';
import { toldEndpoint, type Endpoint } from './endpoints.ts';
import { ApiError, invalid, missing } from './errors.ts';
import type { Event } from './events.ts';
import { expanded, requireExpandable, requireExpandableInList } from './expand.ts';
import { listed as page } from './lists.ts';
import { read } from './params.ts';
import type { Session } from './sessions.ts';
import { listedEndpoints, listedEvents, listedSessions, newEndpoint, newSession, reading } from './terms.ts';
import { toldSession } from './told-session.ts';

export function createSession({ seller, params, origin }: Call): Done {
  const terms = read(newSession, params);
  requireExpandable('checkout.session', terms.expand);
  const session = seller.sessions.create(terms);
  return { body: expanded(toldSession(session, origin), terms.expand, seller, origin), placed: session };
}

export function readSession(call: Call): Done {
  const { expand } = read(reading, call.params);
  requireExpandable('checkout.session', expand);
  return { body: shown(call, sessionOf(call), expand) };
}

export function listSessions({ seller, params, path, origin }: Call): Done {
  const { payment_intent: intent, status, ...asked } = read(listedSessions, params);
  const found = seller.sessions
    .all()
    .filter((each) => intent === undefined || each.intent?.id === intent)
    .filter((each) => status === undefined || each.status === status);
  const expand = requireExpandableInList('checkout.session', asked.expand);
  const tell = (session: Session) => expanded(toldSession(session, origin), expand, seller, origin);
  return { body: page(found, asked, path, tell) };
}

export function expireSession(call: Call): Done {
  const { expand } = read(reading, call.params);
  requireExpandable('checkout.session', expand);
  const session = sessionOf(call);
  if (session.status !== 'open') {
    const message = `Only Checkout Sessions with a status in ["open"] can be expired. This one has a status of \`${session.status}\`.`;
    throw new ApiError(400, { type: 'invalid_request_error', message }, true);
  }
  call.seller.sessions.expire(session, call.cause);
  return { body: shown(call, session, expand) };
}

export function readEvent({ seller, id, params }: Call): Done {
  read(reading, params);
  const event = seller.events.find(id);
  if (!event) throw missing('event', id, 'id');
  return { body: seller.events.told(event) };
}

export function listEvents({ seller, params, path }: Call): Done {
  const { type, types, delivery_success: delivered, ...asked } = read(listedEvents, params);
  if (type !== undefined && types !== undefined)
    throw invalid('parameters_exclusive', 'Only one of type and types may be passed.');
  const wanted = types ?? (type === undefined ? undefined : [type]);
  const isDelivered = (event: Event) => seller.events.pending(event) === 0;
  const found = seller.events
    .all()
    .filter((event) => wanted === undefined || wanted.some((name) => matches(event.type, name)))
    .filter((event) => delivered === undefined || isDelivered(event) === delivered);
  return { body: page(found, asked, path, (event) => seller.events.told(event)) };
}

export function createEndpoint({ seller, params }: Call): Done {
  const { url, enabled_events: enabledEvents, description, metadata } = read(newEndpoint, params);
  if (enabledEvents.length === 0)
    throw invalid('parameter_missing', 'Missing required param: enabled_events.', 'enabled_events');
  const endpoint = seller.endpoints.register({ url, enabledEvents, description, metadata });
  return { body: toldEndpoint(endpoint, true) };
}

export function readEndpoint(call: Call): Done {
  read(reading, call.params);
  return { body: toldEndpoint(endpointOf(call), false) };
}

export function listEndpoints({ seller, params, path }: Call): Done {
  const asked = read(listedEndpoints, params);
  return { body: page(seller.endpoints.all(), asked, path, (each) => toldEndpoint(each, false)) };
}

export function removeEndpoint(call: Call): Done {
  const { id } = endpointOf(call);
  call.seller.endpoints.remove(endpointOf(call));
  return { body: { id, object: 'webhook_endpoint', deleted: true } };
}

function sessionOf({ seller, id }: Call): Session {
  const session = seller.sessions.find(id);
  if (!session) throw missing('checkout.session', id, 'session');
  return session;
}

function endpointOf({ seller, id }: Call): Endpoint {
  const endpoint = seller.endpoints.find(id);
  if (!endpoint) throw missing('webhook endpoint', id, 'id');
  return endpoint;
}

function shown({ seller, origin }: Call, session: Session, expand: readonly string[]): object {
  return expanded(toldSession(session, origin), expand, seller, origin);
}

/** @param name a type, or the beginning of several: `charge.*` */
function matches(type: string, name: string): boolean {
  return name.endsWith('.*') ? type.startsWith(name.slice(0, -1)) : type === name;
}
