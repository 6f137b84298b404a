// PayPal, put together: merchants, books, webhooks, and its addresses.
import type { Faults } from '../faults.ts';
import { Refused, type WireAnswer, type WireRequest } from '../http.ts';
import type { Ports } from '../ports.ts';
import { leadsTo, type LocalChannel, type LocalProvider, type Opening } from '../provider.ts';
import { Books, returnOf, returnsOf } from './books.ts';
import { certificateNames, openCertificates } from './certificates.ts';
import { refundsOf } from './console.ts';
import { eventOf, refundEventOf } from './events.ts';
import { answerCall, type House } from './gateway.ts';
import { Merchant, type AccountFacts, type ChannelCode } from './merchant.ts';
import { decimalText } from './money.ts';
import { Orders, type Happening, type Order } from './orders.ts';
import { Outbox } from './outbox.ts';
import { browse, pagePath } from './page.ts';
import { play } from './payer.ts';
import { Refunds, type Refunded, type RefundHappening } from './refunds.ts';
import { Repeats } from './repeats.ts';
import { certificatesPath, home } from './routes.ts';
import type { Seller } from './seller.ts';
import { transactionIdOf } from './told.ts';
import { forgedTwin } from './twin.ts';
import { Webhooks } from './webhooks.ts';

export interface Paypal extends LocalProvider {
  /** as they stand now */
  readonly accounts: readonly AccountFacts[];
  /** stands where `https://api-m.sandbox.paypal.com` does */
  readonly gatewayUrl: string;
  /** common name of the certificate that signs webhooks */
  readonly certificateName: string;
  /** host and port of `PAYPAL-CERT-URL` */
  readonly certificateHost: string;
  /** another body that a genuine webhook's signature fits too */
  readonly forgedTwin: typeof forgedTwin;
  /** PEM of the root that certificates for webhooks hang from */
  readonly certificateAuthorityPem: string;
  /**
   * Stands for the developer dashboard: all events of a merchant go to this address too. The same address twice is one.
   * @param channelCode whose; PAYPAL without it
   * @returns the webhook's id: the account's `webhookId` for its first address
   * @throws Refused (422) beyond ten addresses
   */
  registerWebhook(url: string, channelCode?: ChannelCode): { readonly id: string };
}

const name = 'paypal';
const cannotPlay = {};

/** With keys of its own, new at every start. */
export async function openPaypal({ ports, faults, origin }: Opening): Promise<Paypal> {
  const base = () => `${origin()}${home}`;
  const house = await furnish(ports, faults.of(name, cannotPlay), base);
  const { sellers, books, outbox } = house;
  return {
    ...{ name, cannotPlay, forgedTwin, certificateName: certificateNames.sandbox },
    channels: channelsOf(house),
    get accounts() {
      return sellers.map(({ merchant }) => merchant.facts());
    },
    get gatewayUrl() {
      return base();
    },
    get certificateHost() {
      return new URL(origin()).host;
    },
    certificateAuthorityPem: house.certificates.authorityPem,
    registerWebhook: (url, channelCode = 'PAYPAL') => register(url, channelCode, sellers),
    answer: (request) => Promise.resolve(answer(house, request)),
    owns: (means, here) => means.kind === 'redirect_url' && leadsTo(means.url, here, pagePath),
    pay: (means, payer) => play(means, payer, sellers, ports.fetch),
    books: () => ({
      charges: books.charges(sellers),
      refunds: returnsOf(sellers),
      balances: books.balances(),
    }),
    refunds: refundsOf(sellers, returnOf),
    callbacks: (transactionId) => outbox.made(transactionId),
    resend: (transactionId) => outbox.resend(transactionId),
    idle: () => outbox.idle(),
    stop() {
      outbox.stop();
    },
  };
}

/** A merchant registers its address for webhooks, and gets their id. */
function channelsOf({ sellers, certificates, base }: House): readonly LocalChannel[] {
  return sellers.map(({ merchant }) => ({
    code: merchant.channelCode,
    connect: ({ callbackUrl }) => {
      const { clientId, clientSecret, merchantId } = merchant.facts();
      return {
        gateway_url: base(),
        merchant_id: merchantId,
        client_id: clientId,
        client_secret: clientSecret,
        webhook_id: register(callbackUrl, merchant.channelCode, sellers).id,
        root_certificate_platform: certificates.authorityPem,
      };
    },
  }));
}

async function furnish(ports: Ports, faults: Faults, base: () => string): Promise<House> {
  const certificates = await openCertificates(ports);
  const outbox = new Outbox(ports, faults, { certificates, clock: ports, base });
  const books = new Books();
  const seat = (merchant: Merchant): Seller => {
    const webhooks = new Webhooks(merchant.webhookId, (event, webhook) => {
      outbox.announce(event, webhook);
    });
    const orders = new Orders(ports, (order, what) => {
      const now = ports.now();
      if (what === 'capture_completed') books.charge(order, merchant.merchantId, now);
      tell(ports, order, what);
      webhooks.publish(eventOf(order, what, { merchant, base: base() }, now));
    });
    const refunds = new Refunds(ports, (refunded, what) => {
      const now = ports.now();
      if (what === 'refund_completed') books.refund(refunded, merchant.merchantId, now);
      tellRefund(ports, refunded, what);
      webhooks.publish(refundEventOf(refunded, what, { merchant, base: base() }, now));
    });
    return { merchant, orders, refunds, repeats: new Repeats(ports), webhooks };
  };
  const sellers = [
    seat(new Merchant('PAYPAL', 'M4XKQ7Z2WB9HE', ports)),
    seat(new Merchant('PAYPAL_OTHER', 'N8TJV3C6YD5PS', ports)),
  ] as const;
  return { ports, faults, sellers, books, outbox, certificates, base };
}

function answer(house: House, request: WireRequest): Promise<WireAnswer> | WireAnswer | undefined {
  const { method, target } = request;
  if (!target.startsWith(`${home}/`)) return undefined;
  const { pathname } = new URL(target, 'http://paypal');
  const isBrowser = method === 'GET' || method === 'POST';
  if (pathname === pagePath && isBrowser) return browse(request, house.sellers);
  if (method === 'GET' && pathname.startsWith(certificatesPath)) return certificate(house, pathname);
  const isCall = pathname.startsWith(`${home}/v1/`) || pathname.startsWith(`${home}/v2/`);
  return isCall ? answerCall(house, request) : undefined;
}

/** For everybody: what is in a certificate is public. */
function certificate({ certificates }: House, pathname: string): WireAnswer {
  const pem = certificates.served(pathname.slice(certificatesPath.length));
  const known = { status: pem === undefined ? 404 : 200, body: pem ?? '' };
  return { kind: 'answer', contentType: 'application/x-pem-file', ...known };
}

function register(url: string, channelCode: ChannelCode, sellers: readonly Seller[]): { id: string } {
  const webhooks = sellers.find(({ merchant }) => merchant.channelCode === channelCode)?.webhooks;
  const known = webhooks?.registered.find((each) => each.url === url);
  if (known) return { id: known.id };
  const webhook = webhooks?.register(url, ['*']);
  if (typeof webhook === 'object') return { id: webhook.id };
  throw new Refused(422, `PayPal does not register ${url}: ${webhook ?? 'no such account'}.`);
}

function tell(ports: Ports, order: Order, what: Happening): void {
  const { capture, terms } = order;
  ports.onEvent({
    name: `paypal.order_${what}`,
    transaction_id: transactionIdOf(order),
    gateway_transaction_id: capture?.id ?? null,
    amount: decimalText({ ...terms.amount, minor: capture?.minor ?? terms.amount.minor }),
  });
}

function tellRefund(ports: Ports, { order, refund }: Refunded, what: RefundHappening): void {
  const { terms, id, minor } = refund;
  ports.onEvent({
    name: `paypal.${what}`,
    transaction_id: transactionIdOf(order),
    refund_id: terms.customId ?? terms.invoiceId ?? id,
    gateway_refund_id: id,
    amount: decimalText({ ...order.terms.amount, minor }),
  });
}
