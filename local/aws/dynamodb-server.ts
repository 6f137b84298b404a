// The database server itself: the embedded one in a process of its own; or, to judge it, Amazon's DynamoDB Local.
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { CannotStart } from '../listen.ts';
import { startTethered, type TetheredProcess } from './tethered-process.ts';

export interface DynamoServer {
  readonly endpoint: string;
  readonly stop: () => Promise<void>;
}

interface Program {
  readonly command: string;
  readonly args: (port: number) => readonly string[];
  /** what it says once it serves */
  readonly ready: string;
}

/**
 * DYNAMODB_ENDPOINT names a server that runs already; DYNAMODB_LOCAL the folder of DynamoDB Local (DynamoDBLocal.jar and
 * its libraries), which is then started with `java` as often as it is needed; else the embedded server.
 * @param dataDir where items outlive this process; in memory without it
 * @param binary the embedded server's program; found among the packages without it
 * @throws CannotStart when there is no embedded server for this platform, or it does not start
 */
export async function startDynamoServer(dataDir?: string, binary?: string): Promise<DynamoServer> {
  const elsewhere = process.env['DYNAMODB_ENDPOINT'];
  if (elsewhere) return { endpoint: elsewhere, stop: async () => {} };
  if (dataDir !== undefined) mkdirSync(dataDir, { recursive: true });
  const folder = process.env['DYNAMODB_LOCAL'];
  const program =
    folder && !binary ? dynamoDbLocal(folder, dataDir) : embedded(binary ?? embeddedBinary(), dataDir);
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const server = startTethered(program.command, program.args(port));
    const endpoint = `http://127.0.0.1:${port}`;
    if (await answers(server, program.ready, endpoint)) return { endpoint, stop: server.stop };
    // Somebody may have taken the port between our asking for it and the server's.
    if (attempt === 3)
      throw new CannotStart(
        `The embedded DynamoDB (${program.command}) did not start: ${server.output().trim() || 'it said nothing'}. ` +
          `Nothing else was started. ${wayOut}`,
      );
  }
}

function embedded(command: string, dataDir: string | undefined): Program {
  const file = dataDir === undefined ? [] : ['--db-path', join(dataDir, 'dynamodb.sqlite')];
  return {
    command,
    args: (port) => ['--host', '127.0.0.1', '--port', String(port), ...file],
    ready: 'listening on',
  };
}

function dynamoDbLocal(folder: string, dataDir: string | undefined): Program {
  const libraries = join(folder, 'DynamoDBLocal_lib');
  return {
    command: 'java',
    args: (port) => [
      `-Djava.library.path=${folder}:${libraries}`,
      ...['-cp', [join(folder, 'DynamoDBLocal.jar'), join(folder, '*'), join(libraries, '*')].join(':')],
      'com.amazonaws.services.dynamodbv2.local.main.ServerRunner',
      // Every function has a key of its own: one database for all of them.
      ...[
        '-sharedDb',
        '-port',
        String(port),
        ...(dataDir === undefined ? ['-inMemory'] : ['-dbPath', dataDir]),
      ],
    ],
    ready: 'CorsParams',
  };
}

/** @returns true once it serves, false when it has ended */
async function answers(server: TetheredProcess, ready: string, endpoint: string): Promise<boolean> {
  const ended = server.ended.then(() => 'ended' as const);
  for (;;) {
    // Its own word comes first: on a port that is taken, somebody else would answer.
    const answer = server.output().includes(ready) ? await knock(endpoint) : undefined;
    if (answer) return true;
    if ((await Promise.race([ended, pause(10)])) === 'ended') return false;
  }
}

async function knock(endpoint: string): Promise<boolean> {
  const response = await fetch(endpoint).catch(() => undefined);
  await response?.body?.cancel();
  return response !== undefined;
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('The system gave no free port.');
  return address.port;
}

const wayOut =
  'Start DynamoDB Local, or any compatible server, and say where it is: ' +
  'DYNAMODB_ENDPOINT=http://127.0.0.1:8000 npm start';

/** @throws CannotStart naming the platform and the way out */
function embeddedBinary(): string {
  const platform = `${process.platform}-${process.arch}`;
  try {
    const manifest = createRequire(import.meta.url).resolve(`@dynoxide/${platform}/package.json`);
    return join(manifest, '..', 'dynoxide');
  } catch (cause) {
    throw new CannotStart(`There is no embedded DynamoDB for this platform (${platform}). ${wayOut}`, {
      cause,
    });
  }
}
