// The pages that payers see at every provider's (no script, nothing from elsewhere), and a browser that goes back to its shop.
import { createHash } from 'node:crypto';
import type { WireAnswer } from './http.ts';
import type { Ports } from './ports.ts';

export type Page = WireAnswer & { kind: 'answer' };

const style = `:root{color-scheme:light dark;font:100%/1.5 system-ui,sans-serif}
body{margin:0}
main{box-sizing:border-box;max-width:30rem;margin:0 auto;padding:1.5rem 1rem;overflow-wrap:anywhere}
h1{margin:0 0 .75rem;font-size:1.5rem;line-height:1.25}
strong{font-size:1.25rem}
fieldset{min-width:0;margin:1rem 0;padding:.25rem 1rem;border:1px solid #767676;border-radius:.375rem}
label,main a{display:block;padding:.5rem 0}
label{padding-left:1.75rem;text-indent:-1.75rem}
button{min-height:2.75rem;margin:0 .5rem .5rem 0;padding:0 1.25rem;border:1px solid #767676;border-radius:.375rem;font:inherit}
button:first-of-type{border-color:#0b57d0;background:#0b57d0;color:#fff}
[role=alert]{padding:.25rem .75rem;border-left:.375rem solid #b3261e}`;
const styleHash = createHash('sha256').update(style).digest('base64');
const headers = {
  // No form-action: browsers hold it against the redirect after the form too, and that leads to the shop.
  'content-security-policy': `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; frame-ancestors 'none'`,
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

/** @param title, words escaped here; `content` has to be already */
export function page(status: number, title: string, words: string, content = ''): Page {
  const body = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escaped(title)}</title><style>${style}</style></head>
<body><main><h1>${escaped(title)}</h1>
<p>${escaped(words)}</p>
${content}
</main></body></html>
`;
  return { kind: 'answer', status, contentType: 'text/html; charset=utf-8', body, headers };
}

/** The browser goes on. */
export function seeOther(location: string, status: 302 | 303 = 303): Page {
  const gone = page(status, 'One moment', '');
  return { ...gone, headers: { ...headers, location } };
}

export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** What the shop's page answered to the browser that came back; `status` is null when nothing came. */
export interface Returned {
  readonly url: string;
  readonly status: number | null;
  readonly location?: string;
  readonly error?: string;
}

/** ms of real time that the shop's page may take */
const patience = 5_000;

export async function comeBack(url: string, fetch: Ports['fetch']): Promise<Returned> {
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(patience) });
    await response.body?.cancel();
    const location = response.headers.get('location');
    return { url, status: response.status, ...(location === null ? {} : { location }) };
  } catch (error) {
    const { cause = error } = error as { cause?: unknown };
    return { url, status: null, error: cause instanceof Error ? cause.message : String(cause) };
  }
}
