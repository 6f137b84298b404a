// Alipay, put together: sellers, books, notifications, the cashier, and its addresses.
import { Deliveries } from '../deliveries.ts';
import { Refused } from '../http.ts';
import type { CallbackFault, Faults } from '../faults.ts';
import type { Ports } from '../ports.ts';
import type { LocalRefunds } from '../provider.ts';
import { Application, type Account, type AccountFacts } from './application.ts';
import { Books } from './books.ts';
import { payInBrowser } from './browser.ts';
import { buyer } from './buyer.ts';
import { Cashier } from './cashier.ts';
import { openAuthority } from './certificates.ts';
import { charges, refundRows, type Charge, type RefundRow } from './charges.ts';
import { addressed, manners, type Delivery } from './deliveries.ts';
import { answer, read, sellerOf, type House } from './gateway.ts';
import { noticeOf, refundNotice } from './notice.ts';
import { payByCode, payInApp, wrongSum, type Outcome, type Paid } from './payer.ts';
import { refundDesk } from './refund-desk.ts';
import { Refunds, type Refund } from './refunds.ts';
import { newPair } from './rsa2.ts';
import type { Seller } from './seller.ts';
import { Trades, type Trade } from './trades.ts';
import type { WireAnswer } from './wire.ts';
import { yuan } from './yuan.ts';

/** What the shop showed to the payer. */
export type Means =
  | { readonly kind: 'qr_code'; readonly qr_code: string }
  | { readonly kind: 'redirect_url'; readonly url: string }
  | { readonly kind: 'app_parameters'; readonly parameters: { readonly order_string: string } };

export interface Payer {
  readonly outcome: Outcome;
  /** yuan, a wrong sum */
  readonly amount?: string | undefined;
  /** false: a browser that does not come back to the shop */
  readonly comesBack: boolean;
  /** where this Alipay listens, `http://127.0.0.1:<port>` */
  readonly origin: string;
}

export interface Alipay {
  /** of the first application, which is in public-key mode */
  readonly account: Account;
  readonly merchantPrivateKeyPem: string;
  readonly platformPublicKeyPem: string;
  /** all applications as they stand now: the first, then one in certificate mode */
  accounts(): readonly AccountFacts[];
  /**
   * A merchant uploads the public key of its application.
   * @returns the application certificate (PEM) in certificate mode
   * @throws Refused (404) for an unknown application, (422) for what is not RSA of 2048 bits
   */
  registerKey(appId: string, publicKeyPem: string): string | undefined;
  /** gateway.do. @param query, body raw */
  call(query: string, body: string): Promise<WireAnswer>;
  readonly cashier: Cashier;
  /** @throws Refused */
  pay(means: Means, payer: Payer): Promise<Paid>;
  books(): { charges: Charge[]; refunds: RefundRow[]; balances: Record<string, string> };
  readonly refunds: LocalRefunds;
  callbacks(transactionId?: string): readonly Delivery[];
  /** @returns whether there was something to send again */
  resend(transactionId: string): Promise<boolean>;
  idle(): Promise<void>;
  stop(): void;
}

/** With keys of its own, new at every start. @param accounts of the public-key and of the certificate mode */
export async function openAlipay(
  accounts: readonly [Account, Account],
  ports: Ports,
  faults: Faults<CallbackFault>,
): Promise<Alipay> {
  const house = await furnish(accounts, ports, faults);
  const { sellers, books, deliveries, cashier } = house;
  const { account, merchantPrivatePem, signers } = sellers[0].application;
  return {
    account,
    merchantPrivateKeyPem: merchantPrivatePem,
    platformPublicKeyPem: signers.platform.publicPem,
    accounts: () => sellers.map(({ application }) => application.facts()),
    registerKey(appId, publicKeyPem) {
      const seller = sellerOf(house, appId);
      if (!seller) throw new Refused(404, `Alipay has no application ${appId}. Nothing was registered.`);
      return seller.application.register(publicKeyPem);
    },
    call: (query, body) => answer(house, read(house, query, body)),
    cashier,
    pay: (means, payer) => pay(house, means, payer),
    books: () => ({
      charges: charges(books, sellers),
      refunds: refundRows(sellers),
      balances: books.balances(),
    }),
    refunds: refundDesk(sellers, ports),
    callbacks: (transactionId) => deliveries.made(transactionId),
    resend: (transactionId) => deliveries.resend(transactionId),
    idle: () => deliveries.idle(),
    stop() {
      for (const { trades } of sellers) trades.stop();
      deliveries.stop();
    },
  };
}

async function furnish(
  [open, certified]: readonly [Account, Account],
  ports: Ports,
  faults: Faults<CallbackFault>,
): Promise<House> {
  const [stranger, authority] = await Promise.all([newPair(), openAuthority(ports)]);
  const applications = await Promise.all([
    Application.open(open, 'ALIPAY', stranger),
    Application.open(certified, 'ALIPAY_CERT', stranger, authority),
  ]);
  const [books, deliveries] = [new Books(), new Deliveries(ports, faults, manners)];
  const seat = (application: Application): Seller => {
    const refunds = new Refunds(ports, (refund) => {
      refunded(refund, refunds.sum(refund.trade), application, { ports, books, deliveries });
    });
    const trades = new Trades(ports, (trade) => {
      ended(trade, application, { ports, books, deliveries });
    });
    return { application, trades, refunds };
  };
  const sellers = [seat(applications[0]), seat(applications[1])] as const;
  return { ports, faults, sellers, books, deliveries, cashier: new Cashier(ports) };
}

/** A trade was paid or closed: the books first, then the shop. */
function ended(
  trade: Trade,
  { account, signers }: Application,
  { ports, books, deliveries }: Pick<House, 'ports' | 'books' | 'deliveries'>,
): void {
  const { tradeNo, terms, paidAt, totalFen } = trade;
  if (paidAt !== undefined) {
    books.charge({ at: paidAt, tradeNo, outTradeNo: terms.outTradeNo }, buyer.id, account.sellerId, totalFen);
  }
  ports.onEvent({
    name: paidAt === undefined ? 'alipay.trade_closed' : 'alipay.trade_paid',
    transaction_id: terms.outTradeNo,
    gateway_transaction_id: tradeNo,
    amount: yuan(totalFen),
  });
  if (!terms.notifyUrl) return;
  const fields = noticeOf(trade, account, ports.now());
  deliveries.announce(addressed(terms.outTradeNo, terms.notifyUrl, fields, signers));
}

/** Money went back: the books first, then the shop, at the address that its payment is told at. */
function refunded(
  refund: Refund,
  sumFen: number,
  { account, signers }: Application,
  { ports, books, deliveries }: Pick<House, 'ports' | 'books' | 'deliveries'>,
): void {
  const { trade, number, fen } = refund;
  const { tradeNo, terms } = trade;
  const now = ports.now();
  books.refund({ at: now, tradeNo, outTradeNo: terms.outTradeNo }, buyer.id, account.sellerId, fen);
  ports.onEvent({
    name: 'alipay.trade_refunded',
    transaction_id: terms.outTradeNo,
    gateway_transaction_id: tradeNo,
    refund_id: number,
    amount: yuan(fen),
  });
  if (!terms.notifyUrl) return;
  const fields = refundNotice(refund, sumFen, account, now);
  deliveries.announce(addressed(terms.outTradeNo, terms.notifyUrl, fields, signers, 'refund'));
}

async function pay(house: House, means: Means, payer: Payer): Promise<Paid> {
  const conduct = { outcome: payer.outcome, fen: wrongSum(payer.amount) };
  const { sellers, cashier, ports } = house;
  switch (means.kind) {
    case 'qr_code': {
      const { trades } = sellers.find((each) => each.trades.gaveOut(means.qr_code)) ?? sellers[0];
      return payByCode(trades, means.qr_code, conduct);
    }
    case 'redirect_url':
      return payInBrowser(means.url, conduct, { ...payer, cashier, fetch: ports.fetch });
    case 'app_parameters':
      return payInApp(read(house, means.parameters.order_string), conduct, ports.now());
  }
}
