// A payer with a browser: opens the shop's link, follows it to the cashier, submits the form, and comes back to the shop.
import { comeBack } from '../browser.ts';
import { Refused } from '../http.ts';
import type { Ports } from '../ports.ts';
import type { Cashier } from './cashier.ts';
import { refusalOn } from './pages.ts';
import { stayedAway, told, type Conduct, type Paid } from './payer.ts';

export interface Browsing {
  readonly fetch: Ports['fetch'];
  readonly cashier: Cashier;
  /** of this machine's Alipay, `http://127.0.0.1:<port>` */
  readonly origin: string;
  /** false: the window is closed as soon as the money moved */
  readonly comesBack: boolean;
}

/**
 * @param link as the shop sends browsers to it
 * @throws Refused (4xx) when Alipay shows a page on which nobody can pay
 */
export async function payInBrowser(link: string, conduct: Conduct, browsing: Browsing): Promise<Paid> {
  if (conduct.outcome === 'abandon') return stayedAway;
  const { cashier, origin } = browsing;
  if (!URL.canParse(link) || new URL(link).origin !== origin) {
    throw new Refused(422, `prepay_info: the url does not lead to Alipay here (${origin}). No money moved.`);
  }
  const opened = await visit(browsing, link);
  const address = new URL(opened.location ?? '', origin);
  await visit(browsing, address.href);
  const session = address.searchParams.get('session') ?? '';
  cashier.misprice(session, conduct.fen);
  const action = conduct.outcome === 'success' ? 'confirm' : 'cancel';
  const submitted = await visit(browsing, new URL('/alipay/cashier', origin).href, { session, action });
  const result = told(cashier.tradeOf(session), conduct.outcome);
  if (submitted.location === undefined || !browsing.comesBack) return result;
  return { ...result, returned: await comeBack(submitted.location, browsing.fetch) };
}

/** One page, redirects off. @throws Refused (409) when it is Alipay's refusal */
async function visit(
  { fetch }: Browsing,
  url: string,
  form?: Record<string, string>,
): Promise<{ location: string | undefined }> {
  const response = await fetch(url, {
    redirect: 'manual',
    ...(form ? { method: 'POST', body: new URLSearchParams(form) } : {}),
  });
  const refusal = refusalOn(await response.text());
  if (refusal) throw new Refused(409, `Alipay’s page says ${refusal.code}: ${refusal.words}`);
  return { location: response.headers.get('location') ?? undefined };
}
