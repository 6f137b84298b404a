// The story of configuring a channel: judged whole before any of it counts; secrets first, then the row that names them.
import { validate } from '../../lib/api/validation.ts';
import type { DeclaredChannel } from '../../lib/channels/declared.ts';
import { PaymentError } from '../../lib/domain/errors.ts';
import { newUuid, type ChannelCode } from '../../lib/domain/ids.ts';
import { acceptableKinds, type AnomalyPolicy } from '../../lib/domain/anomaly.ts';
import { instant } from '../../lib/domain/ports.ts';
import type { Provider } from '../../lib/gateways/provider.ts';
import {
  getChannelRow,
  putChannelRow,
  type ChannelRow,
  type ChannelTable,
} from '../../lib/store/channels.ts';
import { keepCredentials, type Vaults } from './credentials.ts';
import { invalid, pick } from './refusals.ts';
import { putChannelBody } from './schema.ts';

export interface PutDependencies extends Vaults {
  readonly table: ChannelTable;
  readonly provider: (name: string) => Provider;
  /** the local machine has channels of its own */
  readonly local: boolean;
}

export interface PutRequest {
  readonly channel: DeclaredChannel;
  readonly body: unknown;
  readonly actor: string;
}

/**
 * @returns the row as it now stands
 * @throws PaymentError INVALID_REQUEST, UNKNOWN_FIELD, KEY_INVALID, CHANNEL_CONFIG_INVALID, GATEWAY_UNAVAILABLE,
 * STATE_CONFLICT
 * @see SPEC R11.1
 */
export async function putChannel(dependencies: PutDependencies, request: PutRequest): Promise<ChannelRow> {
  const { table, ports } = dependencies;
  const { channel, actor } = request;
  const provider = dependencies.provider(channel.provider);
  const body = read(provider, request, dependencies.local);
  const before = await getChannelRow(table, channel.code);
  const config = pick(body, provider.configSchema.shape);
  sameAccount(provider, config, before);
  const source = sources(body, before);
  const anomalyPolicy = policy(body.anomaly_policy) ?? before?.anomalyPolicy;
  const credentials = await keepCredentials(dependencies, { channel, provider, body, before });
  const row: ChannelRow = {
    channelCode: channel.code,
    provider: channel.provider,
    environment: body.environment,
    ...(body.gateway_url !== undefined && { gatewayUrl: body.gateway_url }),
    callbackUrlPayment: body.callback_url_payment,
    isActive: body.is_active,
    ...source,
    config,
    ...(anomalyPolicy && { anomalyPolicy }),
    ...platformKeys(before, body.environment),
    ...credentials,
    version: (before?.version ?? 0) + 1,
    updatedAt: instant(ports),
    updatedBy: actor,
  };
  if (!(await putChannelRow(table, row, newUuid(ports)))) throw new PaymentError('STATE_CONFLICT');
  return row;
}

type Body = ReturnType<ReturnType<typeof putChannelBody>['parse']>;

function read(provider: Provider, { channel, body }: PutRequest, local: boolean): Body {
  const read = validate(putChannelBody(provider, local), body);
  if (read.provider !== undefined && read.provider !== channel.provider)
    throw invalid('provider', `Channel ${channel.code} is of provider "${channel.provider}".`);
  if ((read.environment === 'local') !== (read.gateway_url !== undefined))
    throw invalid('gateway_url', 'gateway_url belongs to environment "local", and to no other.');
  if (!leadsTo(channel.code, read.callback_url_payment))
    throw invalid(
      'callback_url_payment',
      `callback_url_payment must end in ${callbackPath(channel.code.toLowerCase())}: elsewhere no callback is heard, and paid orders stay unpaid.`,
    );
  validate(provider.configSchema, pick(read, provider.configSchema.shape));
  return read;
}

const callbackPath = (code: string) => `/payments/callbacks/${code}`;

/** In the channel's own spelling or in lower case; an empty segment would lead past the route. @see SPEC R3.13 */
function leadsTo(code: ChannelCode, url: string): boolean {
  const { pathname } = new URL(url);
  const ends = [code, code.toLowerCase()].map(callbackPath);
  return !pathname.includes('//') && ends.some((end) => pathname.endsWith(end));
}

/** Payments under way are asked for, and their callbacks proved, by the account that they were made with. */
function sameAccount(provider: Provider, config: object, before: ChannelRow | undefined): void {
  if (!before) return;
  const [was, is] = [provider.payee(before.config), provider.payee(config)];
  for (const [fact, param] of [
    ['merchantId', 'merchant_id'],
    ['appId', 'app_id'],
  ] as const)
    if (was[fact] !== is[fact]) {
      const own = Object.entries(config).find(([, value]) => value === is[fact])?.[0] ?? param;
      throw invalid(
        own,
        `Channel ${before.channelCode} has another ${own}, and payments may be under way with it: another account is another channel code.`,
      );
    }
}

/** The list of addresses; what is left out of it stays. */
function sources(
  body: Body,
  before: ChannelRow | undefined,
): Pick<ChannelRow, 'sourcePolicy' | 'sourceRanges'> {
  const sourcePolicy = body.callback_source_policy ?? before?.sourcePolicy ?? 'monitor';
  const sourceRanges = body.callback_source_ranges ?? before?.sourceRanges ?? [];
  if (sourcePolicy === 'enforce' && sourceRanges.length === 0)
    throw invalid('callback_source_ranges', 'The policy "enforce" needs the ranges that it is to let in.');
  return { sourcePolicy, sourceRanges };
}

/** They were fetched, not sent, so they stay; those of another environment prove nothing here. */
function platformKeys(
  before: ChannelRow | undefined,
  environment: ChannelRow['environment'],
): Pick<ChannelRow, 'platformKeys'> {
  const { platformKeys } = before ?? {};
  return platformKeys !== undefined && before?.environment === environment ? { platformKeys } : {};
}

function policy(sent: Body['anomaly_policy']): AnomalyPolicy | undefined {
  const acceptable: readonly string[] = acceptableKinds;
  const wrong = Object.entries(sent ?? {}).find(
    ([kind, way]) => way !== 'hold' && !acceptable.includes(kind),
  );
  if (wrong)
    throw invalid(
      `anomaly_policy.${wrong[0]}`,
      `Money of the kind ${wrong[0]} is not the merchant’s, or not in its currency: it can only be held. "accept" and "auto_refund" are for ${acceptable.join(', ')}.`,
    );
  return sent;
}
