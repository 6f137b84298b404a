// From a channel's code to somebody who speaks for it: a reader of callbacks, or a connected gateway. Configurations are
// kept for five minutes, keys are parsed once.
import type { SyncPlan } from '../domain/due.ts';
import { PaymentError } from '../domain/errors.ts';
import type { ChannelCode } from '../domain/ids.ts';
import type { Payee } from '../domain/payment.ts';
import type { Gateway, GatewayPorts, NotificationReader, ReaderPorts } from '../gateways/gateway.ts';
import type { MethodRule, Provider, RefundRule, Setting } from '../gateways/provider.ts';
import { provider } from '../gateways/registry.ts';
import { getChannelRow, type ChannelRow, type ChannelTable } from '../store/channels.ts';
import { readCredentials, readProofs, type Keepers } from './credentials.ts';
import type { DeclaredChannel } from './declared.ts';
import { misconfigured, orMisconfigured } from './failures.ts';

export interface Channel {
  readonly code: ChannelCode;
  readonly row: ChannelRow;
  readonly payee: Payee;
  readonly methods: Readonly<Record<string, MethodRule>>;
  readonly sync: SyncPlan;
  readonly refunds?: RefundRule;
}

export interface ReadableChannel extends Channel {
  readonly reader: NotificationReader;
}

export interface ConnectedChannel extends Channel {
  readonly gateway: Gateway;
}

export interface ChannelsDependencies {
  readonly declared: readonly DeclaredChannel[];
  readonly table: ChannelTable;
  readonly ports: ReaderPorts;
}

const freshness = 5 * 60 * 1000;

/**
 * Makes the door to the channels, with its cache.
 * @param make builds what is wanted of a channel from its row; kept as long as the row
 */
function channelsBy<T extends Channel>(
  { declared, table, ports }: ChannelsDependencies,
  make: (declaration: DeclaredChannel, row: ChannelRow) => Promise<T>,
): (code: ChannelCode) => Promise<T> {
  const kept = new Map<ChannelCode, { channel: T; until: number }>();
  return async (code) => {
    const hit = kept.get(code);
    if (hit && hit.until > ports.now()) return hit.channel;
    const declaration = declared.find((channel) => channel.code === code);
    if (!declaration) throw unknownChannel(code, declared);
    const row = await getChannelRow(table, code);
    if (!row)
      throw new PaymentError('CHANNEL_MISCONFIGURED', {
        detail: `Channel ${code} has no configuration yet. No money moved.`,
      });
    const channel = hit?.channel.row.version === row.version ? hit.channel : await make(declaration, row);
    kept.set(code, { channel, until: ports.now() + freshness });
    return channel;
  };
}

/** Whoever sends a method as a channel is told the pair that is meant. @see SPEC R3.13 */
function unknownChannel(code: string, declared: readonly DeclaredChannel[]): PaymentError {
  const method = code.toLowerCase();
  const meant = declared.find((channel) => Object.hasOwn(provider(channel.provider).methods, method));
  return new PaymentError('CHANNEL_UNKNOWN', {
    param: 'payment_channel',
    ...(meant && {
      detail: `"${method}" is a method: send payment_channel "${meant.code}" with payment_method "${method}".`,
    }),
  });
}

/**
 * Channels that can prove callbacks: made of what is public, and of no secret but those that their provider names for it.
 * @throws PaymentError
 */
export function readableChannels(
  dependencies: ChannelsDependencies & Pick<Keepers, 'secrets'>,
): (code: ChannelCode) => Promise<ReadableChannel> {
  return channelsBy(dependencies, async (declaration, row) => {
    const { adapter, config } = configured(row);
    const proofs = await readProofs(dependencies.secrets, declaration, row, adapter);
    const located = { ...config, ...setting(row, adapter) };
    return { ...channel(row, adapter, config), reader: adapter.reader(located, dependencies.ports, proofs) };
  });
}

/** Channels that can be asked for payments. @throws PaymentError */
export function connectedChannels(
  dependencies: ChannelsDependencies & Keepers & { readonly ports: GatewayPorts },
): (code: ChannelCode) => Promise<ConnectedChannel> {
  return channelsBy(dependencies, async (declaration, row) => {
    const { adapter, config } = configured(row);
    const credentials = await readCredentials(dependencies, declaration, row, adapter);
    const gateway = adapter.connect({ ...config, ...setting(row, adapter) }, credentials, dependencies.ports);
    return { ...channel(row, adapter, config), gateway };
  });
}

function channel(row: ChannelRow, adapter: Provider, config: object): Channel {
  const { methods, sync, refunds } = adapter;
  const payee = adapter.payee(config);
  return { code: row.channelCode, row, payee, methods, sync, ...(refunds && { refunds }) };
}

function configured(row: ChannelRow): { adapter: Provider; config: object } {
  const adapter = provider(row.provider);
  return { adapter, config: orMisconfigured(row, () => adapter.configSchema.parse(row.config)) };
}

function setting(row: ChannelRow, adapter: Provider): Setting {
  const { environment, gatewayUrl } = row;
  if (environment !== 'local') return { environment, endpoint: adapter.endpoints[environment] };
  if (!gatewayUrl) throw misconfigured(row, new Error('a local channel without gateway_url'));
  return { environment, endpoint: gatewayUrl };
}
