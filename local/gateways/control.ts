// `_control`: plays payers, plants faults, shows the provider's books and what became of its callbacks.
import * as z from 'zod';
import type { Alipay } from './alipay/provider.ts';
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
}

type Route = (query: URLSearchParams, body: unknown) => unknown;

const prepayInfo = z.object({ kind: z.literal('qr_code'), qr_code: z.string() });
const payBody = z.strictObject({
  transaction_id: z.string().min(1),
  outcome: z.enum(['success', 'decline', 'abandon', 'pending']),
  amount: z.string().optional(),
  method: z.string().optional(),
  prepay_info: z.unknown().optional(),
});
const resendBody = z.strictObject({ transaction_id: z.string().min(1) });

/** Handlers by `METHOD path`; what they return is sent as JSON. They throw Refused. */
export function controlRoutes({ alipay, faults, transaction }: Control): Readonly<Record<string, Route>> {
  return {
    'POST /_control/pay': async (_query, body) => {
      const order = parsed(payBody, body);
      const code = await shownCode(order.transaction_id, order.prepay_info, transaction);
      return { transaction_id: order.transaction_id, ...alipay.pay(code, order.outcome, order.amount) };
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

async function shownCode(
  transactionId: string,
  given: unknown,
  transaction: TransactionPort,
): Promise<string> {
  const shown = given ?? (await lookUp(transactionId, transaction));
  if (shown === undefined || shown === null) {
    throw new Refused(
      409,
      `${transactionId} shows nothing to pay with: it has no prepay_info. No money moved.`,
    );
  }
  const info = prepayInfo.safeParse(shown);
  if (info.success) return info.data.qr_code;
  throw new Refused(422, 'prepay_info: an Alipay payer needs {"kind":"qr_code","qr_code":"https://…"}.');
}

async function lookUp(transactionId: string, transaction: TransactionPort): Promise<unknown> {
  const found = await transaction(transactionId);
  if (found) return found.prepay_info;
  throw new Refused(404, `There is no transaction ${transactionId}. Send prepay_info to pay without it.`);
}

function requireAlipay(provider: string): void {
  if (provider !== 'alipay') throw new Refused(404, `No provider ${provider} here: there is alipay.`);
}
