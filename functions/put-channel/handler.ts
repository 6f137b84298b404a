// PUT /channels/{channel_code}
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { channelView } from '../../lib/api/channel-view.ts';
import { readDeclaredChannels } from '../../lib/channels/declared.ts';
import { putSecrets } from '../../lib/channels/secrets.ts';
import { keysClient, publicHalf } from '../../lib/channels/signers.ts';
import { PaymentError } from '../../lib/domain/errors.ts';
import { provider } from '../../lib/gateways/registry.ts';
import { env } from '../../lib/lambda/env.ts';
import { api } from '../../lib/lambda/http.ts';
import { log } from '../../lib/lambda/log.ts';
import { ports } from '../../lib/lambda/ports.ts';
import { clientDefaults, documentClient } from '../../lib/store/table.ts';
import { putChannel } from './put-channel.ts';

const declared = readDeclaredChannels(env('CHANNELS'));
const secrets = new SecretsManagerClient(clientDefaults);
const keys = keysClient();
const dependencies = {
  table: { client: documentClient(), channels: env('CHANNELS_TABLE') },
  putSecrets: (arn: string, version: string, values: object) => putSecrets(secrets, arn, version, values),
  publicHalf: (arn: string, name: string) => publicHalf(keys, arn, name),
  provider,
  ports,
  local: env('STAGE') === 'local',
};

export const handler = api('configure', async ({ path, body, caller }) => {
  const channel = declared.find(({ code }) => code === path['channel_code']);
  if (!channel) throw new PaymentError('NOT_FOUND', { param: 'channel_code' });
  const row = await putChannel(dependencies, { channel, body, actor: caller.application });
  log.info('channel.configured', {
    channel_code: row.channelCode,
    application: caller.application,
    version: row.version,
  });
  return { status: 200, body: channelView(row) };
});
