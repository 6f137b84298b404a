// DynamoDB orders the changes of one item, and nothing else: a table has many shards, and each goes its own way. The
// emulator has one shard, so its order is broken on purpose, or code that leans on it would only fail in the cloud.
import type { DynamoDBRecord } from 'aws-lambda';

/** Enough to overtake one another, and few enough to stay cheap. */
const laneCount = 2;

/**
 * @param random in [0, 1)
 * @returns what is delivered side by side: changes of one item stay in one lane, in their order
 */
export function lanes(records: readonly DynamoDBRecord[], random: () => number): DynamoDBRecord[][] {
  const all = Array.from({ length: laneCount }, (): DynamoDBRecord[] => []);
  const ofItem = new Map<string, DynamoDBRecord[]>();
  for (const record of records) {
    const item = itemOf(record);
    const lane = ofItem.get(item) ?? all[Math.floor(random() * laneCount)] ?? [];
    ofItem.set(item, lane);
    lane.push(record);
  }
  if (random() < 0.5) all.reverse();
  return all.filter((lane) => lane.length > 0);
}

function itemOf({ dynamodb }: DynamoDBRecord): string {
  return JSON.stringify(Object.entries(dynamodb?.Keys ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Repeatable chance (mulberry32): the same seed gives the same numbers. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
