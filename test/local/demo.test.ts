// `npm run demo` as people start it: each story is seen whole, and what is not seen is told with exit code 1.
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { stages } from '../../infra/config.ts';
import { provider } from '../../lib/gateways/registry.ts';
import { scenarios } from '../../local/demo/scenarios/all.ts';
import { startMachine, type Machine } from '../../local/machine.ts';

jest.setTimeout(60_000);

const products = stages.local.channels.flatMap(({ code: channel, provider: name }) =>
  Object.entries(provider(name).methods).map(([method, { amounts }]) => ({
    ...{ provider: name, channel, method },
    currency: Object.keys(amounts)[0],
  })),
);
const isFirstOfProvider = (place: number) => products[place]?.provider !== products[place - 1]?.provider;
const firstOnes = products.filter((_, place) => isFirstOfProvider(place));
/** `next` is of another provider, and takes the same currency. */
const lastOnes = products
  .filter((_, place) => isFirstOfProvider(place + 1))
  .flatMap((last) => {
    const same = firstOnes.filter(({ currency }) => currency === last.currency);
    const place = same.findIndex(({ provider: name }) => name === last.provider);
    const next = same[(place + 1) % same.length];
    return next && next.provider !== last.provider ? [{ ...last, next: next.method }] : [];
  });
/** What only was agreed to has no such moment. */
const notFor: Readonly<Record<string, readonly string[]>> = { paypal: ['paid-while-closing'] };

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function demo(...args: string[]): Promise<Ended> {
  const main = join(import.meta.dirname, '../../local/demo.mjs');
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], { timeout: 50_000 }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), out, err });
    });
  });
}

/** Nothing listens two above it. */
const noService = ['--port', '1'];

function expectSeen({ code, out, err }: Ended): void {
  expect({ code, err, end: out.trimEnd().split('\n').at(-1) }).toEqual({
    code: 0,
    err: '',
    end: 'All of it was seen.',
  });
  expect(out).toContain('The books agree.\n\nAll');
  expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
}

describe('with a service of its own', () => {
  test.each(Object.keys(scenarios))('%s is seen', async (name) => {
    const ended = await demo(...noService, '--scenario', name);
    expectSeen(ended);
    expect(ended.out).toContain('No service ran: this one is started for the demo.');
  });
});

describe('with a service that runs', () => {
  let machine: Machine;
  /** Says where the machine is, as its control address does two above the API. */
  const signpost = createServer((_request, response) => {
    const { api, gateways, control, region, accessKeyId, secretAccessKey } = machine;
    response.end(
      JSON.stringify({ ready: true, api, gateways, control, region, accessKeyId, secretAccessKey }),
    );
  });
  const running = (...args: string[]) =>
    demo('--port', String((signpost.address() as AddressInfo).port - 2), ...args);
  const faults = (body?: object) =>
    fetch(`${machine.gateways}/_control/faults`, {
      method: body ? 'POST' : 'DELETE',
      ...(body && { body: JSON.stringify(body) }),
    });

  beforeAll(async () => {
    machine = await startMachine({ port: 0 });
    await new Promise<void>((resolve) => signpost.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    signpost.close();
    await machine.stop();
  });

  test.each(products)('$method on $channel is paid', async ({ channel, method }) => {
    const ended = await running('--product', method, '--channel', channel);
    expectSeen(ended);
    expect(ended.out).toContain(`by ${method} on ${channel}.`);
    expect(ended.out).toContain('The running service:');
  });

  const others = firstOnes.slice(1).flatMap(({ provider: name, method }) =>
    Object.keys(scenarios)
      .filter((scenario) => !notFor[name]?.includes(scenario))
      .map((scenario) => ({ method, scenario })),
  );
  test.each(others)('$scenario is seen by $method', async ({ method, scenario }) => {
    expectSeen(await running('--product', method, '--scenario', scenario));
  });

  /** By provider: whether it knows an order before a payer opens it, and so can close it. */
  const secondTime: Readonly<Record<string, string>> = {
    alipay: 'not lost: DUPLICATE_PAID.',
    'wechat-pay': 'This order cannot be paid twice.',
    stripe: 'This order cannot be paid twice.',
    paypal: 'This order cannot be paid twice.',
  };
  test.each(lastOnes)(
    'paid-twice goes from $method on $channel to $next',
    async ({ provider: name, channel, method, next }) => {
      const ended = await running('--product', method, '--channel', channel, '--scenario', 'paid-twice');
      expectSeen(ended);
      expect(ended.out).toContain(secondTime[name]);
      expect(ended.out).toContain(`pay by ${next} instead`);
    },
  );

  test('programs get an object for each step', async () => {
    const { code, out } = await running('--product', 'alipay_page', '--json');
    const steps = out.trim().split('\n');
    const read = steps.map((line) => JSON.parse(line) as { step: string; ok: boolean; saw: object });
    expect({ code, wrong: read.filter(({ ok }) => !ok) }).toEqual({ code: 0, wrong: [] });
    expect(read.map(({ step }) => step)).toEqual([
      ...['service', 'order', 'redirect_url', 'cashier', 'payer', 'return', 'callback'],
      ...['state', 'events', 'duplicate', 'timeline', 'books'],
    ]);
  });

  test('says that it moved the clock', async () => {
    const ended = await running('--scenario', 'expire');
    expectSeen(ended);
    expect(ended.out).toContain('The clock of the running service was moved by 18 minutes.');
  });

  test('a payment that cannot be shown is not called seen', async () => {
    await faults({ call: { operation: 'prepay', fault: 'http_500_before' } });
    const { code, out } = await running();
    await faults();
    expect(code).toBe(1);
    expect(out).toContain('Not seen: The order was answered 202');
    expect(out).not.toContain('All of it was seen.');
  });

  test('a scenario that goes otherwise is not called seen', async () => {
    await faults({ call: { operation: 'query', fault: 'http_500_before', times: 9 } });
    const { code, out } = await running('--scenario', 'paid-twice', '--json');
    await faults();
    expect(code).toBe(1);
    expect(out.trim().split('\n').at(-1)).toMatch(
      /^\{"step":"failed","ok":false,"saw":"The order was answered 409: .*STATE_CONFLICT/,
    );
  });
});

describe('without a service', () => {
  test('help names every product and every scenario', async () => {
    const { code, out } = await demo('--help');
    expect(code).toBe(0);
    for (const { channel, method } of products)
      expect(out).toMatch(new RegExp(`${channel} .*\\b${method}\\b`));
    for (const name of Object.keys(scenarios)) expect(out).toContain(`  ${name} `);
    expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test('what there is not is told with what there is, and nothing is started', async () => {
    const asked = [
      ['--product', 'alipay_face'],
      ['--channel', 'ALIPAY_2'],
      ['--scenario', 'paid-thrice'],
    ] as const;
    const ended = await Promise.all(asked.map((args) => demo(...args)));
    expect(ended.map(({ code, out }) => ({ code, out }))).toEqual(asked.map(() => ({ code: 1, out: '' })));
    for (const [place, [what, name]] of asked.entries())
      expect(ended[place]?.err).toContain(
        `There is no ${what.slice(2)} ${name}. Nothing was started. There are:`,
      );
  });
});
