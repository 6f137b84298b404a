// A process of its own for all that is not measured: queues, secrets, bus and the provider. It says where they listen,
// and ends with its parent.
import { listen } from '../local/listen.ts';
import { startQueues } from '../local/aws/queues.ts';
import { startServices } from '../local/aws/services.ts';
import { merchant, platform } from '../test/contract/alipay-side.ts';
import {
  apiV3Key,
  merchant as weChatMerchant,
  platform as weChat,
} from '../test/contract/wechat-pay-side.ts';
import { alipayStub } from './alipay-stub.ts';
import { weChatPayStub } from './wechat-pay-stub.ts';

const queues = await startQueues({});
const services = await startServices({
  region: 'us-east-1',
  account: '000000000000',
  now: () => Date.now(),
  onBusEvent: () => undefined,
  // Begun, and carried out by nobody.
  workflows: { StartExecution: () => ({ executionArn: 'arn', startDate: Date.now() / 1000 }) },
});
const gateway = await listen(alipayStub(merchant, platform), 0);
const weChatPay = await listen(weChatPayStub(weChat), 0);

const beside = {
  sqs: queues.endpoint,
  queueUrl: (await queues.createQueue('callbacks', { QueueName: 'callbacks' })).url,
  syncQueueUrl: (await queues.createQueue('sync', { QueueName: 'sync' })).url,
  services: services.endpoint,
  /** of Step Functions */
  states: services.endpoint,
  busName: services.createBus('payments').name,
  secretArn: services.createSecret('alipay', { Name: 'alipay' }).arn,
  weChatSecrets: {
    secret_arn: services.createSecret('wechat-pay', { Name: 'wechat-pay' }).arn,
    reader_secret_arn: services.createSecret('wechat-pay-reader', { Name: 'wechat-pay-reader' }).arn,
  },
  gateway: `${gateway.url}/gateway.do`,
  weChatPay: weChatPay.url,
  weChat: { merchant: weChatMerchant, platform: weChat, apiV3Key },
  merchant,
  platform,
};
export type Beside = typeof beside;

// Ends with whoever started it.
process.on('disconnect', () => process.exit());
process.send?.(beside);
