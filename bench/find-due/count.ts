// What find-due asks of AWS: calls and capacity units, for payments of a usual size.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { findDue } from '../../functions/find-due/find-due.ts';
import { findingIndex } from '../../infra/names.ts';
import { ports } from '../../lib/lambda/ports.ts';
import { createPayment } from '../../lib/store/payments.ts';
import { documentClient } from '../../lib/store/table.ts';
import { aPayment } from '../../test/domain/samples.ts';
import { startRecorder, type Call } from '../recorder.ts';
import { startSurroundings } from '../surroundings.ts';

const shards = 2;

export interface Asked {
  readonly payments: number;
  /** by operation */
  readonly calls: Readonly<Record<string, number>>;
  readonly read: number;
  readonly write: number;
}

/** @returns for so many due payments, and for a tick that finds none */
export async function countCalls(many: number): Promise<{ due: Asked; idle: Asked }> {
  const around = await startSurroundings();
  const recorder = await startRecorder(around);
  const own = { region: 'us-east-1', credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' } };
  const dynamodb = new DynamoDBClient({ ...own, endpoint: recorder.url });
  const sqs = new SQSClient({ ...own, endpoint: recorder.url, useQueueUrlAsEndpoint: false });
  const tables = {
    ...{ client: documentClient(dynamodb), payments: 'payments', events: 'events', ports },
    ...{ dueIndex: findingIndex, dueShards: shards },
  };
  try {
    for (let n = 0; n < many; n++) {
      const payment = { ...aPayment(), dueAt: new Date(Date.now() - 1000).toISOString() };
      await createPayment(tables, payment, { actor: 'bench', reason: 'bench' }, undefined, 0);
    }
    const tick = async (payments: number): Promise<Asked> => {
      recorder.taken();
      const queue = { sqs, queueUrl: around.queueUrl };
      const { queued } = await findDue({ index: tables, ports, queue, shards }, Date.now() + 45_000);
      if (queued !== payments) throw new Error(`${queued} were queued, and ${payments} were due`);
      return { payments, ...summed(recorder.taken()) };
    };
    return { due: await tick(many), idle: await tick(0) };
  } finally {
    for (const client of [dynamodb, sqs]) client.destroy();
    await recorder.stop();
    await around.stop();
  }
}

function summed(calls: readonly Call[]) {
  const by: Record<string, number> = {};
  for (const { operation } of calls) by[operation] = (by[operation] ?? 0) + 1;
  const sum = (unit: 'read' | 'write') => calls.reduce((all, call) => all + call[unit], 0);
  return { calls: by, read: sum('read'), write: sum('write') };
}
