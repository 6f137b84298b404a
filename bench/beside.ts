// A process of its own for all that is not measured: queues, secrets, bus and the provider. It says where they listen,
// and ends with its parent.
import { listen } from '../local/listen.ts';
import { startQueues } from '../local/aws/queues.ts';
import { startServices } from '../local/aws/services.ts';
import { merchant, platform } from '../test/contract/alipay-side.ts';
import { alipayStub } from './alipay-stub.ts';

const queues = await startQueues({});
const services = await startServices({
  region: 'us-east-1',
  account: '000000000000',
  now: () => Date.now(),
  onBusEvent: () => undefined,
});
const gateway = await listen(alipayStub(merchant, platform), 0);

const beside = {
  sqs: queues.endpoint,
  queueUrl: (await queues.createQueue('callbacks', { QueueName: 'callbacks' })).url,
  services: services.endpoint,
  busName: services.createBus('payments').name,
  secretArn: services.createSecret('alipay', { Name: 'alipay' }).arn,
  gateway: `${gateway.url}/gateway.do`,
  merchant,
  platform,
};
export type Beside = typeof beside;

// Ends with whoever started it.
process.on('disconnect', () => process.exit());
process.send?.(beside);
