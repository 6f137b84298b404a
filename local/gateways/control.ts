// `_control`: plays payers, plants faults, shows the provider's books and what became of its callbacks.
import * as z from 'zod';
import type { Alipay, Means } from './alipay/provider.ts';
import { parsed, type Faults } from './faults.ts';
import { Refused } from './http.ts';

/** How a payer sees a transaction: by GET over the service's own API. `undefined` = there is none. */
export type TransactionPort = (
  transactionId: string,
) => Promise<{ readonly prepay_info?: unknown } | undefined>;

export interface Control {
  readonly alipay: Alipay;
  readonly faults: Faults;
  readonly transaction: TransactionPort;
  /** where the gateways listen, without a slash at the end */
  readonly origin: () => string;
}

type Route = (query: URLSearchParams, body: unknown) => unknown;

const prepayInfo = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('qr_code'), qr_code: z.string() }),
  z.object({ kind: z.literal('redirect_url'), url: z.string() }),
  z.object({ kind: z.literal('app_parameters'), parameters: z.object({ order_string: z.string() }) }),
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
const resendBody = z.strictObject({ transaction_id: z.string().min(1) });

/** Handlers by `METHOD path`; what they return is sent as JSON. They throw Refused. */
export function controlRoutes({
  alipay,
  faults,
  transaction,
  origin,
}: Control): Readonly<Record<string, Route>> {
  return {
    'POST /_control/pay': async (_query, body) => {
      const order = parsed(payBody, body);
      const { transaction_id: transactionId, outcome, amount, return: comesBack } = order;
      const means = await shown(transactionId, order.prepay_info, transaction);
      const paid = await alipay.pay(means, { outcome, amount, comesBack, origin: origin() });
      return { transaction_id: transactionId, ...paid };
    },
    'GET /_control/books': (query) => {
      requireAlipay(query.get('provider') ?? 'alipay');
      return alipay.books();
    },
    'GET /_control/callbacks': (query) => ({
      callbacks: alipay.callbacks(query.get('transaction_id') ?? undefined),
    }),
    'POST /_control/callbacks/resend': async (_query, body) => {
      const { transaction_id: transactionId } = parsed(resendBody, body);
      if (!(await alipay.resend(transactionId))) {
        throw new Refused(404, `Nothing to tell of ${transactionId}: no trade of it was paid or closed.`);
      }
      return { callbacks: alipay.callbacks(transactionId) };
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
  throw new Refused(
    422,
    'prepay_info: an Alipay payer needs {"kind":"qr_code","qr_code":"https://…"}, {"kind":"redirect_url","url":"http…"} ' +
      'or {"kind":"app_parameters","parameters":{"order_string":"…"}}.',
  );
}

async function lookUp(transactionId: string, transaction: TransactionPort): Promise<unknown> {
  const found = await transaction(transactionId);
  if (found) return found.prepay_info;
  throw new Refused(404, `There is no transaction ${transactionId}. Send prepay_info to pay without it.`);
}

function requireAlipay(provider: string): void {
  if (provider !== 'alipay') throw new Refused(404, `No provider ${provider} here: there is alipay.`);
}
