// Every hour: asks providers that keep a list of it for what they have told us in vain.
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { connectedChannels } from '../../lib/channels/channels.ts';
import { readDeclaredChannels } from '../../lib/channels/declared.ts';
import { keysClient } from '../../lib/channels/signers.ts';
import { PaymentError } from '../../lib/domain/errors.ts';
import { env } from '../../lib/lambda/env.ts';
import { log } from '../../lib/lambda/log.ts';
import { count } from '../../lib/lambda/metrics.ts';
import { ports } from '../../lib/lambda/ports.ts';
import { schedule } from '../../lib/lambda/schedule.ts';
import { sendCallback, type CallbackMessage } from '../../lib/messaging/callbacks.ts';
import { clientDefaults, documentClient, unlogged } from '../../lib/store/table.ts';
import { catchUp, type CaughtUp } from './catch-up.ts';

const declared = readDeclaredChannels(env('CHANNELS'));
const sqs = unlogged(new SQSClient({ ...clientDefaults, md5: false }));
const dependencies = {
  channel: connectedChannels({
    secrets: new SecretsManagerClient(clientDefaults),
    keys: keysClient(),
    declared,
    table: { client: documentClient(), channels: env('CHANNELS_TABLE') },
    ports: { fetch, ...ports },
  }),
  send: (message: CallbackMessage) => sendCallback(sqs, env('CALLBACK_QUEUE_URL'), message),
  ports,
};

export const handler = schedule(async (deadline) => {
  const all = declared.map(async ({ code }) => {
    try {
      tell(code, await catchUp(dependencies, code, deadline));
    } catch (error) {
      if (!(error instanceof PaymentError)) throw error;
      log.warn('catch_up.not_connected', { channel_code: code, reason: error.code });
    }
  });
  // One that fails does not keep the others from being told.
  await Promise.allSettled(all);
  await Promise.all(all);
});

function tell(channel_code: string, caughtUp: CaughtUp): void {
  switch (caughtUp.kind) {
    case 'no_list':
      log.info('catch_up.no_list', { channel_code });
      return;
    case 'caught_up':
      log.info('catch_up.queued', { channel_code, queued: caughtUp.queued });
      if (caughtUp.unrecognised > 0)
        log.warn('catch_up.unrecognised', { channel_code, count: caughtUp.unrecognised });
      // What is left is told by the provider's own repeats, and asked for by status sync.
      if (!caughtUp.isComplete) log.warn('catch_up.cut_short', { channel_code, queued: caughtUp.queued });
      return;
    case 'not_told': {
      const { outcome } = caughtUp;
      count('catch_up_failed');
      log.error('catch_up.not_told', {
        channel_code,
        queued: caughtUp.queued,
        outcome: outcome.kind,
        ...('reason' in outcome && { reason: outcome.reason }),
        channel_error_code: outcome.channelCode,
      });
    }
  }
}
