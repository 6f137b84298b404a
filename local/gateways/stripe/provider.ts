// Stripe, put together: accounts, books, events, and its addresses.
import { Deliveries } from '../deliveries.ts';
import type { CannotPlay } from '../faults.ts';
import { Refused } from '../http.ts';
import type { Ports } from '../ports.ts';
import { leadsTo, type LocalProvider, type Opening } from '../provider.ts';
import type { AccountFacts } from './account.ts';
import { checkoutPath, securePath } from './addresses.ts';
import { Books } from './books.ts';
import { browse } from './checkout.ts';
import { signingSecrets, usualEvents, type Endpoint } from './endpoints.ts';
import { answerCall, type House } from './gateway.ts';
import { manners } from './notice.ts';
import { play } from './payer.ts';
import { refundsOf } from './refund-control.ts';
import { apiPath } from './routes.ts';
import { challenge } from './secure.ts';
import { openSeller, type Seller } from './seller.ts';
import { preflight } from './wire.ts';

export interface Stripe extends LocalProvider {
  /** as they stand now */
  readonly accounts: readonly AccountFacts[];
  /** stands where `https://api.stripe.com` does; payments are answered at `/v1/…` without it too */
  readonly gatewayUrl: string;
  /**
   * What the merchant does at the dashboard. Without it nothing is sent; events are kept all the same.
   * @param enabledEvents what it subscribes to; without them, what tells of money
   * @returns the endpoint's number and its secret, `whsec_…`
   * @throws Refused (404) for an unknown account
   */
  registerWebhook(
    accountId: string,
    url: string,
    enabledEvents?: readonly string[],
  ): { readonly id: string; readonly secret: string };
  /**
   * Another secret for an endpoint; the one before it signs as well for a while.
   * @param keptMs up to a day
   * @returns the new secret
   * @throws Refused (404) for an unknown endpoint, (422) for a longer time
   */
  rollSecret(endpointId: string, keptMs: number): string;
  /**
   * The account goes into live mode: its keys begin with `sk_live_` and `pk_live_`, and what there was stays behind.
   * @throws Refused (404) for an unknown account
   */
  goLive(accountId: string): AccountFacts;
}

const day = 24 * 3_600_000;

const name = 'stripe';
const cannotPlay: CannotPlay = {};

/** With keys of its own, new at every start. */
export function openStripe({ ports, faults, origin }: Opening): Stripe {
  const own = faults.of(name, cannotPlay);
  const books = new Books();
  const deliveries = new Deliveries(ports, own, manners);
  const surroundings = { ports, books, deliveries, origin };
  const sellers = [openSeller('STRIPE', surroundings), openSeller('STRIPE_OTHER', surroundings)] as const;
  const house: House = { ports, faults: own, sellers, deliveries, origin };
  const gatewayUrl = () => `${origin()}/stripe`;
  return {
    name,
    cannotPlay,
    channels: sellers.map((seller) => ({
      code: seller.account.channelCode,
      connect: ({ callbackUrl }) => connect(seller, gatewayUrl(), callbackUrl, ports.now()),
    })),
    get accounts() {
      return sellers.map(({ account }) => account.facts());
    },
    get gatewayUrl() {
      return gatewayUrl();
    },
    ...dashboard(sellers, ports),
    async answer(request) {
      const path = apiPath(request.target);
      if (path !== undefined)
        return request.method === 'OPTIONS' ? preflight : answerCall(house, request, path);
      if (request.method !== 'GET' && request.method !== 'POST') return undefined;
      if (request.target.startsWith(checkoutPath)) return browse(request, sellers, origin());
      return request.target.startsWith(securePath) ? challenge(request, sellers) : undefined;
    },
    owns(means, here) {
      if (means.kind === 'client_secret') return means.client_secret.startsWith('pi_');
      return means.kind === 'redirect_url' && leadsTo(means.url, here, checkoutPath);
    },
    pay: (means, payer) => play(means, payer, sellers, ports.fetch),
    books: () => ({ charges: books.charges(), refunds: books.refunds(), balances: books.balances() }),
    refunds: refundsOf(sellers, books),
    callbacks: (transactionId) => deliveries.made(transactionId),
    resend: (transactionId) => deliveries.resend(transactionId),
    idle: () => deliveries.idle(),
    stop() {
      deliveries.stop();
      for (const { sessions, refunds } of sellers) {
        sessions.stop();
        refunds.stop();
      }
    },
  };
}

/** An endpoint for what tells of money, unless there is one already. */
function connect({ account, endpoints }: Seller, gatewayUrl: string, url: string, now: number): object {
  const found = endpoints.all().find((each) => each.url === url);
  const endpoint = found ?? endpoints.register({ url, ...usual });
  const facts = account.facts();
  return {
    gateway_url: gatewayUrl,
    account_id: facts.accountId,
    publishable_key: facts.publishableKey,
    secret_key: facts.secretKey,
    webhook_secret: signingSecrets(endpoint, now)[0],
  };
}

const usual = { enabledEvents: usualEvents, description: undefined, metadata: {} };

/** What the merchants' people do at the dashboard. */
function dashboard(
  sellers: readonly Seller[],
  ports: Ports,
): Pick<Stripe, 'registerWebhook' | 'rollSecret' | 'goLive'> {
  const find = (accountId: string) => {
    const seller = sellers.find(({ account }) => account.id === accountId);
    if (!seller) throw new Refused(404, `Stripe has no account ${accountId}. Nothing was changed.`);
    return seller;
  };
  return {
    registerWebhook(accountId, url, enabledEvents = usualEvents) {
      const endpoint = find(accountId).endpoints.register({ ...usual, url, enabledEvents });
      return { id: endpoint.id, secret: signingSecrets(endpoint, ports.now())[0] ?? '' };
    },
    rollSecret(endpointId, keptMs) {
      if (!(keptMs >= 0 && keptMs <= day))
        throw new Refused(422, 'A secret is kept for a day at most. Nothing was changed.');
      for (const { endpoints } of sellers) {
        const endpoint: Endpoint | undefined = endpoints.find(endpointId);
        if (endpoint) return endpoints.roll(endpoint, keptMs);
      }
      throw new Refused(404, `Stripe has no webhook endpoint ${endpointId}. Nothing was changed.`);
    },
    goLive(accountId) {
      const { account } = find(accountId);
      account.goLive();
      return account.facts();
    },
  };
}
