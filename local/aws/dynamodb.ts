// DynamoDB of this machine: the embedded server in a process of its own, or any compatible one by its address.
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { join } from 'node:path';
import {
  CreateTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  ResourceInUseException,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { CannotStart } from '../listen.ts';
import type { Properties } from './properties.ts';
import { type StateHash, stateHash } from './state-hash.ts';
import { serves, type TableRequest, tableRequest } from './table.ts';
import { startTethered, type TetheredProcess } from './tethered-process.ts';

export interface LocalDynamo {
  /** serves DynamoDB and DynamoDB Streams */
  readonly endpoint: string;
  /**
   * Takes resolved properties of AWS::DynamoDB::Table or AWS::DynamoDB::GlobalTable. A table that is there already and
   * has the same keys, indexes and stream is kept with its items.
   * @returns ARNs as the template's region and account have them, not as the server writes them
   * @throws Error naming a property that is not carried out, or a kept table that has another shape
   */
  createTable(name: string, properties: Properties): Promise<{ arn: string; streamArn?: string }>;
  /** over all tables that were made here, or found again */
  stateHash(): Promise<StateHash>;
  stop(): Promise<void>;
}

export interface DynamoOptions {
  /** where items outlive this process; in memory without it */
  readonly dataDir?: string;
  /** the embedded server's program; found among the packages without it */
  readonly binary?: string;
  readonly region?: string;
  readonly account?: string;
}

/**
 * Uses the server at DYNAMODB_ENDPOINT when that variable is set.
 * @throws CannotStart when there is no embedded server for this platform, or it does not start
 */
export async function startDynamo(options: DynamoOptions = {}): Promise<LocalDynamo> {
  const { region = 'us-east-1', account = '000000000000' } = options;
  const elsewhere = process.env['DYNAMODB_ENDPOINT'];
  const server = elsewhere ? { endpoint: elsewhere, stop: async () => {} } : await startEmbedded(options);
  const client = new DynamoDBClient({
    endpoint: server.endpoint,
    region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const names = new Set<string>();
  return {
    endpoint: server.endpoint,
    stateHash: () => stateHash(client, names),
    createTable: async (name, properties) => {
      names.add(name);
      const label = await ensureTable(client, tableRequest(name, properties));
      const arn = `arn:aws:dynamodb:${region}:${account}:table/${name}`;
      return { arn, ...(label !== undefined && { streamArn: `${arn}/stream/${label}` }) };
    },
    stop: async () => {
      client.destroy();
      await server.stop();
    },
  };
}

/** @returns the label of the table's stream, if it has one */
async function ensureTable(client: DynamoDBClient, request: TableRequest): Promise<string | undefined> {
  const { TableName } = request.create;
  await client.send(new CreateTableCommand(request.create)).catch((error: unknown) => {
    if (!(error instanceof ResourceInUseException)) throw error;
  });
  const table = await activeTable(client, TableName ?? '');
  if (!serves(table, request))
    throw new Error(
      `Table ${TableName ?? ''} is kept from an earlier start and has other keys, indexes or stream than the template ` +
        `now asks for. Its items are untouched. Start with another data directory, or remove this one.`,
    );
  if (request.timeToLive !== undefined) await expireBy(client, TableName, request.timeToLive);
  return table.LatestStreamLabel;
}

async function activeTable(client: DynamoDBClient, TableName: string) {
  for (;;) {
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    if (Table?.TableStatus === 'ACTIVE') return Table;
    await pause(100);
  }
}

async function expireBy(client: DynamoDBClient, TableName: string | undefined, AttributeName: string) {
  const { TimeToLiveDescription: now } = await client.send(new DescribeTimeToLiveCommand({ TableName }));
  if (now?.TimeToLiveStatus === 'ENABLED') return;
  await client.send(
    new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification: { AttributeName, Enabled: true } }),
  );
}

interface Embedded {
  readonly endpoint: string;
  readonly stop: () => Promise<void>;
}

async function startEmbedded({ dataDir, binary = embeddedBinary() }: DynamoOptions): Promise<Embedded> {
  if (dataDir !== undefined) mkdirSync(dataDir, { recursive: true });
  const file = dataDir === undefined ? [] : ['--db-path', join(dataDir, 'dynamodb.sqlite')];
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const server = startTethered(binary, ['--host', '127.0.0.1', '--port', String(port), ...file]);
    const endpoint = `http://127.0.0.1:${port}`;
    if (await answers(server, endpoint)) return { endpoint, stop: server.stop };
    // Somebody may have taken the port between our asking for it and the server's.
    if (attempt === 3)
      throw new CannotStart(
        `The embedded DynamoDB (${binary}) did not start: ${server.output().trim() || 'it said nothing'}. ` +
          `Nothing else was started. ${wayOut}`,
      );
  }
}

/** @returns true once it serves, false when it has ended */
async function answers(server: TetheredProcess, endpoint: string): Promise<boolean> {
  const ended = server.ended.then(() => 'ended' as const);
  for (;;) {
    // Its own word comes first: on a port that is taken, somebody else would answer.
    const answer = server.output().includes('listening on') ? await knock(endpoint) : undefined;
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
