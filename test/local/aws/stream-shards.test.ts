import { describe, expect, it } from '@jest/globals';
import {
  type DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams';
import { openShard } from '../../../local/aws/stream-shards.ts';

describe('reading a shard', () => {
  it('goes on from where it read, although somebody looked meanwhile', async () => {
    const waiting: ((answer: object) => void)[] = [];
    const send = (command: object): Promise<object> => {
      if (command instanceof GetShardIteratorCommand)
        return new Promise((resolve) => {
          waiting.push(resolve);
        });
      const from = command instanceof GetRecordsCommand ? Number(command.input.ShardIterator) : 0;
      return Promise.resolve({ Records: from === 0 ? [{ eventID: 'one' }] : [], NextShardIterator: '1' });
    };
    const client = { send } as unknown as DynamoDBStreamsClient;
    const shard = openShard(client, {
      StreamArn: 'arn',
      ShardId: 'shard',
      start: 'TRIM_HORIZON',
      handled: () => undefined,
    });
    const look = shard.more();
    const reading = shard.read(10);
    waiting[1]?.({ ShardIterator: '0' });
    expect(await reading).toHaveLength(1);
    waiting[0]?.({ ShardIterator: '0' });
    await look;
    expect(await shard.read(10)).toHaveLength(0);
  });
});
