// POST /payments/callbacks/{channel_code}: open to the world, so it can neither write a payment nor sign.
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import middy from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { readableChannels } from '../../lib/channels/channels.ts';
import { codeInPath, readDeclaredChannels } from '../../lib/channels/declared.ts';
import type { Acknowledgement } from '../../lib/gateways/gateway.ts';
import { env } from '../../lib/lambda/env.ts';
import { headersOf, rawBody } from '../../lib/lambda/event.ts';
import { log } from '../../lib/lambda/log.ts';
import { count } from '../../lib/lambda/metrics.ts';
import { observed } from '../../lib/lambda/observed.ts';
import { ports } from '../../lib/lambda/ports.ts';
import { sendCallback } from '../../lib/messaging/callbacks.ts';
import { namedBy } from '../../lib/store/quarantine.ts';
import { clientDefaults, documentClient, unlogged } from '../../lib/store/table.ts';
import { receiveCallback, type Received } from './receive-callback.ts';

const declared = readDeclaredChannels(env('CHANNELS'));
// What arrives is proved by TLS; a second digest over every message is not needed.
const sqs = unlogged(new SQSClient({ ...clientDefaults, md5: false }));
const dependencies = {
  channel: readableChannels({
    declared,
    table: { client: documentClient(), channels: env('CHANNELS_TABLE') },
    secrets: new SecretsManagerClient(clientDefaults),
    ports: { fetch, now: ports.now },
  }),
  send: (message: Parameters<typeof sendCallback>[2]) =>
    sendCallback(sqs, env('CALLBACK_QUEUE_URL'), message),
  ports,
};

async function receive(event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
  const channelCode = codeInPath(declared, event.pathParameters?.['channel_code'] ?? '');
  if (!channelCode) return respond({ status: 404, contentType: 'text/plain', body: 'no such channel' });
  try {
    const { received, acknowledgement } = await receiveCallback(dependencies, {
      channelCode,
      callback: { body: rawBody(event), headers: headersOf(event) },
      sourceIp: event.requestContext.identity.sourceIp,
      requestId: event.requestContext.requestId,
    });
    tell(channelCode, received, event.requestContext.identity.sourceIp);
    return respond(acknowledgement);
  } catch (error) {
    log.error('callback.not_stored', { channel_code: channelCode }, error);
    return respond({ status: 500, contentType: 'text/plain', body: 'fail' });
  }
}

function tell(channelCode: string, received: Received, sourceIp: string): void {
  const facts = { channel_code: channelCode, source_ip: sourceIp };
  if (received.kind !== 'refused' && !received.listed) {
    count('callback_source_unlisted');
    log.warn('callback.source_unlisted', facts);
  }
  switch (received.kind) {
    case 'refused':
      countRefusal(received.reason);
      log.warn('callback.refused', { ...facts, reason: received.reason, outcome: received.detail });
      return;
    case 'ignored':
      log.info('callback.ignored', {
        ...facts,
        transaction_id: received.transactionId,
        reason: received.reason,
      });
      return;
    case 'queued':
      log.info('callback.queued', {
        ...facts,
        transaction_id: namedBy(received.message.notification),
        digest: received.message.digest,
        key_version: received.message.keyVersion,
      });
  }
}

/** A probe is what the provider wants refused: nobody is called. */
function countRefusal(reason: (Received & { kind: 'refused' })['reason']): void {
  if (reason === 'unlisted') count('callback_source_unlisted');
  else if (reason !== 'probe') count(`callback_refused_${reason}`);
}

function respond({ status, contentType, body }: Acknowledgement): APIGatewayProxyResult {
  return {
    statusCode: status,
    headers: {
      'content-type': contentType,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
    body,
  };
}

export const handler = middy<APIGatewayProxyEvent, APIGatewayProxyResult>().use(observed).handler(receive);
