// The pages that payers see at every provider's (no script, nothing from elsewhere), and a browser that goes back to its shop.
import { createHash } from 'node:crypto';
import type { WireAnswer } from './http.ts';
import type { Ports } from './ports.ts';

export type Page = WireAnswer & { kind: 'answer' };

const style =
  'body{font-family:sans-serif;max-width:30rem;margin:3rem auto;padding:0 1rem}fieldset{margin:1rem 0;border:1px solid #767676}label{display:block;padding:.3rem 0}button{font-size:1rem;margin-right:1rem}';
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
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title><style>${style}</style></head>
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
