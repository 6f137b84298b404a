// One HTTP call to a provider: bounded in time and size, no redirects followed, nothing retried. Whatever comes back is
// hostile input.
import type { CallOptions, ReaderPorts } from './gateway.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** bytes that the answer may have, after decompression; 256 KiB if absent */
  readonly longest?: number;
}

/** A failure leaves open whether the provider carried the request out. */
export type HttpResult =
  | { readonly kind: 'answer'; readonly status: number; readonly headers: Headers; readonly body: Uint8Array }
  | {
      readonly kind: 'failed';
      readonly reason: 'timeout' | 'connection' | 'unreadable';
      readonly cause: unknown;
    };

const longestAnswer = 256 * 1024;

/**
 * Sends once. Never throws: a refused connection, a reset, an answer that stops half-way are all `connection`, because
 * from here they look alike; an answer that is too long is `unreadable`. A 3xx is an answer like any other.
 */
export async function send(
  ports: ReaderPorts,
  { method, url, headers, body, longest = longestAnswer }: HttpRequest,
  { deadline }: CallOptions,
): Promise<HttpResult> {
  const left = deadline - ports.now();
  if (left <= 0) return { kind: 'failed', reason: 'timeout', cause: new Error('no time was left to send') };
  const signal = AbortSignal.timeout(left);
  try {
    const response = await ports.fetch(url, {
      method,
      headers,
      redirect: 'manual',
      signal,
      ...(body !== undefined && { body }),
    });
    const read = await readBody(response, longest);
    if (read) return { kind: 'answer', status: response.status, headers: response.headers, body: read };
    return { kind: 'failed', reason: 'unreadable', cause: new Error('the answer is too long') };
  } catch (cause) {
    return { kind: 'failed', reason: signal.aborted ? 'timeout' : 'connection', cause };
  }
}

/** @returns undefined when there is more than we are ready to hold; leaving the loop cancels the rest */
async function readBody(response: Response, longest: number): Promise<Uint8Array | undefined> {
  const stream: AsyncIterable<Uint8Array> | null = response.body;
  if (!stream) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.byteLength;
    if (size > longest) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
