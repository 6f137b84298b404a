// What each channel's configuration says of late and wrong money: read from its row, with nothing that speaks to the channel.
import type { ChannelCode } from '../../lib/domain/ids.ts';
import type { AnomalyPolicy } from '../../lib/domain/anomaly.ts';
import type { Ports } from '../../lib/domain/ports.ts';
import { getChannelRow, type ChannelTable } from '../../lib/store/channels.ts';

/** ms: as long as everything else of a channel's configuration is kept */
const freshness = 5 * 60 * 1000;

/** A channel without a row, or whose row says nothing, has an empty policy: each kind goes its default way. @see defaultPolicy */
export function anomalyPolicies(
  table: ChannelTable,
  ports: Pick<Ports, 'now'>,
): (code: ChannelCode) => Promise<AnomalyPolicy> {
  const kept = new Map<ChannelCode, { policy: AnomalyPolicy; until: number }>();
  return async (code) => {
    const hit = kept.get(code);
    if (hit && hit.until > ports.now()) return hit.policy;
    const policy = (await getChannelRow(table, code))?.anomalyPolicy ?? {};
    kept.set(code, { policy, until: ports.now() + freshness });
    return policy;
  };
}
