// Where callbacks may come from. Ranges change without notice, so the list only watches unless it is told to guard: the
// signature is the control.
import { BlockList, isIPv6 } from 'node:net';
import type { ChannelRow } from '../store/channels.ts';

/**
 * `refused` only under the policy `enforce`; without a list every address is `listed`.
 * @see SPEC R7.8
 */
export function sourceAddress(
  { sourcePolicy, sourceRanges }: Pick<ChannelRow, 'sourcePolicy' | 'sourceRanges'>,
  address: string,
): 'listed' | 'unlisted' | 'refused' {
  if (sourcePolicy === 'off' || sourceRanges.length === 0) return 'listed';
  const list = new BlockList();
  for (const range of sourceRanges) {
    const [network = '', bits] = range.split('/');
    list.addSubnet(network, Number(bits), family(network));
  }
  if (list.check(address, family(address))) return 'listed';
  return sourcePolicy === 'enforce' ? 'refused' : 'unlisted';
}

function family(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}
