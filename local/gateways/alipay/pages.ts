// The pages that a payer's browser gets to see: no script, nothing from elsewhere, every word escaped.
import { escaped, page, seeOther, type Page } from '../browser.ts';
import { yuan } from './yuan.ts';

/** What the payer is asked, with the form that answers it. */
export function orderPage(
  order: { subject: string; totalFen: number; sellerId: string },
  session: string,
): Page {
  return page(
    200,
    'Confirm your payment',
    order.subject,
    `<p><strong>¥ ${yuan(order.totalFen)}</strong> to merchant ${escaped(order.sellerId)}</p>
<form method="post" action="/alipay/cashier">
<input type="hidden" name="session" value="${escaped(session)}">
<button name="action" value="confirm">Log in and pay</button>
<button name="action" value="cancel">Log in, but do not pay</button>
</form>`,
  );
}

export function paidPage(tradeNo: string): Page {
  return page(200, 'Paid', `Trade ${tradeNo} is paid. You may close this page.`);
}

export function unpaidPage(tradeNo: string): Page {
  const words = 'is not paid. No money moved. Open the link of the shop again to pay.';
  return page(200, 'Not paid', `Trade ${tradeNo} ${words}`);
}

/** As Alipay's error page: status 200, the code in the middle. @param code sub_code */
export function refusalPage(code: string, words: string): Page {
  return page(200, 'This cannot be paid', words, `<p><code>${escaped(code)}</code></p>`);
}

export function redirect(location: string): Page {
  return seeOther(location, 302);
}

/** The code and the words of a refusal page, for a payer who is a program; undefined for any other page. */
export function refusalOn(html: string): { code: string; words: string } | undefined {
  const [, words = '', code] = /<p>([^<]*)<\/p>\n<p><code>([^<]*)<\/code>/.exec(html) ?? [];
  return code === undefined ? undefined : { code, words };
}
