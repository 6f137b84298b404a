// The bodies of the channel API: what all channels have, and what each provider's adapter adds.
import * as z from 'zod';
import { putChannelBody } from '../../functions/put-channel/schema.ts';
import { channel } from '../../lib/api/answers.ts';
import type { Provider } from '../../lib/gateways/provider.ts';
import { providers } from '../../lib/gateways/registry.ts';

const oneOf = (of: (provider: Provider) => z.ZodType): z.ZodType => {
  const [first, ...rest] = Object.values(providers).map(of);
  if (!first) throw new Error('There is no provider in lib/gateways/registry.ts.');
  return rest.length === 0 ? first : z.union([first, ...rest]);
};

/** As deployed stages take it: `local` channels exist on the local machine only. */
export const putChannelRequest = oneOf((provider) => putChannelBody(provider, false)).meta({
  id: 'PutChannel',
});

export const shownChannel = oneOf((provider) => channel(provider.configSchema)).meta({ id: 'Channel' });
