// Every hour: fetches the keys by which providers prove themselves, where they hand them out.
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { connectedChannels } from '../../lib/channels/channels.ts';
import { readDeclaredChannels } from '../../lib/channels/declared.ts';
import { keysClient } from '../../lib/channels/signers.ts';
import { env } from '../../lib/lambda/env.ts';
import { log } from '../../lib/lambda/log.ts';
import { count } from '../../lib/lambda/metrics.ts';
import { ports } from '../../lib/lambda/ports.ts';
import { schedule } from '../../lib/lambda/schedule.ts';
import { clientDefaults, documentClient } from '../../lib/store/table.ts';
import { refreshPlatformKeys, type Refreshed } from './refresh-platform-keys.ts';

const declared = readDeclaredChannels(env('CHANNELS'));
const table = { client: documentClient(), channels: env('CHANNELS_TABLE') };
const keepers = { secrets: new SecretsManagerClient(clientDefaults), keys: keysClient() };

/** Made anew for each tick: what is kept of an earlier one may be older than the keys in the row. */
const dependencies = () => ({
  channel: connectedChannels({ ...keepers, declared, table, ports: { fetch, ...ports } }),
  table,
  ports,
});

/** ms: what a provider has for its answer */
const patience = 10_000;

export const handler = schedule(async (deadline) => {
  const until = Math.min(deadline, ports.now() + patience);
  const fresh = dependencies();
  const all = declared.map(async ({ code }) => {
    tell(code, await refreshPlatformKeys(fresh, code, until));
  });
  // One that fails does not keep the others from being told.
  await Promise.allSettled(all);
  await Promise.all(all);
});

function tell(channel_code: string, refreshed: Refreshed): void {
  if (refreshed.kind === 'nothing_to_fetch') {
    log.info('platform_keys.nothing_to_fetch', { channel_code, reason: refreshed.why });
    return;
  }
  const { kind, held } = refreshed;
  if (kind === 'not_refreshed') tellFailure(channel_code, refreshed);
  else log.info('platform_keys.fetched', { channel_code, outcome: kind, count: held.count });
  if (!held?.endsSoon) return;
  count('platform_key_ends_soon');
  log.error('platform_keys.end_soon', { channel_code, count: held.count });
}

function tellFailure(
  channel_code: string,
  { reason, channelCode, cause }: Refreshed & { kind: 'not_refreshed' },
): void {
  count('platform_keys_not_refreshed');
  const facts = {
    channel_code,
    reason,
    ...(channelCode !== undefined && { channel_error_code: channelCode }),
  };
  log.error('platform_keys.not_refreshed', facts, cause);
}
