// The pages that a payer's browser gets to see: no script, nothing from elsewhere, every word escaped.
import { createHash } from 'node:crypto';
import type { WireAnswer } from './wire.ts';
import { yuan } from './yuan.ts';

type Answer = WireAnswer & { kind: 'answer' };

const style =
  'body{font-family:sans-serif;max-width:30rem;margin:3rem auto;padding:0 1rem}button{font-size:1rem;margin-right:1rem}';
const styleHash = createHash('sha256').update(style).digest('base64');

const headers = {
  // No form-action: browsers hold it against the redirect after the form too, and that leads to the shop.
  'content-security-policy': `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; frame-ancestors 'none'`,
  'cache-control': 'no-store',
  // The address of the cashier holds the session.
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

/** What the payer is asked, with the form that answers it. */
export function orderPage(
  order: { subject: string; totalFen: number; sellerId: string },
  session: string,
): Answer {
  return page(
    'Confirm your payment',
    `<p>${escaped(order.subject)}</p>
<p><strong>¥ ${yuan(order.totalFen)}</strong> to merchant ${escaped(order.sellerId)}</p>
<form method="post" action="/alipay/cashier">
<input type="hidden" name="session" value="${escaped(session)}">
<button name="action" value="confirm">Log in and pay</button>
<button name="action" value="cancel">Log in, but do not pay</button>
</form>`,
  );
}

export function paidPage(tradeNo: string): Answer {
  return page('Paid', `<p>Trade ${escaped(tradeNo)} is paid. You may close this page.</p>`);
}

export function unpaidPage(tradeNo: string): Answer {
  const words = 'is not paid. No money moved. Open the link of the shop again to pay.';
  return page('Not paid', `<p>Trade ${escaped(tradeNo)} ${words}</p>`);
}

/** As Alipay's error page: status 200, the code in the middle. @param code sub_code */
export function refusalPage(code: string, words: string): Answer {
  return page('This cannot be paid', `<p>${escaped(words)}</p>\n<p><code>${escaped(code)}</code></p>`);
}

export function redirect(location: string): Answer {
  return { ...page('Moved', ''), status: 302, headers: { ...headers, location } };
}

/** The code and the words of a refusal page, for a payer who is a program; undefined for any other page. */
export function refusalOn(html: string): { code: string; words: string } | undefined {
  const [, words = '', code] = /<p>([^<]*)<\/p>\n<p><code>([^<]*)<\/code>/.exec(html) ?? [];
  return code === undefined ? undefined : { code, words };
}

function page(title: string, content: string): Answer {
  const body = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title}</title><style>${style}</style></head>
<body><h1>${title}</h1>
${content}
</body></html>
`;
  return { kind: 'answer', status: 200, contentType: 'text/html; charset=utf-8', body, headers };
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
