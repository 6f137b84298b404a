import { describe, expect, test } from '@jest/globals';
import { sourceFiles, trespasses } from './architecture.ts';

const files = sourceFiles();

describe('the house', () => {
  test('enough files are seen', () => {
    expect(files.length).toBeGreaterThan(100);
    for (const room of [
      'functions/',
      'lib/domain/',
      'lib/store/',
      'lib/gateways/',
      'infra/',
      'local/gateways/',
    ])
      expect(files.filter(({ path }) => path.startsWith(room)).length).toBeGreaterThan(3);
  });

  test('nobody imports what is not theirs', () => {
    expect(trespasses(files)).toEqual([]);
  });
});

describe('a planted trespass is seen', () => {
  const opening = '// A file.\n';
  test.each([
    ['a function into another', 'functions/get-payment/a.ts', "import '../create-payment/terms.ts';"],
    [
      'a function into a provider',
      'functions/get-payment/a.ts',
      "import { x } from '../../lib/gateways/alipay/index.ts';",
    ],
    [
      'a flow into a handler',
      'lib/flows/a.ts',
      "import { x } from '../../functions/create-payment/terms.ts';",
    ],
    ['the store into a channel', 'lib/store/a.ts', "import type { x } from '../channels/channels.ts';"],
    ['the domain into the store', 'lib/domain/a.ts', "export { x } from '../store/table.ts';"],
    ['the domain into a package', 'lib/domain/a.ts', "import { hash } from 'node:crypto';"],
    ['a second importer of dinero.js', 'lib/domain/refund.ts', "import { add } from 'dinero.js';"],
    ['a provider into another', 'lib/gateways/stripe/a.ts', "import { x } from '../alipay/client.ts';"],
    ['a provider into the registry', 'lib/gateways/stripe/a.ts', "import { x } from '../registry.ts';"],
    ['a provider into the store', 'lib/gateways/alipay/a.ts', "import { x } from '../../store/table.ts';"],
    ['the stacks into what runs', 'infra/a.ts', "import { x } from '../lib/store/table.ts';"],
    [
      'the simulated provider into ours',
      'local/gateways/alipay/a.ts',
      "import { x } from '../../../lib/gateways/alipay/signature.ts';",
    ],
    ['an import in the middle of a file', 'lib/store/a.ts', "const x = await import('../api/fields.ts');"],
    ['a room that does not exist', 'scripts/a.ts', "import { x } from '../lib/domain/ids.ts';"],
  ])('%s', (_, path, text) => {
    expect(trespasses([{ path, text: `${opening}${text}\n` }])).toHaveLength(1);
  });

  test.each([
    ['a long file', 'lib/store/a.ts', '//\n'.repeat(251)],
    ['a folder without a meaning', 'lib/utils/a.ts', opening],
    [
      'a provider named outside its folder',
      'lib/flows/a.ts',
      `${opening}if (channel === 'ALIPAY') return;\n`,
    ],
    ['a file that does not say what it is for', 'lib/flows/a.ts', 'const a = 1;\n'],
  ])('%s', (_, path, text) => {
    expect(trespasses([{ path, text }])).toHaveLength(1);
  });
});
