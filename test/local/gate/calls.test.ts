import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { CountedInvocation } from '../../../local/aws/gate/calls.ts';
import { type Machine, startMachine } from '../../../local/machine.ts';
import { openShop, type Shop } from '../shop.ts';

let machine: Machine;
let shop: Shop;
beforeAll(async () => {
  machine = await startMachine({ port: 0 });
  shop = openShop(machine);
}, 60_000);
afterAll(() => machine.stop());

/** `action of table or queue: read units, write units` of each call of the newest invocation. */
async function newest(operation: string): Promise<string[]> {
  const answer = await fetch(`${machine.control}/calls?operation=${operation}`);
  const { invocations } = (await answer.json()) as { invocations: CountedInvocation[] };
  return (invocations.at(-1)?.calls ?? []).map(({ action, resources, read_units, write_units, outcome }) => {
    const names = resources.map((arn) => /payments-local[-/]?([a-z]*)/.exec(arn)?.[1] ?? arn);
    return `${action} of ${names.join(', ')}: ${read_units}, ${write_units}, ${outcome}`;
  });
}

async function atRest(): Promise<void> {
  const answer = await fetch(`${machine.control}/clock`, { method: 'POST', body: '{"advance":"0s"}' });
  expect(await answer.json()).toMatchObject({ idle: true });
}

test('what a payment asks of AWS, call by call', async () => {
  const id = await shop.create();
  expect(await newest('create-payment')).toEqual([
    'PutItem of idempotency: 0, 1, ok',
    'GetItem of channels: 1, 0, ok',
    'GetSecretValue of channels: 0, 0, ok',
    'GetItem of payments: 1, 0, ok',
    'TransactWriteItems of payments, events: 0, 7, ok',
    'TransactWriteItems of payments, events: 0, 6, ok',
    'UpdateItem of idempotency: 0, 1, ok',
  ]);
  await shop.create();
  expect((await newest('create-payment')).map((call) => call.replace(/ of.*/, ''))).toEqual([
    ...['PutItem', 'GetItem', 'TransactWriteItems', 'TransactWriteItems', 'UpdateItem'],
  ]);
  await shop.pay(id);
  await shop.heard(id, 'payment.paid');
  expect(await newest('receive-callback')).toEqual([
    'GetItem of channels: 1, 0, ok',
    'SendMessage of callbacks: 0, 0, ok',
  ]);
  expect(await newest('apply-notification')).toEqual([
    'GetItem of channels: 1, 0, ok',
    'GetItem of payments: 1, 0, ok',
    expect.stringMatching(/^TransactWriteItems of payments, events: 0, \d+, ok$/),
  ]);
  expect(await newest('publish-events')).toEqual(['PutEvents of : 0, 0, ok']);
});

test('a fault is ordered, listed and taken back at the control address', async () => {
  const faults = (method: string, body?: object) =>
    fetch(`${machine.control}/faults`, { method, ...(body && { body: JSON.stringify(body) }) });
  const wrong = await faults('POST', { fault: 'slow', operation: 'pay' });
  expect([wrong.status, await wrong.json()]).toEqual([
    400,
    { error: expect.stringContaining('There is no operation pay here. Known: create-payment,') },
  ]);
  await faults('POST', { fault: 'crash_after', operation: 'create-payment', nth: 2 });
  expect(await (await faults('GET')).json()).toMatchObject({
    faults: [{ fault: 'crash_after', nth: 2, seen: 0 }],
  });
  const crashed = await shop.post();
  expect([crashed.status, await crashed.json()]).toMatchObject([500, { status: 500 }]);
  expect(await (await faults('DELETE')).json()).toEqual({ faults: [] });
  expect((await shop.post()).status).toBe(201);
});

test('the newest batch of a stream is handed over once more', async () => {
  const redeliver = (operation: string) =>
    fetch(`${machine.control}/faults`, {
      method: 'POST',
      body: JSON.stringify({ operation, fault: 'redeliver' }),
    });
  // A batch in which earlier payments still wait would be the newest, and none of its changes this one's.
  await atRest();
  const id = await shop.create();
  await shop.heard(id, 'payment.pending');
  await atRest();
  const before = (await shop.events(id)).length;
  expect(await (await redeliver('publish-events')).json()).toEqual({ redelivered: 'handled' });
  expect((await shop.events(id)).length).toBeGreaterThan(before);
  expect((await redeliver('create-payment')).status).toBe(409);
});
