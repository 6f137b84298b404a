// What Pretend Pay's words mean for us. A word that is not listed means nothing.
const states = { open: 'pending', paid: 'paid', closed: 'closed', unheard_of: 'not_found' } as const;

export type State = (typeof states)[keyof typeof states];

export function stateOf(word: unknown): State | undefined {
  return typeof word === 'string' && Object.hasOwn(states, word)
    ? states[word as keyof typeof states]
    : undefined;
}
