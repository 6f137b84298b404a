// A payer with a phone: opens what the shop showed, and pays, declines or walks away.
import { comeBack, type Returned } from '../browser.ts';
import { Refused } from '../http.ts';
import type { Ports } from '../ports.ts';
import type { Means, Outcome, Payer } from '../provider.ts';
import type { Order } from './orders.ts';
import { obstacles, openedBy, returnOf } from './page.ts';
import { find, open, type Opened } from './phone.ts';
import type { Seller } from './seller.ts';
import { readYuan, yuan } from './yuan.ts';

/** What `_control/pay` answers; amounts in yuan. */
export interface Played {
  readonly outcome: Outcome;
  /** whether the payer opened it */
  readonly scanned: boolean;
  readonly trade_status: Order['status'] | null;
  readonly gateway_transaction_id: string | null;
  readonly amount: string | null;
  readonly returned?: Returned;
}

const codeStart = 'weixin://wxpay/bizpayurl?pr=';
/**
 * `success` pays; `decline` and `pending` open it and leave it waiting; `abandon` never opens it.
 * @throws Refused (4xx) when nobody could pay like this
 */
export async function play(
  means: Means,
  payer: Payer,
  sellers: readonly Seller[],
  fetch: Ports['fetch'],
): Promise<Played> {
  const conduct = conductOf(payer);
  if (payer.outcome === 'abandon') return stayedAway;
  const opened = await openWith(means, sellers, fetch);
  const obstacle = opened.seller.orders.obstacle(opened.prepay);
  if (obstacle) throw new Refused(409, obstacles[obstacle]);
  const { order } = opened.prepay;
  if (payer.outcome === 'success') {
    const { fen = order.terms.totalFen, hasCoupon } = conduct;
    // Half of it, so that there is something left to pay by other means.
    opened.seller.orders.pay(order, fen, hasCoupon ? Math.ceil(fen / 2) : 0);
  }
  const played = told(order, payer.outcome);
  const back = means.kind === 'redirect_url' && payer.comesBack ? returnOf(new URL(means.url)) : undefined;
  return back === undefined ? played : { ...played, returned: await comeBack(back, fetch) };
}

/** So quick that the notification is there before the shop has the answer to its order. */
export async function payBeforeAnswer({ seller, prepay }: Opened, idle: () => Promise<void>): Promise<void> {
  seller.orders.pay(prepay.order);
  await quietOrLate(idle);
}

/** The shop may hold its answer back until it has that of its own call. */
export async function quietOrLate(idle: () => Promise<void>): Promise<void> {
  await Promise.race([idle(), new Promise((resolve) => setTimeout(resolve, 2000).unref())]);
}

export function isCode(text: string): boolean {
  return text.startsWith('weixin://');
}

/** @param amount yuan, a wrong sum; `method` may be `coupon` */
function conductOf({ amount, method }: Payer): { fen: number | undefined; hasCoupon: boolean } {
  if (method !== undefined && method !== 'coupon') {
    throw new Refused(400, 'method: at WeChat Pay there is "coupon", which takes over half of the sum.');
  }
  const fen = amount === undefined ? undefined : readYuan(amount);
  if (amount !== undefined && fen === undefined) {
    throw new Refused(400, 'amount: yuan as text, such as "8.80".');
  }
  return { fen, hasCoupon: method === 'coupon' };
}

async function openWith(means: Means, sellers: readonly Seller[], fetch: Ports['fetch']): Promise<Opened> {
  switch (means.kind) {
    case 'jsapi_parameters':
      return open('jsapi', means.parameters, sellers);
    case 'app_parameters':
      return open('app', means.parameters, sellers);
    case 'qr_code': {
      const code = means.qr_code.startsWith(codeStart) ? means.qr_code.slice(codeStart.length) : '';
      const opened = find(sellers, { code });
      if (opened?.prepay.order.terms.product === 'native') return opened;
      throw new Refused(
        404,
        'WeChat Pay never gave out this QR code. No money moved. Take the qr_code of a transaction made here.',
      );
    }
    case 'redirect_url':
      return browseTo(means.url, sellers, fetch);
    case 'client_secret':
      throw new Refused(422, 'prepay_info: WeChat Pay cannot be paid by this. No money moved.');
  }
}

async function browseTo(link: string, sellers: readonly Seller[], fetch: Ports['fetch']): Promise<Opened> {
  const response = await fetch(link, { redirect: 'manual' });
  const text = await response.text();
  const opened = openedBy(new URL(link), sellers);
  if (response.ok && opened) return opened;
  const [, words = 'it shows no order'] = /<p>([^<]*)<\/p>/.exec(text) ?? [];
  throw new Refused(response.status === 404 ? 404 : 409, `WeChat Pay’s page says: ${words}`);
}

function told({ terms, status, paid }: Order, outcome: Outcome): Played {
  return {
    outcome,
    scanned: true,
    trade_status: status,
    gateway_transaction_id: paid?.transactionId ?? null,
    amount: yuan(paid?.totalFen ?? terms.totalFen),
  };
}

const stayedAway: Played = {
  outcome: 'abandon',
  scanned: false,
  trade_status: null,
  gateway_transaction_id: null,
  amount: null,
};
