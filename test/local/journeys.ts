// What needs each function of a booted machine, for seeing which grants are missed: one journey for each, and others for the
// ways through a function that are seldom taken.
import type { OperationName } from '../../infra/operations.ts';
import type { Line } from '../../local/journal.ts';
import type { Machine } from '../../local/machine.ts';
import { signedFetch } from '../../local/signed-fetch.ts';
import { openChannelJourneys } from './channel-journeys.ts';
import { openLatecomer } from './latecomer.ts';
import { openRefundJourneys } from './refund-journeys.ts';
import { openShop } from './shop.ts';

/** Does what needs the function; tells whether all went well. */
export type Journey = () => Promise<boolean>;

export interface Journeys {
  readonly usual: Readonly<Record<OperationName, Journey>>;
  /** `permission` is `action resource` */
  readonly seldom: readonly (readonly [operation: OperationName, permission: RegExp, Journey])[];
}

export function isDenial({ from, name }: Line, operation: string): boolean {
  return from === operation && name === 'aws.denied';
}

/** @param lines grows with all that happens on the machine */
export async function openJourneys(machine: Machine, lines: readonly Line[]): Promise<Journeys> {
  const shop = openShop(machine);
  const late = openLatecomer(machine, shop);
  const { advance, anomaly, closing, lose, make, payer } = late;
  const { configured, throughEach, ...channels } = openChannelJourneys(machine, lines, late);
  const operator = signedFetch(machine.credentials.people.operator, machine.region);
  /** a payment that can be read, and an order whose payment is closed */
  const known = await shop.create();
  const closed = { business_order_id: 'closed-1' };
  const { id: over } = await make(closed);
  await shop.pay(over, 'decline');
  await advance('15m');
  if ((await shop.status(over)) !== 'CLOSED') throw new Error('The payment was not closed.');

  const answers = (status: number, call: () => Promise<Response>): Journey => {
    return async () => (await call()).status === status;
  };
  const send = (method: string, path: string, body: object, key?: string) =>
    operator(`${machine.api}${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...(key && { 'idempotency-key': key }) },
      body: JSON.stringify(body),
    });
  /** Waits until it holds, or until something is denied to the operation. */
  async function unlessDenied(operation: string, since: number, holds: Journey): Promise<boolean> {
    const end = Date.now() + 20_000;
    while (Date.now() < end && !lines.slice(since).some((line) => isDenial(line, operation))) {
      if (await holds()) return true;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return holds();
  }

  async function paid(operation: string, order: object): Promise<boolean> {
    const since = lines.length;
    const { id } = await make(order);
    await shop.pay(id);
    return unlessDenied(operation, since, async () => (await shop.status(id)) === 'PAID_SUCCESS');
  }

  /** The gateway carries it out and its answer is lost: the creation is handed on early, and the answer is not kept. */
  const unknown: Journey = async () => {
    await late.fault({ call: { operation: 'prepay', fault: 'reset_after' } });
    const { status, headers } = await shop.post();
    await late.noFaults();
    return status === 202 && Number(headers.get('retry-after')) < 5;
  };

  /** The callbacks are lost: only asking brings the money to the payments. */
  async function synced(orders: readonly object[]): Promise<boolean> {
    const ids: string[] = [];
    for (const order of orders) {
      const { id } = await make(order);
      await lose(id);
      await shop.pay(id);
      ids.push(id);
    }
    await advance('10m');
    const statuses = await Promise.all(ids.map((id) => shop.status(id)));
    return statuses.every((status) => status === 'PAID_SUCCESS');
  }

  const returned: Journey = async () => {
    const page = await make(late.page);
    await lose(page.id);
    const back = await payer(page);
    return back?.status === 303 && (await shop.status(page.id)) === 'PAID_SUCCESS';
  };

  /** The store fails: the answer is not kept, and the same request is carried out when it works again. */
  const resolvedAgain: Journey = async () => {
    const id = await lateMoney('99.99');
    const fault = { operation: 'resolve-anomaly', action: 'TransactWriteItems', fault: 'internal_error' };
    await late.control('POST', { ...fault, times: 100 });
    const failed = await decide(id);
    await late.control('DELETE');
    return failed.status >= 500 && (await decide(id)).status === 200;
  };

  // Created, pending, close requested, anomaly found.
  const decide = (id: string) =>
    send(
      'POST',
      `/payments/transactions/${id}/anomaly/resolution`,
      { action: 'accept', version: 4, reason: 'kept' },
      `decide-${id}`,
    );

  async function lateMoney(amount?: string): Promise<string> {
    const since = lines.length;
    const payment = await closing({});
    await payer(payment, amount);
    await unlessDenied('apply-notification', since, async () => (await anomaly(payment.id)) !== undefined);
    return payment.id;
  }

  /** How often this went well. */
  const done = (operation: string, wanted: string): number =>
    machine.gate.calls
      .list(operation)
      .flatMap(({ calls }) => calls)
      .filter(({ action, outcome }) => action === wanted && outcome === 'ok').length;

  const ticked = (operation: string, by: string, wanted: string): Journey => {
    return async () => {
      const before = done(operation, wanted);
      await advance(by);
      return done(operation, wanted) > before;
    };
  };

  /** Known and unknown numbers: tables are written, and the queue too. */
  const notThere: Journey = async () => {
    if (!(await paid('apply-notification', {}))) return false;
    const since = lines.length;
    const { id } = await make({});
    await late.fault({ transaction_id: id, callback: { fault: 'unknown_number' } });
    await shop.pay(id);
    const told = () => lines.slice(since).some(({ name }) => name === 'callback.payment_not_there');
    return unlessDenied('apply-notification', since, () => Promise.resolve(told()));
  };

  /** What is only a hint lets the channel be asked. */
  const followed: Journey = async () => {
    const since = lines.length;
    const { id } = await make({ payment_channel: 'PAYPAL', payment_method: 'paypal', currency: 'USD' });
    await shop.pay(id);
    const told = () => lines.slice(since).some(({ name }) => name === 'callback.followed');
    return unlessDenied('apply-notification', since, () => Promise.resolve(told()));
  };

  const refunds = openRefundJourneys(machine, lines, shop, late, unlessDenied);
  const usual: Journeys['usual'] = {
    'create-payment': answers(201, () => shop.post()),
    'get-payment': answers(200, () => shop.get(`/payments/transactions/${known}`)),
    'list-payments': answers(200, () => shop.get('/payments/transactions?business_order_id=shop-1')),
    'get-timeline': answers(200, () => shop.get(`/payments/transactions/${known}/timeline`)),
    'close-payment': () => late.closedAtOnce({}),
    'resolve-anomaly': async () => (await decide(await lateMoney('99.99'))).status === 200,
    'list-quarantine': answers(200, () => operator(`${machine.api}/quarantine?channel_code=ALIPAY`)),
    'receive-callback': throughEach((order) => paid('receive-callback', order)),
    'receive-return': async () => (await returned()) && (await channels.strayed()),
    'apply-notification': () => paid('apply-notification', {}),
    'find-due': async () => {
      await shop.create();
      return ticked('find-due', '3m', 'SendMessageBatch')();
    },
    'sync-transaction': () => synced([{}]),
    ...refunds.usual,
    'refresh-platform-keys': channels.refreshed,
    'catch-up': () => channels.caughtUp(shop),
    'publish-events': async () => {
      const since = lines.length;
      const id = await shop.create();
      return unlessDenied('publish-events', since, async () =>
        (await shop.events(id)).includes('payment.created'),
      );
    },
    'get-channel': answers(200, () => operator(`${machine.api}/channels/ALIPAY`)),
    'put-channel': () => configured('ALIPAY', 'pem'),
  };

  /** by which a channel shows that it is the merchant */
  const credentials = /^(kms:Sign|secretsmanager:GetSecretValue) /;
  /** Money that is late leaves a mark at its order. */
  const orders = /^dynamodb:UpdateItem .*-payments$/;

  const seldom: Journeys['seldom'] = [
    ['create-payment', /^dynamodb:(DeleteItem .*-idempotency|UpdateItem .*-payments)$/, unknown],
    ['create-payment', /^dynamodb:ConditionCheckItem /, answers(201, () => shop.post(closed))],
    ['create-payment', credentials, throughEach(async (order) => (await shop.post(order)).status === 201)],
    ['close-payment', credentials, throughEach(late.closedAtOnce)],
    [
      'close-payment',
      /^dynamodb:DeleteItem .*-idempotency$/,
      async () => {
        // The provider does not know it yet: asked again under the same key, it is carried out again.
        const { id } = await make({});
        return (await late.close(id)).status === 202 && (await late.close(id)).status === 202;
      },
    ],
    [
      'close-payment',
      orders,
      async () => {
        const payment = await make({});
        if ((await late.close(payment.id)).status !== 202) return false;
        await lose(payment.id);
        await payer(payment, '99.99');
        return (await late.close(payment.id)).status === 409 && (await anomaly(payment.id)) !== undefined;
      },
    ],
    ['resolve-anomaly', /^dynamodb:DeleteItem .*-idempotency$/, resolvedAgain],
    ['apply-notification', orders, async () => (await anomaly(await lateMoney())) !== undefined],
    ['apply-notification', /^sqs:SendMessage .*-sync$/, followed],
    ['apply-notification', /^(sqs:SendMessage|kms:GenerateDataKey) /, notThere],
    ['sync-transaction', credentials, () => synced(channels.orders)],
    ...refunds.seldom,
    ['refund-steps', credentials, throughEach(refunds.refunded)],
    // Who may not log tells nobody what became of it.
    ['refresh-platform-keys', /^logs:/, ticked('refresh-platform-keys', '1h', 'GetSecretValue')],
    ['catch-up', /^logs:/, ticked('catch-up', '1h', 'GetItem')],
    [
      'sync-transaction',
      orders,
      async () => {
        const payment = await closing({});
        await lose(payment.id);
        await payer(payment);
        await advance('10m');
        return (await anomaly(payment.id)) !== undefined;
      },
    ],
    ['get-channel', /^kms:GetPublicKey /, channels.shown],
    ['put-channel', /^kms:GetPublicKey /, channels.keyed],
    ...channels.secretly
      .filter(({ code }) => code !== 'ALIPAY')
      .map(({ code, key }): Journeys['seldom'][number] => [
        'put-channel',
        new RegExp(`channels/${code}\\b`),
        () => configured(code, key),
      ]),
  ];
  return { usual, seldom };
}
