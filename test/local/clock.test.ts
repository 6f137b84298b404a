// Three days on the booted machine, in seconds.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { BusEvent } from '../../local/journal.ts';
import { type Machine, startMachine } from '../../local/machine.ts';
import { type SignedFetch, signedFetch } from '../../local/signed-fetch.ts';

const patience = 60_000;
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

interface Payment {
  readonly transaction_id: string;
  readonly status: string;
  readonly created_at: string;
  readonly expires_at: string;
}

interface Delivery {
  readonly at: string;
  readonly accepted: boolean;
  readonly status: number | null;
}

let machine: Machine;
let call: SignedFetch;
const begun = Date.now();

beforeAll(async () => {
  machine = await startMachine({ port: 0, seed: 1 });
  call = signedFetch(machine, machine.region);
}, patience);

afterAll(() => machine.stop());

async function ask<T>(url: string, body?: object, method = 'POST'): Promise<T> {
  const response = await fetch(url, body && { method, body: JSON.stringify(body) });
  return { status: response.status, ...((await response.json()) as object) } as T;
}

async function create(): Promise<Payment> {
  const response = await call(`${machine.api}/payments/transactions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID() },
    body: JSON.stringify({
      business_order_id: randomUUID(),
      ...{ payment_channel: 'ALIPAY', payment_method: 'alipay_qr' },
      ...{ amount: '8.80', currency: 'CNY', subject: 'Tea' },
    }),
  });
  const payment = (await response.json()) as Payment;
  expect([response.status, payment]).toMatchObject([201, { status: 'PENDING_PAYMENT' }]);
  return payment;
}

async function read(id: string): Promise<Payment> {
  const response = await call(`${machine.api}/payments/transactions/${id}`);
  return (await response.json()) as Payment;
}

const pay = (transaction_id: string, outcome: string) =>
  ask<{ status: number; error?: string }>(`${machine.gateways}/_control/pay`, { transaction_id, outcome });
const move = (body: object) =>
  ask<{ status: number; now: string; idle: boolean; error?: string }>(`${machine.control}/clock`, body);
const time = async () => Date.parse((await ask<{ now: string }>(`${machine.control}/clock`)).now);
const hash = async () => (await ask<{ hash: string }>(`${machine.control}/state-hash`)).hash;

async function deliveries(id: string): Promise<Delivery[]> {
  const { gateways } = machine;
  return (await ask<{ callbacks: Delivery[] }>(`${gateways}/_control/callbacks?transaction_id=${id}`))
    .callbacks;
}

async function events(id: string): Promise<BusEvent[]> {
  return (await ask<{ events: BusEvent[] }>(`${machine.control}/events?transaction_id=${id}`)).events;
}

const minutesApart = (moments: readonly number[]): number[] =>
  moments.slice(1).map((at, i) => Math.round((at - (moments[i] ?? 0)) / minute));

describe('three days', () => {
  test(
    'a callback that is lost seven times arrives a day later; the channel was asked within minutes',
    async () => {
      const { transaction_id: id } = await create();
      const lost = { kind: 'payment', fault: 'lost', times: 7 };
      await ask(`${machine.gateways}/_control/faults`, { transaction_id: id, callback: lost });
      expect((await pay(id, 'success')).status).toBe(200);
      const paid = await time();
      await expect(read(id)).resolves.toMatchObject({ status: 'PENDING_PAYMENT' });

      await expect(move({ advance: '25h' })).resolves.toMatchObject({ status: 200, idle: true });

      expect(Math.abs((await time()) - paid - 25 * hour)).toBeLessThan(10_000);
      const made = await deliveries(id);
      expect(minutesApart(made.map(({ at }) => Date.parse(at)))).toEqual([4, 10, 10, 60, 120, 360, 900]);
      expect(made.map(({ accepted }) => accepted)).toEqual([...Array<boolean>(7).fill(false), true]);
      await expect(read(id)).resolves.toMatchObject({ status: 'PAID_SUCCESS' });
      const told = (await events(id)).find((event) => event['detail-type'] === 'payment.paid');
      expect(Date.parse(told?.time ?? '') - paid).toBeLessThan(5 * minute);
    },
    patience,
  );

  test('the clock has ticked every minute, and each tick came to its end', async () => {
    const ticks = machine.gate.calls.list('find-due');
    const whole = Math.floor(((await time()) - begun) / minute);
    expect(Math.abs(ticks.length - whole)).toBeLessThanOrEqual(1);
    expect(new Set(minutesApart(ticks.map(({ at }) => Date.parse(at))))).toEqual(new Set([1]));
    expect(ticks.filter(({ ms }) => ms === undefined)).toEqual([]);
  });

  test('a payment of the second day is of the second day, and signatures hold', async () => {
    const { transaction_id: id, created_at, expires_at } = await create();
    expect(Math.abs(Date.parse(created_at) - begun - 25 * hour)).toBeLessThan(5 * minute);
    expect(Date.parse(expires_at)).toBeGreaterThan(Date.parse(created_at));
    await pay(id, 'success');
    await move({ advance: '0s' });
    await expect(read(id)).resolves.toMatchObject({ status: 'PAID_SUCCESS' });
    const response = await call(`${machine.api}/payments/transactions/${id}/timeline`);
    const story = (await response.json()) as { events: { at: string }[] };
    expect(story.events.every(({ at }) => at >= created_at)).toBe(true);
  });

  test(
    'a QR code that nobody paid expires at the provider',
    async () => {
      const [unseen, scanned] = [await create(), await create()];
      expect((await pay(scanned.transaction_id, 'pending')).status).toBe(200);
      await move({ advance: '12h' });
      for (const { transaction_id: id } of [unseen, scanned])
        await expect(pay(id, 'success')).resolves.toMatchObject({ status: 409 });
      const [closing] = await deliveries(scanned.transaction_id);
      const late = Date.parse(closing?.at ?? '') - Date.parse(scanned.expires_at);
      expect(Math.abs(late)).toBeLessThan(2 * minute);
    },
    patience,
  );

  test(
    'the third day is reached by its name',
    async () => {
      const third = new Date(begun + 3 * day).toISOString();
      const { now } = await move({ to: third });
      expect(Date.parse(now) - Date.parse(third)).toBeLessThan(5_000);
      expect(Date.parse((await create()).created_at)).toBeGreaterThanOrEqual(Date.parse(third));
    },
    patience,
  );
});

describe('the control address', () => {
  test('does not turn the time back', async () => {
    const back = await move({ to: new Date(begun).toISOString() });
    expect(back).toMatchObject({ status: 400, error: expect.stringContaining('does not go back') });
    await expect(move({ advance: 'a while' })).resolves.toMatchObject({ status: 400 });
  });

  test('has one hash over all tables, which changes only when something is written', async () => {
    await move({ advance: '0s' });
    const before = await hash();
    expect(before).toMatch(/^[0-9a-f]{64}$/);
    await read('pay_00000000000000000000000000');
    await expect(hash()).resolves.toBe(before);
    await create();
    await expect(hash()).resolves.not.toBe(before);
  });
});
