// Hands a request on to the emulator behind the gate, over connections that stay open, and brings its answer back as it is.
import { Agent, type IncomingHttpHeaders, request as send } from 'node:http';
import type { AwsAnswer } from './answers.ts';

export interface Forwarded {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Forwarder {
  /** @throws Error when the emulator does not answer */
  to(endpoint: string, request: Forwarded): Promise<AwsAnswer>;
  stop(): void;
}

/** Headers that belong to one connection. */
const ofTheConnection = ['connection', 'content-length', 'host', 'keep-alive', 'transfer-encoding'];

export function openForwarder(): Forwarder {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  return {
    to: (endpoint, { method, path, headers, body }) =>
      new Promise((resolve, reject) => {
        const { hostname, port } = new URL(endpoint);
        const options = { agent, hostname, port, method, path, headers: handedOn(headers, body) };
        const outgoing = send(options, (incoming) => {
          const parts: Buffer[] = [];
          incoming.on('data', (part: Buffer) => parts.push(part));
          incoming.on('error', reject);
          incoming.on('end', () => {
            resolve({
              status: incoming.statusCode ?? 500,
              headers: handedBack(incoming.headers),
              body: Buffer.concat(parts),
            });
          });
        });
        outgoing.on('error', reject);
        outgoing.end(body);
      }),
    stop: () => {
      agent.destroy();
    },
  };
}

function handedOn(headers: IncomingHttpHeaders, body: Buffer): Record<string, string | string[]> {
  const all = Object.entries(headers).filter(([name]) => !ofTheConnection.includes(name));
  return {
    ...(Object.fromEntries(all) as Record<string, string | string[]>),
    // Some servers keep tables apart by access key: they see one caller, the one that made the tables.
    authorization: (headers.authorization ?? '').replace(/Credential=[^/]+/, 'Credential=local'),
    'content-length': String(body.length),
  };
}

function handedBack(headers: IncomingHttpHeaders): Record<string, string> {
  const all = Object.entries(headers).filter(([name]) => !ofTheConnection.includes(name));
  return Object.fromEntries(all.map(([name, value]) => [name, String(value)]));
}
