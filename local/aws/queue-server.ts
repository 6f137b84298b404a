// The emulator of SQS and S3 on the loopback address. The package's own start listens on every interface of the machine, so its
// parts are put together here; the version is pinned, and test/local/aws/queues.test.ts holds what is relied upon.
import { mkdirSync } from 'node:fs';
import { buildApp } from 'fauxqs';
import { PersistenceManager } from '../../node_modules/fauxqs/dist/persistence.js';
import { S3Store } from '../../node_modules/fauxqs/dist/s3/s3Store.js';
import { SnsStore } from '../../node_modules/fauxqs/dist/sns/snsStore.js';
import { SqsStore } from '../../node_modules/fauxqs/dist/sqs/sqsStore.js';
import { type QueueClock, queueClock } from './queue-clock.ts';

export interface QueueServer {
  /** of SQS, and of S3 */
  readonly endpoint: string;
  readonly clock: QueueClock;
  /** The server is in this process: what a queue's attributes are now, without a request. */
  attributes(queue: string): Readonly<Record<string, string>> | undefined;
  stop(): Promise<void>;
}

/** @param dataDir where messages outlive this process; in memory without it */
export async function startQueueServer(region: string, dataDir?: string): Promise<QueueServer> {
  const stores = { sqsStore: new SqsStore(), snsStore: new SnsStore(), s3Store: new S3Store() };
  // Without a host name the queue URLs carry the address that the request came to.
  stores.sqsStore.host = '';
  const kept = dataDir === undefined ? undefined : keep(dataDir, stores);
  const app = buildApp({ logger: false, defaultRegion: region, stores });
  if (kept)
    app.addHook('preClose', () => {
      kept.close();
    });
  const endpoint = await app.listen({ port: 0, host: '127.0.0.1' });
  const { sqsStore } = stores;
  return {
    endpoint,
    clock: queueClock(sqsStore),
    attributes: (queue) => sqsStore.getQueueByName(queue)?.getAllAttributes(['All']),
    stop: () => app.close(),
  };
}

function keep(
  dataDir: string,
  { sqsStore, snsStore, s3Store }: { sqsStore: SqsStore; snsStore: SnsStore; s3Store: S3Store },
) {
  mkdirSync(dataDir, { recursive: true });
  const persistence = new PersistenceManager(dataDir);
  // Before it is set on the stores: what is loaded would be written, and cascade.
  persistence.loadSqsAndSns(sqsStore, snsStore);
  persistence.loadS3(s3Store);
  sqsStore.persistence = persistence;
  s3Store.persistence = persistence;
  for (const queue of sqsStore.allQueues()) queue.persistence = persistence;
  return persistence;
}
