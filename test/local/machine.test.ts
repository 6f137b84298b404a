import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { inertTypes } from '../../local/aws/inert.ts';
import { readAssembly } from '../../local/aws/template.ts';
import { localAssembly } from '../../local/assembly.ts';
import type { BusEvent, Line } from '../../local/journal.ts';
import { type Machine, startMachine } from '../../local/machine.ts';
import { signedFetch } from '../../local/signed-fetch.ts';

// The first start after a change builds functions and template.
const patience = 60_000;

const lines: Line[] = [];
let machine: Machine;

beforeAll(async () => {
  machine = await startMachine({ port: 0, onLine: (line) => lines.push(line) });
}, patience);

afterAll(() => machine.stop());

const get = async (url: string): Promise<unknown> => (await fetch(url)).json();

async function until<T>(ask: () => Promise<T>, good: (answer: T) => boolean): Promise<T> {
  const end = Date.now() + 8_000;
  for (;;) {
    const answer = await ask();
    if (good(answer)) return answer;
    if (Date.now() > end) throw new Error(`It did not come about: ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** @returns the transaction's id */
async function createPayment(on: Machine): Promise<string> {
  const created = await signedFetch(on, on.region)(`${on.api}/payments/transactions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': 'machine-test-1' },
    body: JSON.stringify({
      business_order_id: 'order-1',
      payment_channel: 'ALIPAY',
      payment_method: 'alipay_qr',
      amount: '8.80',
      currency: 'CNY',
      subject: '咖啡',
    }),
  });
  const payment = (await created.json()) as { transaction_id?: string };
  expect([created.status, payment]).toMatchObject([201, { status: 'PENDING_PAYMENT' }]);
  return payment.transaction_id ?? '';
}

/** @returns the time it then is; all work has ended */
async function move({ control }: Machine, advance: string): Promise<string> {
  const response = await fetch(`${control}/clock`, { method: 'POST', body: JSON.stringify({ advance }) });
  const { now, idle } = (await response.json()) as { now: string; idle: boolean };
  expect(idle).toBe(true);
  return now;
}

describe('the machine', () => {
  it('fronts both APIs with one address, and refuses unsigned requests as the template says', async () => {
    const response = await fetch(`${machine.api}/payments/transactions`, { method: 'POST', body: '{}' });
    expect([response.status, response.headers.get('content-type')]).toEqual([
      403,
      'application/problem+json',
    ]);
    expect(await response.json()).toMatchObject({ status: 403, outcome: 'not_attempted', retryable: false });
    const open = await fetch(`${machine.api}/payments/callbacks/alipay`);
    expect([open.status, await open.json()]).toMatchObject([404, { status: 404 }]);
  });

  it('lists keys for each kind of caller', async () => {
    const { credentials } = (await get(`${machine.control}/credentials`)) as {
      credentials: { name: string }[];
    };
    expect(credentials.map(({ name }) => name)).toEqual(['local-app', 'other-app', 'operator', 'finance']);
    expect(credentials[0]).toMatchObject({ accessKeyId: machine.accessKeyId });
  });

  it(
    'takes a payment from the request to the event',
    async () => {
      const id = await createPayment(machine);
      const { control } = machine;
      const paying = { method: 'POST', body: JSON.stringify({ transaction_id: id, outcome: 'success' }) };
      await fetch(`${machine.gateways}/_control/pay`, paying);
      const names = async () => {
        const told = (await get(`${control}/events?transaction_id=${id}`)) as { events: BusEvent[] };
        return told.events.map((event) => event['detail-type']);
      };
      const published = await until(names, (all) => all.length >= 3);
      // A stream does not keep the order of different rows.
      expect([...published].sort()).toEqual(['payment.created', 'payment.paid', 'payment.pending']);
      const log = (await get(`${control}/log?transaction_id=${id}`)) as { lines: unknown[] };
      expect(log.lines.length).toBeGreaterThan(0);
      const { queues } = (await get(`${control}/queues`)) as { queues: object[] };
      expect(queues).toContainEqual(
        expect.objectContaining({ name: 'payments-local-callbacks', depth: 0, dead_letter_depth: 0 }),
      );
      const told = { from: 'bus', name: 'payment.paid', transaction_id: id };
      expect(lines).toContainEqual(expect.objectContaining(told));
    },
    patience,
  );

  it(
    'finds again what it kept in a directory, the time too, and tells no event twice',
    async () => {
      const dataDir = await mkdtemp(join(tmpdir(), 'data-'));
      const first = await startMachine({ port: 0, dataDir });
      const id = await createPayment(first);
      const moved = await move(first, '2h');
      await first.stop();
      const second = await startMachine({ port: 0, dataDir });
      const found = await signedFetch(second, second.region)(`${second.api}/payments/transactions/${id}`);
      const later = await move(second, '0s');
      const told = await get(`${second.control}/events?transaction_id=${id}`);
      await second.stop();
      expect(await found.json()).toMatchObject({ transaction_id: id, business_order_id: 'order-1' });
      expect(later >= moved).toBe(true);
      expect(told).toEqual({ events: [] });
      await rm(dataDir, { recursive: true });
    },
    patience,
  );

  it('says in one sentence that a port is in use', async () => {
    const { port } = new URL(machine.api);
    await expect(startMachine({ port: Number(port) })).rejects.toThrow(`Port ${port} cannot be used`);
  });

  it('knows no type as idle that the template does not have', async () => {
    const stacks = readAssembly(await localAssembly(() => undefined));
    const used = new Set(stacks.flatMap(({ resources }) => resources.map(({ type }) => type)));
    expect(Object.keys(inertTypes).filter((type) => !used.has(type))).toEqual([]);
  });
});

describe('npm start', () => {
  const start = (...args: string[]): ChildProcess =>
    spawn(process.execPath, [join(import.meta.dirname, '../../local/start.mjs'), ...args]);

  it(
    'says in JSON that it is ready, and ends at Ctrl-C within two seconds',
    async () => {
      const child = start('--json', '--port', '0');
      const [first] = (await once(createInterface(child.stdout ?? process.stdin), 'line')) as [string];
      expect(JSON.parse(first)).toEqual({
        ready: true,
        api: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/v1$/),
        gateways: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
        control: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
        region: 'us-east-1',
        accessKeyId: expect.stringMatching(/^AKIA/),
        secretAccessKey: expect.any(String),
        readyMs: expect.any(Number),
      });
      const asked = Date.now();
      child.kill('SIGINT');
      const [code] = (await once(child, 'exit')) as [number];
      expect(code).toBe(0);
      expect(Date.now() - asked).toBeLessThan(2_000);
    },
    patience,
  );

  it('refuses a wrong option in words', async () => {
    const child = start('--prot', '1');
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).toBe(1);
    expect(said).toContain("Unknown option '--prot'");
    expect(said).not.toContain('    at ');
  });
});
