// DynamoDB of this machine: the template's tables in a server that was started for them, or that is there already.
import {
  CreateTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  ResourceInUseException,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { startDynamoServer } from './dynamodb-server.ts';
import type { Properties } from './properties.ts';
import { type StateHash, stateHash } from './state-hash.ts';
import { serves, type TableRequest, tableRequest } from './table.ts';

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

/** @throws CannotStart as `startDynamoServer` does */
export async function startDynamo(options: DynamoOptions = {}): Promise<LocalDynamo> {
  const { region = 'us-east-1', account = '000000000000' } = options;
  const server = await startDynamoServer(options.dataDir, options.binary);
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

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
