// All that a channel can say of a refund without proving what became of it. A word that is new must find its place here.
import type { DeclineCode, Outcome, UnknownReason } from '../../lib/gateways/gateway.ts';

const reasons: Readonly<Record<UnknownReason, true>> = {
  ...{ timeout: true, connection: true, http_status: true, unreadable: true, bad_signature: true },
  ...{ other_order: true, unlisted_code: true, not_signed: true },
};
/** by what a refusal may be called: whether it is the end of a refund that was sent */
export const refusals: Readonly<Record<DeclineCode, boolean>> = {
  ...{ amount_refused: true, duplicate_order: true, already_paid: true, already_closed: true },
  ...{ payer_refused: true, refused: true },
  ...{ insufficient_balance: false, misconfigured: false },
};
export const refusal = (code: DeclineCode) =>
  ({ kind: 'declined', code, channelCode: 'NO', message: '' }) as const;
const later = { kind: 'retry_later', channelCode: 'BUSY', message: '' } as const;

export type Answer = Outcome<never>;
/** What a channel can answer to the sending of a refund that is not its end. */
export const unproved: readonly (readonly [string, Answer])[] = [
  ...Object.keys(reasons).map((each) => {
    const answer: Answer = { kind: 'unknown', reason: each as UnknownReason, channelCode: 'X' };
    return [`unknown: ${each}`, answer] as const;
  }),
  ['later', later],
  ['later, and anew', { ...later, renew: true }],
  ...Object.entries(refusals)
    .filter(([, isEnd]) => !isEnd)
    .map(([code]) => [code, refusal(code as DeclineCode)] as const),
];
