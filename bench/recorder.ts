// One address for all of AWS and the provider: hands every call on, and writes down what it was and what it cost.
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { askForUnits, unitsOf } from '../local/aws/gate/capacity.ts';
import { listen } from '../local/listen.ts';
import type { Surroundings } from './surroundings.ts';

/** A call as it went out: `gateway` has its form, AWS its input. */
export interface Call {
  readonly service: 'dynamodb' | 'sqs' | 'secretsmanager' | 'events' | 'states' | 'gateway';
  readonly operation: string;
  readonly input: Record<string, unknown>;
  readonly read: number;
  readonly write: number;
}

export interface Recorder {
  readonly url: string;
  /** what went through since it was last asked */
  taken(): Call[];
  stop(): Promise<void>;
}

const services: Readonly<Record<string, Call['service']>> = {
  DynamoDB_20120810: 'dynamodb',
  AmazonSQS: 'sqs',
  secretsmanager: 'secretsmanager',
  AWSEvents: 'events',
  AWSStepFunctions: 'states',
};

export async function startRecorder(around: Surroundings): Promise<Recorder> {
  const places = {
    dynamodb: around.dynamodb,
    sqs: around.sqs,
    secretsmanager: around.services,
    events: around.services,
    states: around.states,
  };
  const calls: Call[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const sent = Buffer.concat(await request.toArray());
      const [target = '', operation = ''] = String(request.headers['x-amz-target'] ?? '').split('.');
      const service = services[target];
      if (!service || service === 'gateway') {
        const { pathname, search } = new URL(request.url ?? '', 'http://recorder');
        const form = new URLSearchParams(`${search.slice(1)}&${sent.toString()}`);
        const input = Object.fromEntries(form);
        calls.push({ service: 'gateway', operation: request.method ?? '', input, read: 0, write: 0 });
        const gateway = pathname.startsWith('/v3/') ? `${around.weChatPay}${pathname}` : around.gateway;
        const { status, headers, body } = await posted(`${gateway}${search}`, request.headers, sent);
        response.writeHead(status, headers).end(body);
        return;
      }
      const input = JSON.parse(sent.toString()) as Record<string, unknown>;
      const asked = { service, operation, input, asks: [] };
      const counted = askForUnits(asked) ?? input;
      const answer = await posted(places[service], request.headers, JSON.stringify(counted));
      const units = unitsOf(asked, JSON.parse(answer.body.toString()) as Call['input']);
      calls.push({ service, operation, input, ...units });
      response.writeHead(answer.status, { 'content-type': String(request.headers['content-type']) });
      response.end(answer.body);
    })();
  });
  const listening = await listen(server, 0);
  return { url: listening.url, taken: () => calls.splice(0), stop: () => listening.stop() };
}

async function posted(url: string, sent: IncomingHttpHeaders, body: string | Buffer) {
  const own = ['host', 'connection', 'content-length'];
  const headers = Object.entries(sent).flatMap(([name, value]) =>
    own.includes(name) ? [] : [[name, String(value)] as [string, string]],
  );
  const response = await fetch(url, { method: 'POST', headers, body });
  const signed = [...response.headers].filter(([name]) => /^wechatpay-|^content-type$/.test(name));
  const answered = Buffer.from(await response.arrayBuffer());
  return { status: response.status, headers: Object.fromEntries(signed), body: answered };
}
