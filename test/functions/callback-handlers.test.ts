// The handlers that a callback goes through: from the open door through the queue to the payment and the bus.
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TransactionId } from '../../lib/domain/ids.ts';
import { appendEvent, listEvents } from '../../lib/store/events.ts';
import { form, notice, paidFields, stranger } from '../contract/alipay-side.ts';
import { anEvent } from '../lambda/gateway-event.ts';
import { channelBody, deploy, type Deployed } from './deployed.ts';

let deployed: Deployed;
beforeAll(async () => {
  deployed = await deploy();
  const path = { channel_code: 'ALIPAY' };
  await deployed.call('put-channel', { method: 'PUT', path, body: JSON.stringify(channelBody), role: 'ops' });
});
afterAll(() => deployed.stop());

describe('a callback', () => {
  const post = (body: Buffer, channel_code = 'ALIPAY') =>
    deployed.run(
      'receive-callback',
      anEvent({ path: { channel_code }, body, role: null }),
    ) as Promise<object>;

  it('goes from the open door through the queue to the payment and the bus', async () => {
    deployed.alipay = {};
    const id = (await deployed.create('order-4', 'key-5')).body['transaction_id'] as TransactionId;
    const facts = paidFields(id, '8.80', Date.now());
    expect(await post(form(notice(facts)), 'alipay')).toMatchObject({ statusCode: 200, body: 'success' });
    const body = deployed.queue.commandCalls(SendMessageCommand).at(-1)?.args[0].input.MessageBody;
    const record = (messageId: string, text = body) => ({
      messageId,
      body: text,
      attributes: { ApproximateReceiveCount: '1' },
    });
    const Records = [
      record('poison', '{'),
      record('right'),
      record('again'),
      record('lost', body?.replaceAll(id, 'pay_01h455vb4pex5vsknk084sn02q')),
    ];
    expect(await deployed.run('apply-notification', { Records })).toEqual({
      batchItemFailures: [{ itemIdentifier: 'poison' }],
    });
    expect(await deployed.call('get-payment', { method: 'GET', path: { transaction_id: id } })).toMatchObject(
      {
        body: {
          status: 'PAID_SUCCESS',
          amount_paid: '8.80',
          version: 3,
          gateway_transaction_id: facts['trade_no'],
        },
      },
    );
    expect(await deployed.create('order-4', 'key-6')).toMatchObject({
      status: 409,
      body: { code: 'ORDER_ALREADY_PAID' },
    });
    await published(id);
  });

  async function published(id: TransactionId) {
    const tables = deployed.database.tables();
    const rows = (await listEvents(tables, id)).map((event) => appendEvent(tables, event).Put?.Item ?? {});
    const Records = rows.map((row, n) => ({
      dynamodb: { NewImage: marshall(row, { removeUndefinedValues: true }), SequenceNumber: `s${n}` },
    }));
    const told = { EventId: '1' };
    deployed.bus
      .on(PutEventsCommand)
      .resolvesOnce({ Entries: [told, {}, told] })
      .resolves({ Entries: [told, told, told] });
    const publish = () => deployed.run('publish-events', { Records });
    expect(await publish()).toEqual({ batchItemFailures: [{ itemIdentifier: 's1' }] });
    expect(await publish()).toEqual({ batchItemFailures: [] });
    const sent = deployed.bus.commandCalls(PutEventsCommand).at(-1)?.args[0].input.Entries ?? [];
    expect(sent.map(({ DetailType }) => DetailType)).toEqual([
      'payment.created',
      'payment.pending',
      'payment.paid',
    ]);
    expect(sent[2]?.Detail).toContain('"amount_paid":"8.80"');
  }

  it('that is forged, foreign or for nobody goes nowhere', async () => {
    const before = deployed.queue.commandCalls(SendMessageCommand).length;
    const facts = paidFields('pay_01h455vb4pex5vsknk084sn02q', '8.80', Date.now());
    const foreign = {
      ...facts,
      seller_id: '2088999999999999',
      app_id: '2021999999999999',
      auth_app_id: '2021999999999999',
    };
    expect(await post(form(notice(facts, stranger)))).toMatchObject({ statusCode: 401 });
    expect(await post(form(notice(foreign)))).toMatchObject({ statusCode: 403 });
    expect(await post(Buffer.alloc(70_000, 'a'))).toMatchObject({ statusCode: 400 });
    for (const path of ['Alipay', 'NONE', '', 'alipay\u0000', '__proto__'])
      expect(await post(form(notice(facts)), path)).toMatchObject({ statusCode: 404 });
    expect(deployed.queue.commandCalls(SendMessageCommand)).toHaveLength(before);
  });

  it('is not acknowledged while the queue is down', async () => {
    deployed.queue.on(SendMessageCommand).rejects(new Error('secret inner words'));
    const answer = await post(form(notice(paidFields('pay_01h455vb4pex5vsknk084sn02q', '8.80', Date.now()))));
    expect(answer).toMatchObject({ statusCode: 500, body: 'fail' });
  });
});
