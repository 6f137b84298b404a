// Stripe's own library, asked what it would send.
import Stripe from 'stripe';
import { intent, secretKey } from '../contract/stripe-side.ts';
import { order, type Request } from './stripe-answering.ts';

/** What the judge sends for the same wish. */
export async function theirs(wish: (stripe: Stripe) => Promise<unknown>): Promise<Request> {
  const sent: Request[] = [];
  const httpClient = Stripe.createFetchHttpClient((input, init) => {
    const { pathname, search } = new URL(input instanceof Request ? input.url : input);
    sent.push({
      method: init?.method ?? '',
      path: pathname + search,
      headers: Object.fromEntries(new Headers(init?.headers)),
      form: Object.fromEntries(new URLSearchParams((init?.body ?? '') as string)),
    });
    return Promise.resolve(new Response(JSON.stringify(intent(order, 880, 'usd'))));
  });
  await wish(new Stripe(secretKey, { httpClient, maxNetworkRetries: 0, telemetry: false }));
  const [first] = sent;
  if (!first) throw new Error('the judge sent nothing');
  return first;
}
