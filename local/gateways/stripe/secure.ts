// The issuer's page for 3-D Secure: the payer says that it is them, or not.
// @see https://docs.stripe.com/payments/3d-secure
import type { WireRequest } from '../http.ts';
import { checkoutPath, securePath, successAddress } from './addresses.ts';
import { browsed, type Intent } from './intent.ts';
import { decimalText } from './money.ts';
import { escaped, page, seeOther, type Page } from '../browser.ts';
import type { Seller } from './seller.ts';

/** GET asks, POST with `action` = `complete` or `fail` answers. */
export function challenge({ method, target, body }: WireRequest, sellers: readonly Seller[]): Page {
  const id = new URL(target, 'http://stripe').pathname.slice(securePath.length);
  for (const seller of sellers) {
    const intent = seller.intents.all().find((each) => each.challenge?.id === id);
    if (!intent) continue;
    if (method === 'GET') return question(intent, id);
    const passes = new URLSearchParams(body).get('action') === 'complete';
    const returnUrl = intent.challenge?.returnUrl;
    seller.intents.authenticate(intent, passes, browsed());
    return goOn(seller, intent, passes, returnUrl);
  }
  return page(404, 'Unknown', 'Nothing waits for this authentication. No money moved.');
}

function question({ terms }: Intent, id: string): Page {
  return page(
    200,
    '3-D Secure',
    'Your bank wants to know that it is you.',
    `<p><strong>${decimalText(terms.amount, terms.currency)} ${escaped(terms.currency.toUpperCase())}</strong></p>
<form method="post" action="${securePath}${id}">
<button name="action" value="complete">Complete</button>
<button name="action" value="fail">Fail</button>
</form>`,
  );
}

function goOn(seller: Seller, intent: Intent, passes: boolean, returnUrl: string | undefined): Page {
  const session = seller.sessions.find(intent.sessionId ?? '');
  if (session) return seeOther(passes ? successAddress(session) : checkoutPath + session.id);
  if (returnUrl === undefined) {
    return passes
      ? page(200, 'Paid', 'You may close this page.')
      : page(200, 'Not paid', 'The authentication failed. No money moved. You may close this page.');
  }
  const back = new URL(returnUrl);
  back.searchParams.set('payment_intent', intent.id);
  back.searchParams.set('payment_intent_client_secret', intent.clientSecret);
  back.searchParams.set('redirect_status', passes ? 'succeeded' : 'failed');
  return seeOther(back.href);
}
