// What each channel product takes, and what each provider's adapter can do: seen from the methods that it has.
import type { Gateway } from '../../lib/gateways/gateway.ts';
import type { MethodRule } from '../../lib/gateways/provider.ts';
import { providers } from '../../lib/gateways/registry.ts';
import { everyBench } from '../../test/contract/benches.ts';
import { code, made, page, table } from './markdown.ts';

/** A word for each method that a gateway may have. */
const powers: Readonly<Record<Exclude<keyof Gateway, 'proofHeaders'>, string>> = {
  prepay: 'asks for the means to pay',
  queryPayment: 'asks how a payment stands',
  closePayment: 'closes a payment',
  capturePayment: 'takes the money that a payer agreed to',
  refund: 'gives money back',
  queryRefund: 'asks how a refund stands',
  listUndelivered: 'lists what it told in vain',
  fetchPlatformKeys: 'fetches the keys that the provider proves itself with',
  readNotification: 'proves and reads callbacks',
  readReturn: 'proves what a payer’s browser brings back',
  fetchProof: 'fetches the certificate that a callback names',
  acknowledge: 'acknowledges callbacks',
};

const noTime = 0;

export function channelsPage(): string {
  const names = Object.keys(providers);
  const methods = names.flatMap((name) =>
    Object.entries(providers[name]?.methods ?? {}).map(([method, rule]) => [
      name,
      code(method),
      ...terms(rule),
    ]),
  );
  const matrix = Object.entries(powers).map(([power, word]) => [
    word,
    ...names.map((name) => (has(name, power) ? 'yes' : 'no')),
  ]);
  return page(
    '# Channels',
    made,
    '## Payment methods',
    table(['provider', 'method', 'takes', 'can be paid for (default)'], methods),
    '## What the adapters can do',
    table(['', ...names], matrix),
  );
}

function terms({ amounts, expiry }: MethodRule): string[] {
  const span = `${duration(expiry.minimum)} to ${duration(expiry.maximum)} (${duration(expiry.default)})`;
  const takes = Object.entries(amounts).map(([currency, [least, most]]) => `${currency} ${least}–${most}`);
  return [takes.join(' · '), span];
}

/** @param seconds whole minutes in all rules so far */
function duration(seconds: number): string {
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}

/** The contract suite's benches connect the adapter, in each mode of its keys, to a provider in memory. */
function has(name: string, power: string): boolean {
  return everyBench.some(
    ([, bench]) => bench.provider.name === name && power in bench.connect('well', noTime).gateway,
  );
}
