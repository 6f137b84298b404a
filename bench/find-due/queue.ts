// A process of its own for the sync queue and for those who empty it. It says where the queue is, and ends with its parent.
import {
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SQSClient,
  type Message,
} from '@aws-sdk/client-sqs';
import { startQueues } from '../../local/aws/queues.ts';

const queues = await startQueues({});
const { url } = await queues.createQueue('sync', { QueueName: 'sync', VisibilityTimeout: 360 });
const sqs = new SQSClient({
  region: 'us-east-1',
  endpoint: queues.endpoint,
  credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
  md5: false,
});

async function empty(): Promise<never> {
  for (;;) {
    const receive = new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 });
    const { Messages = [] } = await sqs.send(receive);
    const Entries = Messages.map(({ ReceiptHandle }: Message, place) => ({
      Id: String(place),
      ReceiptHandle,
    }));
    if (Entries.length > 0) await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries }));
  }
}

const place = { sqs: queues.endpoint, queueUrl: url };
export type Place = typeof place;

// Ends with whoever started it.
process.on('disconnect', () => process.exit());
process.send?.(place);
await Promise.all(Array.from({ length: 4 }, empty));
