// What Pretend Pay's words mean for us. A word that is not listed means nothing.
import type { Outcome } from '../gateway.ts';

const states = { open: 'pending', paid: 'paid', closed: 'closed', unheard_of: 'not_found' } as const;

export type State = (typeof states)[keyof typeof states];

export function stateOf(word: unknown): State | undefined {
  return typeof word === 'string' && Object.hasOwn(states, word)
    ? states[word as keyof typeof states]
    : undefined;
}

/** What a refusal proves about this call. */
const refusals: Readonly<Record<string, 'misconfigured' | 'retry_later'>> = {
  unknown_merchant: 'misconfigured',
  too_many: 'retry_later',
};

export function refusal(channelCode: string): Exclude<Outcome<never>, { kind: 'ok' }> {
  const proved = Object.hasOwn(refusals, channelCode) ? refusals[channelCode] : undefined;
  const message = 'Pretend Pay refused it.';
  if (proved === 'misconfigured') return { kind: 'declined', code: proved, channelCode, message };
  if (proved === 'retry_later') return { kind: proved, channelCode, message };
  return { kind: 'unknown', reason: 'unlisted_code', channelCode };
}
