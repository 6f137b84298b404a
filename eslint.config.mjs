import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import jest from 'eslint-plugin-jest';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

// Time and chance come through ports, or a simulation could not replay what happened.
const ports = [
  { object: 'Date', property: 'now', message: 'Take the time from the clock port.' },
  { object: 'Math', property: 'random', message: 'Take chance from the random port.' },
];

// The named import brings every locale into the bundle.
const zod = [
  {
    selector: "ImportDeclaration[source.value='zod'] > :matches(ImportSpecifier, ImportDefaultSpecifier)",
    message: "Write `import * as z from 'zod'`.",
  },
];

export default defineConfig(
  globalIgnores([
    ...['node_modules', 'dist', 'cdk.out', '.local', 'coverage', 'docs/generated'],
    // Stand where they belong only in a copy.
    ...['lib', 'local', 'test'].map((side) => `test/pretend-channel/${side}`),
  ]),
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { requireDefaultForNonUnion: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      eqeqeq: 'error',
      'no-empty': ['error', { allowEmptyCatch: false }],
      'no-restricted-syntax': ['error', ...zod],
      'max-lines': ['error', { max: 250, skipBlankLines: false, skipComments: false }],
    },
  },
  {
    files: ['functions/**/*.ts', 'lib/**/*.ts'],
    rules: {
      'no-console': 'error',
      'no-restricted-properties': ['error', ...ports],
      'no-restricted-globals': ['error', 'setTimeout', 'setInterval', 'parseFloat'],
      'no-restricted-syntax': [
        'error',
        ...zod,
        {
          selector: "NewExpression[callee.name='Date'][arguments.length=0]",
          message: 'Take the time from the clock port.',
        },
        {
          selector: "CallExpression[callee.property.name='toFixed']",
          message: 'Money has no fractions: use lib/domain/money.ts.',
        },
        {
          selector: "CallExpression[callee.object.name='JSON'][callee.property.name='parse']",
          message: 'Text from outside is read by lib/domain/strict-json.ts.',
        },
      ],
    },
  },
  {
    files: ['lib/domain/strict-json.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: ['lib/lambda/ports.ts'],
    rules: { 'no-restricted-properties': 'off', 'no-restricted-globals': 'off' },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: { process: 'readonly', console: 'readonly', URL: 'readonly', fetch: 'readonly' },
    },
  },
  {
    files: ['test/**/*.ts'],
    ...jest.configs['flat/recommended'],
    rules: {
      ...jest.configs['flat/recommended'].rules,
      'jest/expect-expect': ['error', { assertFunctionNames: ['expect', 'fc.assert', 'expect*'] }],
    },
  },
  prettier,
);
