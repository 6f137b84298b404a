// `_control`: plays payers, plants faults, shows the providers' books and what became of their callbacks.
import * as z from 'zod';
import { parsed, type FaultPlan } from './faults.ts';
import { Refused } from './http.ts';
import type { BooksFacts, LocalProvider, Means } from './provider.ts';

/** How a payer sees a transaction: by GET over the service's own API. `undefined` = there is none. */
export type TransactionPort = (
  transactionId: string,
) => Promise<{ readonly prepay_info?: unknown } | undefined>;

export interface Control {
  readonly providers: readonly LocalProvider[];
  readonly faults: FaultPlan;
  readonly transaction: TransactionPort;
  /** where the gateways listen, without a slash at the end */
  readonly origin: () => string;
}

type Route = (query: URLSearchParams, body: unknown) => unknown;

const parameters = z.record(z.string(), z.string());
const prepayInfo = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('qr_code'), qr_code: z.string() }),
  z.object({ kind: z.literal('redirect_url'), url: z.string() }),
  z.object({ kind: z.literal('client_secret'), client_secret: z.string() }),
  z.object({ kind: z.literal('jsapi_parameters'), parameters }),
  z.object({ kind: z.literal('app_parameters'), parameters }),
]);
const payBody = z.strictObject({
  transaction_id: z.string().min(1),
  outcome: z.enum(['success', 'decline', 'abandon', 'pending']),
  amount: z.string().optional(),
  method: z.string().optional(),
  prepay_info: z.unknown().optional(),
  /** false: the browser is closed before it is back at the shop */
  return: z.boolean().default(true),
});
const rotateBody = z.strictObject({ provider: z.string() });
const decideBody = z.strictObject({
  refund_id: z.string().optional(),
  /** instead: its next refund */
  transaction_id: z.string().optional(),
  outcome: z.enum(['success', 'failed', 'abnormal', 'insufficient_balance', 'returned', 'pending']),
});
const consoleBody = z.strictObject({ transaction_id: z.string().min(1), amount: z.string() });
const resendBody = z.strictObject({ transaction_id: z.string().min(1) });

/** Handlers by `METHOD path`; what they return is sent as JSON. They throw Refused. */
export function controlRoutes({
  providers,
  faults,
  transaction,
  origin,
}: Control): Readonly<Record<string, Route>> {
  return {
    'POST /_control/pay': async (_query, body) => {
      const order = parsed(payBody, body);
      const { transaction_id: transactionId, outcome, amount, method, return: comesBack } = order;
      const means = await shown(transactionId, order.prepay_info, transaction);
      const provider = owner(means, providers, origin());
      const paid = await provider.pay(means, { outcome, amount, method, comesBack, origin: origin() });
      return { transaction_id: transactionId, ...paid };
    },
    'GET /_control/books': (query) => {
      const name = query.get('provider');
      const asked = providers.filter((each) => name === null || each.name === name);
      if (asked.length > 0) return together(asked.map((each) => each.books()));
      const names = providers.map((each) => each.name).join(', ');
      throw new Refused(404, `No provider ${name ?? ''} here: there are ${names}.`);
    },
    'GET /_control/callbacks': (query) => ({
      callbacks: callbacks(providers, query.get('transaction_id') ?? undefined),
    }),
    'POST /_control/callbacks/resend': async (_query, body) => {
      const { transaction_id: transactionId } = parsed(resendBody, body);
      const sent = await Promise.all(providers.map((each) => each.resend(transactionId)));
      if (sent.includes(true)) return { callbacks: callbacks(providers, transactionId) };
      throw new Refused(404, `Nothing to tell of ${transactionId}: no trade of it was paid or closed.`);
    },
    'POST /_control/refunds/decide': (_query, body) => {
      const { refund_id: refundId, transaction_id: transactionId, outcome } = parsed(decideBody, body);
      const decided = refunding(providers).some((refunds) =>
        refundId === undefined
          ? transactionId !== undefined && refunds.decideNext(transactionId, outcome)
          : refunds.decide(refundId, outcome),
      );
      if (decided) return { refund_id: refundId, transaction_id: transactionId, outcome };
      throw new Refused(404, 'No provider here has such a refund, or such a payment. Nothing was decided.');
    },
    'POST /_control/refunds/console': (_query, body) => {
      const { transaction_id: transactionId, amount } = parsed(consoleBody, body);
      for (const refunds of refunding(providers)) {
        const made = refunds.console(transactionId, amount);
        if (made) return made;
      }
      throw new Refused(404, `No provider here has taken money for ${transactionId}. No money moved.`);
    },
    'POST /_control/keys/rotate': async (_query, body) => {
      const { provider: name } = parsed(rotateBody, body);
      const provider = providers.find((each) => each.name === name);
      if (provider?.rotateKeys) return { key: await provider.rotateKeys() };
      throw new Refused(404, `${name} proves itself by one key here, or there is no such provider.`);
    },
    'GET /_control/faults': () => ({ faults: faults.list() }),
    'POST /_control/faults': (_query, body) => {
      faults.plant(body);
      return { faults: faults.list() };
    },
    'DELETE /_control/faults': () => {
      faults.clear();
      return { faults: faults.list() };
    },
  };
}

function refunding(providers: readonly LocalProvider[]) {
  return providers.flatMap(({ refunds }) => (refunds ? [refunds] : []));
}

/** What the payer pays by. */
async function shown(transactionId: string, given: unknown, transaction: TransactionPort): Promise<Means> {
  const prepay = given ?? (await lookUp(transactionId, transaction));
  if (prepay === undefined || prepay === null) {
    throw new Refused(
      409,
      `${transactionId} shows nothing to pay with: it has no prepay_info. No money moved.`,
    );
  }
  const info = prepayInfo.safeParse(prepay);
  if (info.success) return info.data;
  throw unpayable();
}

function owner(means: Means, providers: readonly LocalProvider[], origin: string): LocalProvider {
  const found = providers.find((each) => each.owns(means, origin));
  if (found) return found;
  if (means.kind !== 'redirect_url') throw unpayable();
  throw new Refused(
    422,
    `prepay_info: the url does not lead to a provider here (${origin}). No money moved.`,
  );
}

function unpayable(): Refused {
  return new Refused(
    422,
    'prepay_info: a payer needs {"kind":"qr_code","qr_code":"https://…" or "weixin://…"}, ' +
      '{"kind":"redirect_url","url":"http…"}, {"kind":"client_secret","client_secret":"pi_…"}, ' +
      '{"kind":"jsapi_parameters","parameters":{"package":"prepay_id=…",…}} or ' +
      '{"kind":"app_parameters","parameters":{"order_string":"…"} or {"prepayid":"…",…}}. No money moved.',
  );
}

async function lookUp(transactionId: string, transaction: TransactionPort): Promise<unknown> {
  const found = await transaction(transactionId);
  if (found) return found.prepay_info;
  throw new Refused(404, `There is no transaction ${transactionId}. Send prepay_info to pay without it.`);
}

function callbacks(providers: readonly LocalProvider[], transactionId: string | undefined) {
  const made = providers.flatMap((each) => each.callbacks(transactionId));
  return made.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

/** Account names tell their provider, so none of them meets another. */
function together(books: readonly BooksFacts[]): BooksFacts {
  return {
    charges: books.flatMap(({ charges }) => charges),
    refunds: books.flatMap(({ refunds }) => refunds),
    balances: Object.assign({}, ...books.map(({ balances }) => balances)) as BooksFacts['balances'],
  };
}
