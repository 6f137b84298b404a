// Every story that the demo can show, by the name that it is asked for.
import type { Story } from '../steps.ts';
import { expire } from './expire.ts';
import { lostCallback } from './lost-callback.ts';
import { paidTwice } from './paid-twice.ts';
import { refunding } from './refund.ts';
import { paidWhileClosing } from './paid-while-closing.ts';

interface Scenario {
  /** one line */
  readonly about: string;
  readonly story: Story;
}

export const scenarios: Readonly<Record<string, Scenario>> = {
  'lost-callback': {
    about: 'the callback and its repeats are lost; sync heals it',
    story: lostCallback,
  },
  'paid-while-closing': {
    about: 'shop and payer at the same moment, in both orders',
    story: paidWhileClosing,
  },
  'paid-twice': { about: 'the payer changes the way to pay, and tries both ways', story: paidTwice },
  refund: { about: 'a part goes back, then the rest; the workflows are shown', story: refunding },
  expire: { about: 'nobody pays; the payment ends, the order is free again', story: expire },
};

/** @throws Error naming what there is */
export function findStory(name: string): Story {
  const found = Object.hasOwn(scenarios, name) ? scenarios[name] : undefined;
  if (found) return found.story;
  throw new Error(
    `There is no scenario ${name}. Nothing was started. There are: ${Object.keys(scenarios).join(', ')}.`,
  );
}
