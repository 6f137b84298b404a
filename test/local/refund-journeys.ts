// What needs the functions of refunds: money that goes back through each channel, and executions of their workflow.
import { randomBytes } from 'node:crypto';
import { newTransactionId, refundIdOf } from '../../lib/domain/ids.ts';
import type { Line } from '../../local/journal.ts';
import type { Machine } from '../../local/machine.ts';
import { signedFetch } from '../../local/signed-fetch.ts';
import type { Journey, Journeys } from './journeys.ts';
import type { Latecomer } from './latecomer.ts';
import type { Shop } from './shop.ts';

/**
 * Begins the workflow of a refund that is not there.
 * @returns tells whether it has ended well
 */
export function begin({ workflows }: Pick<Machine, 'workflows'>): () => Promise<boolean> {
  const [arn = ''] = workflows.machines.keys();
  const refundId = refundIdOf(newTransactionId({ now: Date.now, randomBytes }), 0);
  const input = JSON.stringify({ refund_id: refundId, run: 1 });
  workflows.operations['StartExecution']?.({ stateMachineArn: arn, name: `${refundId}-1`, input });
  return () => {
    const [one] = workflows.list(refundId) as { status: string }[];
    return Promise.resolve(one?.status === 'SUCCEEDED');
  };
}

type Names =
  'create-refund' | 'confirm-refund' | 'get-refund' | 'find-refund' | 'list-refunds' | 'refund-steps';

interface Asked {
  readonly status: number;
  readonly id: string;
  readonly number: string;
}

/** @param lines grows with all that happens on the machine */
export function openRefundJourneys(
  machine: Machine,
  lines: readonly Line[],
  shop: Shop,
  { advance, control, fault, make, noFaults }: Latecomer,
  unlessDenied: (operation: string, since: number, holds: Journey) => Promise<boolean>,
) {
  const call = signedFetch(machine, machine.region);
  const payments = new Map<string, Promise<string>>();
  let numbers = 0;

  async function collect(order: object): Promise<string> {
    const { id } = await make(order);
    await shop.pay(id);
    await shop.heard(id, 'payment.paid');
    return id;
  }

  /** One for all refunds of such an order. */
  function paid(order: object): Promise<string> {
    const key = JSON.stringify(order);
    const payment = payments.get(key) ?? collect(order);
    payments.set(key, payment);
    return payment;
  }

  const post = (path: string, key: string, body: object) =>
    call(`${machine.api}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(body),
    });

  async function ask(order: object, more: object = {}, number = `r-${++numbers}`): Promise<Asked> {
    const answer = await post('/refunds/transactions', number, {
      ...{ original_transaction_id: await paid(order), business_refund_id: number, amount: '0.05' },
      ...more,
    });
    const { refund_id: id = '' } = (await answer.json()) as { refund_id?: string };
    return { status: answer.status, id, number };
  }

  const runs = (id: string) => machine.workflows.list(id).length;
  const isThere = async (path: string) => (await shop.get(path)).status === 200;
  const confirm = async (id: string) =>
    (
      await post(`/refunds/transactions/${id}/confirmation`, `confirm-${id}`, {
        ...{ result: 'refunded', reference: 'booking 7' },
      })
    ).status;

  async function isGone(id: string): Promise<boolean> {
    const answer = await shop.get(`/refunds/transactions/${id}`);
    return ((await answer.json()) as { status?: string }).status === 'SUCCESS';
  }

  /** The provider gives it back. */
  async function refunded(order: object): Promise<boolean> {
    const since = lines.length;
    const { id } = await ask(order);
    return unlessDenied('refund-steps', since, async () => {
      if (await isGone(id)) return true;
      await advance('15s');
      return false;
    });
  }

  /** The provider is too busy: the refund is put off. */
  async function putOff(): Promise<boolean> {
    await paid({});
    await fault({ call: { operation: 'refund', fault: 'rate_limited' } });
    const since = lines.length;
    const { id } = await ask({});
    const stepped = () =>
      lines.slice(since).some((line) => line.name === 'refund.stepped' && line['refund_id'] === id);
    const isWell = await unlessDenied('refund-steps', since, () => Promise.resolve(stepped()));
    await noFaults();
    return isWell;
  }

  /** The store fails: the answer is not kept, and the same request is carried out when it works again. */
  async function again(operation: string, act: () => Promise<number>, well: number): Promise<boolean> {
    const fault = { operation, action: 'TransactWriteItems', fault: 'internal_error' };
    await control('POST', { ...fault, times: 100 });
    const failed = await act();
    await control('DELETE');
    return failed >= 500 && (await act()) === well;
  }

  /** Its workflow could not be begun: status sync does it. */
  async function begunLater(): Promise<boolean> {
    const fault = { operation: 'create-refund', service: 'states', action: 'StartExecution' };
    await control('POST', { ...fault, fault: 'internal_error', times: 100 });
    const { status, id } = await ask({});
    await control('DELETE');
    if (status !== 201 || runs(id) > 0) return false;
    await advance('3m');
    return runs(id) > 0;
  }

  const usual: Readonly<Record<Names, Journey>> = {
    'create-refund': async () => {
      const { status, id } = await ask({});
      return status === 201 && runs(id) === 1;
    },
    'confirm-refund': async () => (await confirm((await ask({}, { refund_method: 'OFFLINE' })).id)) === 200,
    'get-refund': async () => isThere(`/refunds/transactions/${(await ask({})).id}`),
    'find-refund': async () => isThere(`/refunds/transactions?business_refund_id=${(await ask({})).number}`),
    'list-refunds': async () => isThere(`/payments/transactions/${await paid({})}/refunds`),
    'refund-steps': () => refunded({}),
  };

  const forgotten = /^dynamodb:DeleteItem .*-idempotency$/;
  const seldom: Journeys['seldom'] = [
    [
      'create-refund',
      forgotten,
      async () => {
        const number = `r-${++numbers}`;
        return again('create-refund', async () => (await ask({}, {}, number)).status, 201);
      },
    ],
    [
      'confirm-refund',
      forgotten,
      async () => {
        const { id } = await ask({}, { refund_method: 'OFFLINE' });
        return again('confirm-refund', () => confirm(id), 200);
      },
    ],
    ['sync-transaction', /^states:StartExecution /, begunLater],
    ['refund-steps', /^dynamodb:UpdateItem /, putOff],
  ];
  return { usual, seldom, refunded };
}
