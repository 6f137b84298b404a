// GET /channels/{channel_code}
import { channelView } from '../../lib/api/channel-view.ts';
import { readDeclaredChannels } from '../../lib/channels/declared.ts';
import { keysClient, publicHalf } from '../../lib/channels/signers.ts';
import { PaymentError } from '../../lib/domain/errors.ts';
import { env } from '../../lib/lambda/env.ts';
import { api } from '../../lib/lambda/http.ts';
import { getChannelRow } from '../../lib/store/channels.ts';
import { documentClient } from '../../lib/store/table.ts';
import { declaredKeys } from './signing-keys.ts';

const declared = readDeclaredChannels(env('CHANNELS'));
const table = { client: documentClient(), channels: env('CHANNELS_TABLE') };
const keys = keysClient();

export const handler = api('read', async ({ path }) => {
  const channel = declared.find(({ code }) => code === path['channel_code']);
  const row = channel && (await getChannelRow(table, channel.code));
  if (!row) throw new PaymentError('NOT_FOUND', { param: 'channel_code' });
  const declaredOnes = await declaredKeys((arn, name) => publicHalf(keys, arn, name), channel);
  return { status: 200, body: channelView(row, declaredOnes) };
});
