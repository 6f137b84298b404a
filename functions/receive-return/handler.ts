// GET /payments/returns/{channel_code}: open to the world, so it can neither write a payment nor sign. It believes nothing,
// and sends nobody on without proof.
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import middy from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { readableChannels } from '../../lib/channels/channels.ts';
import { codeInPath, readDeclaredChannels } from '../../lib/channels/declared.ts';
import { env } from '../../lib/lambda/env.ts';
import { headersOf } from '../../lib/lambda/event.ts';
import { observed } from '../../lib/lambda/observed.ts';
import { ports } from '../../lib/lambda/ports.ts';
import { clientDefaults, documentClient, unlogged } from '../../lib/store/table.ts';
import { messageOf, page, type Language, type Page } from './page.ts';
import { receiveReturn, type Returned } from './receive-return.ts';
import { shopAddress } from './shop-address.ts';
import { tell, tellFailure } from './tell.ts';

const client = documentClient();
const declared = readDeclaredChannels(env('CHANNELS'));
const dependencies = {
  channel: readableChannels({
    declared,
    table: { client, channels: env('CHANNELS_TABLE') },
    secrets: new SecretsManagerClient(clientDefaults),
    ports: { fetch, now: ports.now },
  }),
  table: { client, payments: env('PAYMENTS_TABLE') },
  queue: {
    // A payer waits: what the queue does not take soon is not asked. TLS proves what arrives, so that no digest is needed.
    sqs: unlogged(new SQSClient({ ...clientDefaults, maxAttempts: 2, md5: false })),
    queueUrl: env('SYNC_QUEUE_URL'),
  },
  ports,
};

async function receive(event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
  const language = languageOf(headersOf(event)['accept-language']);
  const channelCode = codeInPath(declared, event.pathParameters?.['channel_code'] ?? '');
  if (!channelCode) return show(404, page('unrecognised', language));
  const facts = { channel_code: channelCode, source_ip: event.requestContext.identity.sourceIp };
  try {
    const returned = await receiveReturn(dependencies, { channelCode, query: queryOf(event) });
    tell(facts, returned);
    return answer(returned, language);
  } catch (error) {
    tellFailure('return.failed', facts, error);
    return show(500, page('trouble', language));
  }
}

/**
 * API Gateway hands over no raw query but its parameters by name, escapes decoded once as UTF-8 and `+` as a space: this
 * encodes them again. Lost are the order of different names, how each was escaped, and whatever was not UTF-8: what is
 * signed in another charset, or in the order it was sent in, cannot be proved here.
 */
function queryOf(event: APIGatewayProxyEvent): string {
  const parameters = Object.entries(event.multiValueQueryStringParameters ?? {});
  const pairs = parameters.flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  );
  return new URLSearchParams(pairs).toString();
}

/** The first of the two that the browser names. */
function languageOf(accepted: readonly string[] = []): Language {
  const [, tag = ''] = /(?:^|,)\s*(en|zh)\b/i.exec(accepted.join(',')) ?? [];
  return tag.toLowerCase() === 'zh' ? 'zh' : 'en';
}

const statusOf = {
  malformed: 400,
  unreadable: 400,
  not_authentic: 403,
  probe: 403,
  not_opened: 403,
  foreign: 403,
} as const;

function answer(returned: Returned, language: Language): APIGatewayProxyResult {
  switch (returned.kind) {
    case 'refused':
      return show(statusOf[returned.reason], page('unrecognised', language));
    case 'nothing_of_ours':
      return show(404, page('unrecognised', language));
    case 'found': {
      const { payment } = returned;
      return payment.returnUrl === undefined
        ? show(200, page(messageOf(payment), language, payment))
        : respond(303, { location: shopAddress(payment.returnUrl, payment) }, '');
    }
  }
}

function show(status: number, { headers, body }: Page): APIGatewayProxyResult {
  return respond(status, headers, body);
}

/** The address that was asked for carries a proof: nobody is to learn it from a link or keep the answer. */
function respond(statusCode: number, headers: Page['headers'], body: string): APIGatewayProxyResult {
  return {
    statusCode,
    headers: {
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      ...headers,
    },
    body,
  };
}

export const handler = middy<APIGatewayProxyEvent, APIGatewayProxyResult>().use(observed).handler(receive);
