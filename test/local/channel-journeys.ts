// What needs a function for its channels' sake: orders through each of them, and what operators and clocks do with them.
import type { Line } from '../../local/journal.ts';
import type { Machine } from '../../local/machine.ts';
import { signedFetch } from '../../local/signed-fetch.ts';
import { benches } from '../contract/benches.ts';
import { channelsOf, openConfigurer, type LocalChannel } from './channels.ts';
import type { Journey } from './journeys.ts';
import type { Latecomer } from './latecomer.ts';
import type { Shop } from './shop.ts';

type Step = (order: LocalChannel['order']) => Promise<boolean>;

/** @param lines grows with all that happens on the machine */
export function openChannelJourneys(
  machine: Machine,
  lines: readonly Line[],
  { advance, lose, make }: Latecomer,
) {
  const channels = channelsOf(machine);
  const { configure, forgetKeys } = openConfigurer(machine);
  const operator = signedFetch(machine.credentials.people.operator, machine.region);

  /** One after another, as long as all goes well. */
  async function each(some: readonly LocalChannel[], step: (channel: LocalChannel) => Promise<boolean>) {
    for (const channel of some) if (!(await step(channel))) return false;
    return true;
  }
  const keyed = channels.filter(({ signingKeys }) => signingKeys.length > 0);
  const strayed: Journey = () =>
    each(channels, async ({ code }) => {
      const { status } = await fetch(`${machine.api}/payments/returns/${code.toLowerCase()}`);
      return status >= 400 && status < 500;
    });

  const refreshed: Journey = async () => {
    await forgetKeys('WECHAT_PAY_CERT');
    const since = lines.length;
    await advance('1h');
    const told = lines.slice(since).filter(({ from }) => from === 'refresh-platform-keys');
    return channels.every(({ code }) => {
      const line = told.find(({ channel_code }) => channel_code === code);
      if (code === 'WECHAT_PAY_CERT') return line?.['outcome'] === 'refreshed';
      return line?.name === 'platform_keys.nothing_to_fetch';
    });
  };

  /** Stripe alone keeps a list of what it told in vain, and something is on it. */
  const caughtUp = async (shop: Shop): Promise<boolean> => {
    const { id } = await make({ payment_channel: 'STRIPE', payment_method: 'card', currency: 'USD' });
    await lose(id);
    await shop.pay(id);
    const since = lines.length;
    await advance('1h');
    const told = lines.slice(since).filter(({ from }) => from === 'catch-up');
    return channels.every(({ code, provider }) => {
      const line = told.find(({ channel_code }) => channel_code === code);
      return provider === 'stripe' ? Number(line?.['queued']) > 0 : line?.name === 'catch_up.no_list';
    });
  };

  const configured = async (code: string, key: 'kms' | 'pem') => (await configure(code, key)).status === 200;

  return {
    /** those that keep a secret, and which key their next configuration has */
    secretly: channels.map(({ code, provider, signingKeys }) => ({
      code,
      key: signingKeys.length > 0 && keepsMore(provider) ? ('kms' as const) : ('pem' as const),
    })),
    /** what an order through each channel says */
    orders: channels.map(({ order }) => order),
    throughEach:
      (step: Step): Journey =>
      () =>
        each(channels, ({ order }) => step(order)),
    /** Who comes with nothing that proves anything is told so by a channel that is whole. */
    strayed,
    /** WECHAT_PAY_CERT alone is handed out keys; the others are connected to see that they are not. */
    refreshed,
    caughtUp,
    shown: () =>
      each(keyed, async ({ code }) => (await operator(`${machine.api}/channels/${code}`)).status === 200),
    /** For what is done last: the secrets fit nothing. */
    configured,
    keyed: () => each(keyed, ({ code }) => configured(code, 'kms')),
  };
}

/** Beside the key that it signs with. */
function keepsMore(provider: string): boolean {
  return Object.keys(benches[provider]?.secrets ?? {}).length > 1;
}
