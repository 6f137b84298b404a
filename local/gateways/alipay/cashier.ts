// The cashier: where a payer's browser arrives with an order that the merchant signed, logs in, and pays or does not.
// @see https://opendocs.alipay.com/open/270/105900
import { randomBytes } from 'node:crypto';
import type { Ports } from '../ports.ts';
import { readForm } from './form.ts';
import { obstacles, type Obstacle } from './obstacles.ts';
import { orderPage, paidPage, redirect, refusalPage, unpaidPage } from './pages.ts';
import { placed, type Order } from './order.ts';
import type { OrderMethod } from './request.ts';
import { returnAddress } from './returned.ts';
import type { Seller } from './seller.ts';
import type { Terms } from './terms.ts';
import type { Trade } from './trades.ts';
import type { WireAnswer } from './wire.ts';

interface Session {
  readonly seller: Seller;
  readonly terms: Terms;
  readonly method: OrderMethod;
  readonly returnUrl: string | undefined;
  /** 分; what is paid in the place of the right sum */
  wrongFen?: number | undefined;
}

export class Cashier {
  readonly #sessions = new Map<string, Session>();
  readonly #clock: Pick<Ports, 'now'>;

  constructor(clock: Pick<Ports, 'now'>) {
    this.#clock = clock;
  }

  /** gateway.do, reached by a browser: a session, or the reason why not. No trade comes of it yet. */
  open(order: Order, method: OrderMethod): WireAnswer & { kind: 'answer' } {
    const made = placed(order, method, this.#clock.now());
    if ('code' in made) return refusalPage(made.code, made.words);
    const token = randomBytes(16).toString('hex');
    this.#sessions.set(token, {
      ...{ seller: order.merchant, terms: made.terms, method },
      returnUrl: order.returnUrl,
    });
    return redirect(`/alipay/cashier?session=${token}`);
  }

  /** @param token of the cashier's address */
  show(token: string): WireAnswer {
    const session = this.#sessions.get(token);
    if (!session) return unknown;
    const { seller, terms } = session;
    const obstacle = seller.trades.obstacle(terms);
    return obstacle
      ? refused(obstacle)
      : orderPage({ ...terms, sellerId: seller.application.account.sellerId }, token);
  }

  /** @param body the form: `session`, and `action` = `confirm` or `cancel`; either of them logs in, so a trade exists */
  submit(body: string): WireAnswer {
    const form = new Map(readForm(body));
    const session = this.#sessions.get(form.get('session') ?? '');
    const action = form.get('action');
    if (!session || (action !== 'confirm' && action !== 'cancel')) return unknown;
    const { seller, terms, method, returnUrl } = session;
    const trade = seller.trades.enter(terms);
    if ('refused' in trade) return refused(trade.refused);
    if (action === 'cancel') return unpaidPage(trade.tradeNo);
    seller.trades.pay(trade, session.wrongFen);
    if (returnUrl === undefined) return paidPage(trade.tradeNo);
    return redirect(returnAddress(returnUrl, method, trade, seller.application, this.#clock.now()));
  }

  /** Makes the payer of a session pay another sum, to be found out. @param fen undefined: the right one */
  misprice(token: string, fen: number | undefined): void {
    const session = this.#sessions.get(token);
    if (session) session.wrongFen = fen;
  }

  /** The trade that came of a session. */
  tradeOf(token: string): Trade | undefined {
    const session = this.#sessions.get(token);
    return session?.seller.trades.find({ outTradeNo: session.terms.outTradeNo });
  }
}

const unknown: WireAnswer = {
  ...refusalPage(
    'SESSION_UNKNOWN',
    'The cashier does not know this visit. No money moved by it. Open the link of the shop again.',
  ),
  status: 404,
};

function refused(obstacle: Obstacle): WireAnswer {
  const { code, words } = obstacles[obstacle];
  return refusalPage(code, words);
}
