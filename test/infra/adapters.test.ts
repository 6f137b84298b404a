// What a provider's adapter weighs is carried by those functions alone that speak, read or check its language.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { bundle } from '../../infra/bundle.ts';
import { providers } from '../../lib/gateways/registry.ts';

const folder = mkdtempSync(join(tmpdir(), 'adapters-'));
/** what each function's bundle is made of, as paths */
let inputs: ReadonlyMap<string, readonly string[]>;

beforeAll(async () => {
  const { outputs } = await bundle({ to: join(folder, 'dist') });
  const shipped = Object.entries(outputs).filter(([path]) => path.endsWith('index.js'));
  inputs = new Map(shipped.map(([path, made]) => [basename(dirname(path)), Object.keys(made.inputs)]));
}, 60_000);
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const whoCarries = (pattern: RegExp): string[] =>
  [...inputs]
    .filter(([, paths]) => paths.some((path) => pattern.test(path)))
    .map(([name]) => name)
    .sort();

const speak = [
  ...['catch-up', 'close-payment', 'create-payment', 'refresh-platform-keys'],
  ...['refund-steps', 'sync-transaction'],
];
const read = ['receive-callback', 'receive-return'];
const check = ['put-channel'];

describe.each(Object.keys(providers))('%s', (name) => {
  test('is in the bundles of those who speak, read or check it, whole, and in no other', () => {
    const carriers = [...speak, ...read, ...check].sort();
    expect(whoCarries(new RegExp(`^lib/gateways/${name}/`))).toEqual(carriers);
    expect(whoCarries(new RegExp(`^lib/gateways/${name}/index\\.ts$`))).toEqual(carriers);
  });
});

test('the list of all of them is in no other bundle either', () => {
  expect(whoCarries(/^lib\/gateways\/registry\.ts$/)).toEqual([...speak, ...read, ...check].sort());
  expect([...inputs.keys()]).toContain('get-channel');
});
