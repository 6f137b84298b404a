// docs/ADD-A-CHANNEL.md, followed to the letter in a copy of this repository: Pretend Pay is one folder on each side and a
// line in each list, and then it is paid by, closed, asked for and documented like any other.
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { sourceFiles, trespasses } from '../architecture.ts';

// ms. The types of everything are checked, and a whole machine boots.
jest.setTimeout(240_000);

const root = join(import.meta.dirname, '../..');
const copied = ['functions', 'infra', 'lib', 'local', 'test', 'docs', 'events', 'jest.config.mjs'];
const files = ['package.json', 'tsconfig.json', 'cdk.json'];

let copy: string;

/** What the page asks for beside the two folders: the file, a line that stands there, and the line to be added before it. */
const lines = [
  [
    'lib/gateways/registry.ts',
    "import { weChatPay } from './wechat-pay/index.ts';",
    "import { pretend } from './pretend/index.ts';",
  ],
  ['lib/gateways/registry.ts', "  'wechat-pay': weChatPay,", '  pretend,'],
  [
    'local/gateways/registry.ts',
    "import { openWechatPay } from './wechat-pay/provider.ts';",
    "import { openPretend } from './pretend/provider.ts';",
  ],
  ['local/gateways/registry.ts', '  wechatPay: openWechatPay,', '  pretend: openPretend,'],
  [
    'infra/config.ts',
    "      { code: 'WECHAT_PAY', provider: 'wechat-pay' },",
    "      { code: 'PRETEND', provider: 'pretend' },",
  ],
  [
    'test/contract/benches.ts',
    "import { weChatPayBench, weChatPayCertificateBench } from './wechat-pay.ts';",
    "import { pretendBench } from './pretend.ts';",
  ],
  ['test/contract/benches.ts', "  'wechat-pay': weChatPayBench,", '  pretend: pretendBench,'],
  ['test/journeys/products.ts', 'const protocols: Readonly<Record<string, Protocol>> = {', undefined],
] as const;

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'pretend-channel-'));
  for (const name of [...copied, ...files]) cpSync(join(root, name), join(copy, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  for (const side of ['lib', 'local', 'test'])
    cpSync(join(import.meta.dirname, side), join(copy, side), { recursive: true });
  for (const [file, before, line] of lines) {
    const text = readFileSync(join(copy, file), 'utf8');
    if (text.split(before).length !== 2) throw new Error(`${file} has no such line, or several: ${before}`);
    const added =
      line === undefined ? `${before}\n  pretend: { isKnownAtOnce: true },` : `${line}\n${before}`;
    writeFileSync(join(copy, file), text.replace(before, added));
  }
});

afterAll(() => {
  rmSync(copy, { recursive: true, force: true });
});

/** @returns what was printed @throws Error with what was printed, when it does not end with 0 */
async function run(...args: readonly string[]): Promise<string> {
  const options = { cwd: copy, maxBuffer: 1 << 26, env: { ...process.env, NODE_OPTIONS: '' } };
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, options);
    return stdout + stderr;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${args.join(' ')}\n${stdout}\n${stderr}`, { cause: error });
  }
}

test('its types fit, and it imports what it may', async () => {
  expect(await run('node_modules/typescript/bin/tsc', '-p', '.')).toBe('');
  expect(trespasses(sourceFiles(copy))).toEqual([]);
});

test('the page of channels is made anew, with all of them', async () => {
  await run('infra/generate.ts');
  const page = readFileSync(join(copy, 'docs/generated/channels.md'), 'utf8');
  expect(page).toContain('| pretend | `pretend_code` | CNY 0.01–5000.00 | 2 min to 60 min (10 min) |');
  expect(page).toMatch(/^\| {2}\| alipay .*\| pretend \|.* wechat-pay \|$/m);
});

test('it stands before the contract suite, with every bit flip and every wrong door', async () => {
  const printed = await run(
    ...['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--runInBand', '--verbose'],
    ...['-t', 'pretend|stands before the contract suite', 'test/contract'],
  );
  expect(printed).toMatch(/^Tests: +\d+ skipped, ([1-9]\d\d) passed, \d+ total$/m);
});

test('the journeys of every product are its own, too', async () => {
  const printed = await run(
    ...['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--runInBand', '--verbose'],
    ...[
      '-t',
      'PRETEND',
      'test/journeys/product-life',
      'test/journeys/product-lost',
      'test/journeys/product-close',
    ],
  );
  expect(printed).toMatch(/^Tests: +\d+ skipped, ([1-9]\d) passed, \d+ total$/m);
});
