// Calling a bundle as Lambda does: its handler, with an event and a context.
import { createRequire } from 'node:module';
import { aContext } from '../test/lambda/gateway-event.ts';

export type Handler = (event: unknown, context: unknown) => Promise<unknown>;

export function load(path: string): Handler {
  return (createRequire(import.meta.url)(path) as { handler: Handler }).handler;
}

/** A function's answer when all went well: "unknown what became of it" (202) is not well. @throws Error with what it answered instead */
export function fine(answer: unknown): unknown {
  const { statusCode = 200, batchItemFailures } = answer as {
    statusCode?: number;
    batchItemFailures?: unknown[];
  };
  if (statusCode < 202 && (batchItemFailures?.length ?? 0) === 0) return answer;
  throw new Error(`A measured call failed: ${JSON.stringify(answer)}`);
}

/** A step of a refund's workflow that was to be its last. @throws Error when another is to come */
export function over(answer: unknown): void {
  const { next = 'end' } = answer as { next?: string };
  if (next !== 'end') throw new Error(`A measured step settled nothing: ${JSON.stringify(answer)}`);
}

export const context = aContext();
