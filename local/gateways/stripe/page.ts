// The pages that payers see: no script, nothing from elsewhere.
import { createHash } from 'node:crypto';
import type { WireAnswer } from '../http.ts';

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

/** @param words escaped here; `content` has to be already */
export function page(status: number, title: string, words: string, content = ''): Page {
  const body = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${style}</style></head>
<body><main><h1>${title}</h1>
<p>${escaped(words)}</p>
${content}
</main></body></html>
`;
  return { kind: 'answer', status, contentType: 'text/html; charset=utf-8', body, headers };
}

/** The browser goes on. */
export function seeOther(location: string): Page {
  const gone = page(303, 'One moment', '');
  return { ...gone, headers: { ...headers, location } };
}

export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
