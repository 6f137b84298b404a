// No grant is missing and none is superfluous: each one is taken away in turn, and what needs it is seen to fail.
import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { operations } from '../../infra/operations.ts';
import type { Permission } from '../../local/aws/gate/policy.ts';
import type { Line } from '../../local/journal.ts';
import { type Machine, startMachine } from '../../local/machine.ts';
import { signedFetch } from '../../local/signed-fetch.ts';
import { openShop, type Shop } from './shop.ts';

jest.setTimeout(60_000);

const lines: Line[] = [];
let machine: Machine;
let shop: Shop;
/** a payment that can be read, and an order whose payment is closed */
let known: string;
const closed = { business_order_id: 'closed-1' };

beforeAll(async () => {
  machine = await startMachine({ port: 0, onLine: (line) => lines.push(line) });
  shop = openShop(machine);
  known = await shop.create();
  const { transaction_id = '' } = (await (await shop.post(closed)).json()) as { transaction_id?: string };
  await shop.pay(transaction_id, 'decline');
  await fetch(`${machine.control}/clock`, { method: 'POST', body: JSON.stringify({ advance: '15m' }) });
  if ((await shop.status(transaction_id)) !== 'CLOSED') throw new Error('The payment was not closed.');
});
afterAll(() => machine.stop());

/** Does what needs the function; tells whether all went well. */
type Journey = () => Promise<boolean>;

const answers = (status: number, call: () => Promise<Response>): Journey => {
  return async () => (await call()).status === status;
};
const operator = (method: string, body?: object) =>
  signedFetch(machine.credentials.people.operator, machine.region)(`${machine.api}/channels/ALIPAY`, {
    method,
    ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });

/** The gateway carries it out and its answer is lost: the creation is handed on early, and the answer is not kept. */
const unknown: Journey = async () => {
  const faults = `${machine.gateways}/_control/faults`;
  const body = JSON.stringify({ call: { operation: 'prepay', fault: 'reset_after' } });
  await fetch(faults, { method: 'POST', body });
  const { status, headers } = await shop.post();
  await fetch(faults, { method: 'DELETE' });
  return status === 202 && Number(headers.get('retry-after')) < 5;
};

/** Waits until it holds, or until something is denied to the operation. */
async function unlessDenied(
  operation: string,
  since: number,
  holds: () => Promise<boolean>,
): Promise<boolean> {
  const end = Date.now() + 5000;
  while (Date.now() < end && !lines.slice(since).some((line) => isDenial(line, operation))) {
    if (await holds()) return true;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return holds();
}

const isDenial = ({ from, name }: Line, operation: string): boolean =>
  from === operation && name === 'aws.denied';

const paid = (operation: string): Journey => {
  return async () => {
    const since = lines.length;
    const id = await shop.create();
    await shop.pay(id);
    return unlessDenied(operation, since, async () => (await shop.status(id)) === 'PAID_SUCCESS');
  };
};

const journeys: Readonly<Record<keyof typeof operations, Journey>> = {
  'create-payment': answers(201, () => shop.post()),
  'get-payment': answers(200, () => shop.get(`/payments/transactions/${known}`)),
  'list-payments': answers(200, () => shop.get('/payments/transactions?business_order_id=shop-1')),
  'get-timeline': answers(200, () => shop.get(`/payments/transactions/${known}/timeline`)),
  'receive-callback': paid('receive-callback'),
  'apply-notification': paid('apply-notification'),
  'publish-events': async () => {
    const since = lines.length;
    const id = await shop.create();
    return unlessDenied('publish-events', since, async () =>
      (await shop.events(id)).includes('payment.created'),
    );
  },
  'get-channel': answers(200, () => operator('GET')),
  'put-channel': answers(200, () => operator('PUT', configuration())),
};

/** What only some ways through a function need. */
const rarely: readonly (readonly [operation: string, permission: RegExp, Journey])[] = [
  ['create-payment', /^dynamodb:(DeleteItem .*-idempotency|UpdateItem .*-payments)$/, unknown],
  ['create-payment', /^dynamodb:ConditionCheckItem /, answers(201, () => shop.post(closed))],
];

function configuration(): object {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    environment: 'local',
    gateway_url: `${machine.gateways}/alipay/gateway.do`,
    merchant_id: '2088100200300402',
    app_id: '2021004100000018',
    public_key_platform: publicKey.export({ type: 'spki', format: 'pem' }),
    private_key_merchant: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    callback_url_payment: `${machine.api}/payments/callbacks/alipay`,
    is_active: true,
  };
}

/** Takes one permission away, and looks who misses it. */
async function isMissed(operation: keyof typeof operations, permission: Permission): Promise<boolean> {
  const text = `${permission.action} ${permission.resource}`;
  const { gate, functions } = machine;
  const giveBack = gate.access.withhold(permission);
  try {
    if (functions.forbidden().some((sentence) => names(sentence, permission))) return true;
    // What an earlier sandbox has read, and remembers, would not be asked for again.
    await functions.byOperation.get(operation)?.fn.renew();
    const [, , journey = journeys[operation]] =
      rarely.find(([of, pattern]) => of === operation && pattern.test(text)) ?? [];
    const since = lines.length;
    const fine = await journey();
    const said = lines.slice(since).filter(({ from }) => from === operation);
    if (permission.action.startsWith('logs:')) return fine && said.some(({ name }) => name === 'log.lost');
    const denied = said.some(
      (line) =>
        isDenial(line, operation) &&
        names(`${String(line['action'])} ${String(line['resource'])}`, permission),
    );
    return denied && !fine;
  } finally {
    giveBack();
  }
}

function names(sentence: string, { action, resource }: Permission): boolean {
  return sentence.includes(action) && sentence.includes(resource.replace(/\*$/, ''));
}

test.each(Object.keys(operations) as (keyof typeof operations)[])(
  '%s: all goes well, and no longer when any grant is missing',
  async (operation) => {
    const grants = machine.gate.access.grantsOf(machine.functions.byOperation.get(operation)?.roleArn ?? '');
    expect(grants.length).toBeGreaterThan(5);
    const superfluous: string[] = [];
    for (const grant of grants)
      if (!(await isMissed(operation, grant))) superfluous.push(`${grant.action} ${grant.resource}`);
    expect(superfluous).toEqual([]);
    await machine.functions.byOperation.get(operation)?.fn.renew();
    const since = lines.length;
    for (const journey of [
      journeys[operation],
      ...rarely.filter(([of]) => of === operation).map(([, , one]) => one),
    ])
      expect(await journey()).toBe(true);
    expect(lines.slice(since).filter((line) => isDenial(line, operation))).toEqual([]);
  },
);
