// The story of one channel's platform keys: asked for, joined to those that still hold, and kept where anything changed.
import { isDeepStrictEqual } from 'node:util';
import type { ConnectedChannel } from '../../lib/channels/channels.ts';
import { orRefused } from '../../lib/channels/failures.ts';
import { PaymentError } from '../../lib/domain/errors.ts';
import { newUuid, type ChannelCode } from '../../lib/domain/ids.ts';
import type { PlatformKeys } from '../../lib/domain/platform-keys.ts';
import { instant, type Ports } from '../../lib/domain/ports.ts';
import type { Outcome } from '../../lib/gateways/gateway.ts';
import {
  getChannelRow,
  putChannelRow,
  type ChannelRow,
  type ChannelTable,
} from '../../lib/store/channels.ts';
import { holdsValid, joined } from './key-set.ts';

export interface RefreshDependencies {
  readonly channel: (code: ChannelCode) => Promise<ConnectedChannel>;
  readonly table: ChannelTable;
  readonly ports: Ports;
}

export type Refreshed =
  /** nobody has configured it yet, or its provider's keys stand in its configuration */
  | { readonly kind: 'nothing_to_fetch'; readonly why: 'not_configured' | 'hands_out_none' }
  /** `overtaken`: the row was changed meanwhile and stands as it was put; the next hour tries again */
  | { readonly kind: 'refreshed' | 'unchanged' | 'overtaken'; readonly held: Held }
  /** what we held before still counts; `held` is absent when we have never held any */
  | ({ readonly kind: 'not_refreshed'; readonly held?: Held } & Failure);

export interface Held {
  readonly count: number;
  /** in seven days none of them is valid */
  readonly endsSoon: boolean;
}

interface Failure {
  readonly reason: string;
  /** the channel's own code */
  readonly channelCode?: string;
  readonly cause?: unknown;
}

/** ms: what is left when somebody is called */
const notice = 7 * 24 * 60 * 60 * 1000;

/**
 * 1. connect · 2. ask for all keys · 3. join them to those that have not ended · 4. write the row, if it is still as it was
 * when the gateway was connected: what somebody puts meanwhile is not undone.
 * @param deadline ms since 1970 UTC: the gateway is given up then
 * @throws whatever the store throws; then nothing is known to have changed
 * @see SPEC R11.2; QUALITY row 114
 */
export async function refreshPlatformKeys(
  { channel, table, ports }: RefreshDependencies,
  code: ChannelCode,
  deadline: number,
): Promise<Refreshed> {
  const connected = await orRefused(channel(code));
  if (connected instanceof PaymentError)
    return notConnected(await getChannelRow(table, code), connected, ports);
  const { row, gateway } = connected;
  if (!gateway.fetchPlatformKeys) return { kind: 'nothing_to_fetch', why: 'hands_out_none' };
  const before = row.platformKeys ?? {};
  const handedOut = keysOf(await orRefused(gateway.fetchPlatformKeys({ deadline })));
  if ('reason' in handedOut) return { kind: 'not_refreshed', ...handedOut, held: held(before, ports) };
  const platformKeys = joined(before, handedOut.keys, instant(ports));
  const now = held(platformKeys, ports);
  if (isDeepStrictEqual(platformKeys, before)) return { kind: 'unchanged', held: now };
  const written = await putChannelRow(
    table,
    {
      ...row,
      platformKeys,
      version: row.version + 1,
      updatedAt: instant(ports),
      updatedBy: 'refresh-platform-keys',
    },
    newUuid(ports),
  );
  return written ? { kind: 'refreshed', held: now } : { kind: 'overtaken', held: held(before, ports) };
}

function notConnected(
  row: ChannelRow | undefined,
  { code, cause }: PaymentError,
  ports: Pick<Ports, 'now'>,
): Refreshed {
  if (!row) return { kind: 'nothing_to_fetch', why: 'not_configured' };
  const { platformKeys } = row;
  return {
    kind: 'not_refreshed',
    reason: code,
    cause,
    ...(platformKeys && { held: held(platformKeys, ports) }),
  };
}

/** A provider that hands out no key at all has not said what it proves itself with. */
function keysOf(outcome: Outcome<PlatformKeys> | PaymentError): { keys: PlatformKeys } | Failure {
  if (outcome instanceof PaymentError) return { reason: outcome.code, cause: outcome.cause };
  switch (outcome.kind) {
    case 'ok':
      return Object.keys(outcome.value).length > 0 ? { keys: outcome.value } : { reason: 'no_keys' };
    case 'declined':
      return { reason: outcome.code, channelCode: outcome.channelCode };
    case 'retry_later':
      return { reason: outcome.kind, channelCode: outcome.channelCode, cause: outcome.cause };
    case 'unknown': {
      const { reason, channelCode, cause } = outcome;
      return { reason, cause, ...(channelCode !== undefined && { channelCode }) };
    }
  }
}

function held(keys: PlatformKeys, ports: Pick<Ports, 'now'>): Held {
  const soon = new Date(ports.now() + notice).toISOString();
  return { count: Object.keys(keys).length, endsSoon: !holdsValid(keys, soon) };
}
