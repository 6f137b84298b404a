// The one door to AWS of all functions: it knows the caller by the access key, judges each action on each resource by the
// caller's role, counts the call, lets it suffer the fault that was ordered, and hands it on to the emulator.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen } from '../../listen.ts';
import type { Endpoints } from '../environment.ts';
import type { SandboxDoor } from '../sandbox.ts';
import { type Access, openAccess } from './access.ts';
import { type AwsAnswer, denial, jsonAnswer } from './answers.ts';
import { type Calls, openCalls } from './calls.ts';
import { askForUnits, isReading, unitsOf } from './capacity.ts';
import { withKeys } from './customer-keys.ts';
import { type FaultOrder, type Faults, openFaults } from './faults.ts';
import { type Outcome, suffer } from './faulty-call.ts';
import { openForwarder } from './forward.ts';
import { type AwsCall, type Input, readCall, type Service } from './requests.ts';
import { openSessions, type Session, type SessionFacts } from './sessions.ts';

export interface GateOptions {
  readonly account: string;
  readonly region: string;
  readonly endpoints: Endpoints;
  /** ms since 1970 UTC, by the machine's own clock */
  readonly now: () => number;
  /** what a fault may name */
  readonly operations: () => readonly string[];
  /** a denial, a fault, or a request that nobody here understands */
  readonly tell: (operation: string, name: string, facts: Record<string, unknown>) => void;
}

export interface Gate {
  /** for AWS_ENDPOINT_URL of functions, and in the URLs of their queues */
  readonly endpoint: string;
  readonly access: Access;
  readonly calls: Calls;
  readonly faults: Faults;
  openSandbox(facts: SessionFacts, kill: () => void): SandboxDoor;
  /** how many calls have been carried out that may have written to a table; all come through here */
  readonly written: () => number;
  stop(): Promise<void>;
}

export async function startGate(options: GateOptions): Promise<Gate> {
  const { account, region, endpoints, tell } = options;
  const access = openAccess();
  const calls = openCalls(options.now);
  const faults = openFaults(options.operations);
  const sessions = openSessions(calls, account);
  const forwarder = openForwarder();
  let written = 0;
  const behind: Readonly<Record<Service, string>> = {
    dynamodb: endpoints.dynamodb,
    sqs: endpoints.queues,
    secretsmanager: endpoints.services,
    events: endpoints.services,
    kms: endpoints.services,
    states: endpoints.services,
  };

  function read(target: string, input: Input, { functionArn }: Session): AwsCall | undefined {
    const call = readCall(target, input, functionArn, { account, region, access });
    return call && { ...call, asks: call.asks.flatMap((ask) => withKeys(ask, region, access)) };
  }

  function refusal(call: AwsCall, session: Session): AwsAnswer | undefined {
    const asker = { roleArn: session.roleArn, account };
    for (const ask of call.asks) {
      const decision = access.judge(ask, asker);
      if (decision.kind === 'allowed') continue;
      const { action, resource } = ask;
      tell(session.operation, 'aws.denied', { level: 'ERROR', action, resource, role: session.roleArn });
      return denial(call.service, session.userArn, { action, resource, because: decision.because });
    }
    return undefined;
  }

  async function answer(request: IncomingMessage): Promise<Outcome | { kill: Session }> {
    const body = await bodyOf(request);
    const session = sessions.find(accessKeyOf(request), header(request, 'x-amz-security-token'));
    if (!session) return { answer: refused('UnrecognizedClientException', unknownToken) };
    const target = header(request, 'x-amz-target') ?? `${request.method ?? ''} ${request.url ?? ''}`;
    const input = asObject(body);
    const call = input && read(target, input, session);
    if (!call) {
      tell(session.operation, 'aws.not_carried_out', { level: 'ERROR', target });
      return {
        answer: refused('UnknownOperationException', `${target} is not carried out by this machine.`),
      };
    }
    const counted = calls.add(session.invocation(), call);
    const order = faults.take(session.operation, call);
    if (order) tellFault(order, call, session);
    const denied = order?.fault === 'crash_before' ? undefined : refusal(call, session);
    if (denied) {
      counted('denied');
      return { answer: denied };
    }
    const carryOut = async (other?: Input) => {
      const changed = other ?? askForUnits(call);
      const sent = changed ? Buffer.from(JSON.stringify(changed)) : body;
      const { method = 'POST', url: path = '/', headers } = request;
      const answered = await forwarder.to(behind[call.service], { method, path, headers, body: sent });
      if (call.service === 'dynamodb' && !isReading(call)) written += 1;
      const units = call.service === 'dynamodb' ? asObject(answered.body) : undefined;
      counted(order?.fault ?? errorOf(answered), units && unitsOf(call, units));
      return changed && units && 'ConsumedCapacity' in units ? withoutUnits(answered, units) : answered;
    };
    if (!order) return { answer: await carryOut() };
    counted(order.fault);
    const outcome = await suffer(order, { call, userArn: session.userArn, carryOut });
    return outcome === 'killed' ? { kill: session } : outcome;
  }

  function tellFault({ fault }: FaultOrder, { service, operation: action }: AwsCall, session: Session): void {
    tell(session.operation, 'aws.fault', { level: 'WARN', fault, service, action });
  }

  const server = createServer((request, response) => {
    answer(request).then(
      (outcome) => {
        if (outcome === 'hang_up' || outcome === 'killed') request.socket.resetAndDestroy();
        else if ('kill' in outcome) outcome.kill.kill();
        else reply(response, outcome.answer);
      },
      (error: unknown) => {
        const message = `The emulator did not answer: ${String(error)}`;
        reply(response, { ...refused('InternalFailure', message), status: 500 });
      },
    );
  });
  server.keepAliveTimeout = 60_000;
  const listening = await listen(server, 0);
  return {
    endpoint: listening.url,
    access,
    calls,
    faults,
    openSandbox: (facts, kill) => sessions.open(facts, kill),
    written: () => written,
    stop: async () => {
      await listening.stop();
      forwarder.stop();
    },
  };
}

const unknownToken = 'The security token included in the request is invalid.';

function refused(type: string, message: string): AwsAnswer {
  return jsonAnswer('1.0', 400, { __type: type, message, Message: message });
}

function reply(response: ServerResponse, { status, headers, body }: AwsAnswer): void {
  response.writeHead(status, { ...headers, 'content-length': String(body.length) }).end(body);
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts);
}

function header({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}

/** The key alone tells who calls: nobody else has it, and it is new at every start. */
function accessKeyOf(request: IncomingMessage): string {
  return /Credential=([^/]+)\//.exec(header(request, 'authorization') ?? '')?.[1] ?? '';
}

function asObject(body: Buffer): Input | undefined {
  try {
    const value: unknown = JSON.parse(body.toString() || '{}');
    return typeof value === 'object' && value !== null ? (value as Input) : undefined;
  } catch {
    return undefined;
  }
}

function errorOf({ status, body }: AwsAnswer): string {
  if (status < 400) return 'ok';
  return String(asObject(body)?.['__type']).split('#').at(-1) ?? String(status);
}

/** The function did not ask for what the gate asked for; the checksum was of the longer answer. */
function withoutUnits({ status, headers }: AwsAnswer, answer: Input): AwsAnswer {
  const kept = Object.entries(headers).filter(([name]) => name !== 'x-amz-crc32');
  return {
    status,
    headers: Object.fromEntries(kept),
    body: Buffer.from(JSON.stringify({ ...answer, ConsumedCapacity: undefined })),
  };
}
