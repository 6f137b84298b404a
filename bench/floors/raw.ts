// The least that a call can cost: a signed POST over one kept connection, written by hand.
import { createHmac, hash } from 'node:crypto';
import { Agent, request } from 'node:http';
import { floor, formType, type Send } from './steps.ts';

const agent = new Agent({ keepAlive: true, scheduling: 'lifo', maxSockets: 64 });
const {
  AWS_REGION: region = '',
  AWS_ACCESS_KEY_ID: id = '',
  AWS_SECRET_ACCESS_KEY: secret = '',
} = process.env;

const services = {
  dynamodb: ['DynamoDB_20120810', '1.0', process.env['AWS_ENDPOINT_URL_DYNAMODB']],
  sqs: ['AmazonSQS', '1.0', process.env['AWS_ENDPOINT_URL_SQS']],
  secretsmanager: ['secretsmanager', '1.1', process.env['AWS_ENDPOINT_URL_SECRETS_MANAGER']],
  events: ['AWSEvents', '1.1', process.env['AWS_ENDPOINT_URL_EVENTBRIDGE']],
  states: ['AWSStepFunctions', '1.0', process.env['AWS_ENDPOINT_URL_SFN']],
} as const;

const keys = new Map<string, Buffer>();

/** The day's key of a service. */
function signingKey(day: string, service: string): Buffer {
  const kept = keys.get(day + service);
  if (kept) return kept;
  const steps = [day, region, service, 'aws4_request'];
  const key = steps.reduce<string | Buffer>(
    (last, step) => createHmac('sha256', last).update(step).digest(),
    `AWS4${secret}`,
  ) as Buffer;
  keys.set(day + service, key);
  return key;
}

const send: Send = async ({ service, operation, input }) => {
  const [prefix, version, endpoint = ''] = services[service];
  const { host } = new URL(endpoint);
  const body = JSON.stringify(input);
  const target = `${prefix}.${operation}`;
  const time = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const scope = `${time.slice(0, 8)}/${region}/${service}/aws4_request`;
  const signed = 'host;x-amz-date;x-amz-target';
  const headers = `host:${host}\nx-amz-date:${time}\nx-amz-target:${target}\n`;
  const canonical = `POST\n/\n\n${headers}\n${signed}\n${hash('sha256', body)}`;
  const text = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${hash('sha256', canonical)}`;
  const signature = createHmac('sha256', signingKey(time.slice(0, 8), service))
    .update(text)
    .digest('hex');
  const answer = await post(endpoint, body, {
    'content-type': `application/x-amz-json-${version}`,
    'x-amz-date': time,
    'x-amz-target': target,
    authorization: `AWS4-HMAC-SHA256 Credential=${id}/${scope}, SignedHeaders=${signed}, Signature=${signature}`,
  });
  return JSON.parse(answer) as unknown;
};

function post(url: string, body: string, headers: Record<string, string>): Promise<string> {
  return new Promise((resolve, reject) => {
    const length = Buffer.byteLength(body);
    const call = request(url, { agent, method: 'POST', headers: { ...headers, 'content-length': length } });
    // A kept connection that the other side closed just then: nothing was heard of this call.
    const again = (error: Error) => {
      if (call.reusedSocket && 'code' in error && error.code === 'ECONNRESET')
        post(url, body, headers).then(resolve, reject);
      else reject(error);
    };
    call.on('error', again).on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(`${url} answered ${response.statusCode ?? 0} ${text}`));
      });
    });
    call.end(body);
  });
}

export const handler = floor(send, (url, body) => post(url, body, { 'content-type': formType }));
