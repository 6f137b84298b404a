// A channel that tests configure: its rows in a real database, its secrets and keys as a test tells.
import { putChannel, type PutDependencies } from '../../functions/put-channel/put-channel.ts';
import type { DeclaredChannel } from '../../lib/channels/declared.ts';
import { PaymentError } from '../../lib/domain/errors.ts';
import { provider } from '../../lib/gateways/registry.ts';
import { getChannelRow } from '../../lib/store/channels.ts';
import { account, merchant, platform } from '../contract/alipay-side.ts';
import { ports, type Database } from '../store/database.ts';

export const withoutSecret = {
  environment: 'sandbox',
  ...account,
  public_key_platform: platform.publicPem,
  callback_url_payment: 'https://pay.example.com/payments/callbacks/ALIPAY',
  is_active: true,
};
export const right = { ...withoutSecret, private_key_merchant: merchant.privatePem };

let channels = 0;

export interface Kept {
  readonly arn: string;
  readonly version: string;
  readonly secrets: object;
}

export function configurable(
  database: Database,
  changes: Partial<PutDependencies> = {},
  declared: Partial<DeclaredChannel> = {},
) {
  const code = `ALIPAY_${++channels}`;
  const kept: Kept[] = [];
  const table = database.tables();
  const dependencies: PutDependencies = {
    table,
    putSecrets: (arn, version, secrets) => Promise.resolve(void kept.push({ arn, version, secrets })),
    publicHalf: () => Promise.reject(new Error('no key was expected')),
    provider,
    ports: ports(),
    local: false,
    ...changes,
  };
  const channel = { code, provider: 'alipay', secret_arn: `arn:${code}`, ...declared };
  return {
    kept,
    put: (sent: object) => {
      const body: unknown = JSON.parse(JSON.stringify(sent).replace('callbacks/ALIPAY', `callbacks/${code}`));
      return putChannel(dependencies, { channel, body, actor: 'operators' });
    },
    row: () => getChannelRow(table, code),
  };
}

export async function refusal(put: Promise<unknown>) {
  const error: unknown = await put.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof PaymentError)) throw new Error('no refusal', { cause: error });
  return { code: error.code, param: error.details.param };
}
