import { describe, expect, test } from '@jest/globals';
import type { DynamoDBRecord } from 'aws-lambda';
import { lanes, randomFrom } from '../../../local/aws/stream-lanes.ts';

const change = (item: string, n: number): DynamoDBRecord => ({
  dynamodb: { Keys: { pk: { S: 'pay_1' }, sk: { S: item } }, SequenceNumber: `${item}${n}` },
});
const all = [1, 2, 3].flatMap((n) => ['a', 'b', 'c', 'd'].map((item) => change(item, n)));
const told = (seed: number) =>
  lanes(all, randomFrom(seed))
    .flat()
    .map(({ dynamodb }) => dynamodb?.SequenceNumber ?? '');

const seeds = Array.from({ length: 50 }, (_, seed) => seed);

describe('lanes of a stream', () => {
  test.each(seeds)('keep every change, and the order of each item (seed %i)', (seed) => {
    const order = told(seed);
    expect([...order].sort()).toEqual(all.map(({ dynamodb }) => dynamodb?.SequenceNumber).sort());
    for (const item of ['a', 'b', 'c', 'd'])
      expect(order.filter((each) => each.startsWith(item))).toEqual([1, 2, 3].map((n) => `${item}${n}`));
  });

  test('let items overtake one another, another way with another seed', () => {
    const orders = new Set(seeds.map((seed) => told(seed).join()));
    expect(orders.size).toBeGreaterThan(10);
  });

  test('are the same with the same seed', () => {
    expect(told(7)).toEqual(told(7));
  });
});
