// Capacity units of a DynamoDB call. The server counts them when it is asked to; what it refuses, DynamoDB charges all the
// same, and that is reckoned here.
import * as z from 'zod';
import type { AwsCall, Input } from './requests.ts';

export interface Units {
  readonly read: number;
  readonly write: number;
}

const none: Units = { read: 0, write: 0 };
const reading = new Set(['GetItem', 'Query', 'Scan', 'BatchGetItem', 'TransactGetItems']);

/** Whether a DynamoDB call leaves the table as it is. */
export function isReading({ operation }: AwsCall): boolean {
  return reading.has(operation);
}

const total = z.object({ CapacityUnits: z.number() });
const consumed = z.union([total.transform((one) => [one]), z.array(total)]);

/** The request as the server gets it: asked to count, where the function did not ask. */
export function askForUnits({ service, input }: AwsCall): Input | undefined {
  if (service !== 'dynamodb' || 'ReturnConsumedCapacity' in input) return undefined;
  return { ...input, ReturnConsumedCapacity: 'TOTAL' };
}

/**
 * @param answer parsed, of a call that was carried out
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
 */
export function unitsOf(call: AwsCall, answer: Input): Units {
  const parsed = consumed.safeParse(answer['ConsumedCapacity']);
  if (!parsed.success) return refusedUnits(call, answer);
  const units = parsed.data.reduce((sum, { CapacityUnits }) => sum + CapacityUnits, 0);
  return isReading(call) ? { read: units, write: 0 } : { read: 0, write: units };
}

const refusals = ['ConditionalCheckFailedException', 'TransactionCanceledException'];

/** A write whose condition did not hold is paid by its size; an update's is not known here and counts as the least. */
function refusedUnits({ service, operation, input }: AwsCall, answer: Input): Units {
  const type = String(answer['__type']).split('#').at(-1) ?? '';
  if (service !== 'dynamodb' || !refusals.includes(type)) return none;
  if (operation !== 'TransactWriteItems') return { read: 0, write: writeUnits(input) };
  const items = (input['TransactItems'] ?? []) as Record<string, Input>[];
  const writes = items.flatMap((item) => Object.values(item).map(writeUnits));
  return { read: 0, write: 2 * writes.reduce((sum, one) => sum + one, 0) };
}

function writeUnits(write: Input): number {
  const item = write['Item'];
  return item === undefined ? 1 : Math.max(1, Math.ceil(mapSize(item as Input) / 1024));
}

/** bytes, by DynamoDB's rules of size */
function mapSize(map: Input): number {
  return Object.entries(map).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + valueSize(value),
    0,
  );
}

function valueSize(value: unknown): number {
  const [[type, content] = ['', '']] = Object.entries(value as Record<string, unknown>);
  if (type === 'S') return Buffer.byteLength(String(content));
  if (type === 'N') return Math.ceil(String(content).replace(/[-.]/g, '').length / 2) + 1;
  if (type === 'B') return Math.floor((String(content).length * 3) / 4);
  if (type === 'M') return 3 + mapSize(content as Input) + Object.keys(content as Input).length;
  if (type === 'L')
    return 3 + (content as unknown[]).reduce<number>((sum, one) => sum + valueSize(one) + 1, 0);
  if (type === 'SS') return (content as string[]).reduce((sum, one) => sum + Buffer.byteLength(one), 0);
  return 1;
}
