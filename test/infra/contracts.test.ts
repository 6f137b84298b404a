// Documents, table of operations and code agree. That the files are fresh is `npm run generate -- --check`.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { describedRoutes, openapi, refusalsOf } from '../../infra/contracts/openapi.ts';
import { operations, type Operation } from '../../infra/operations.ts';
import { errors, type ErrorCode } from '../../lib/domain/errors.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, { operationId: string }>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

const document = JSON.parse(read('docs/generated/openapi.json')) as Document;
const codes = Object.keys(errors) as ErrorCode[];

describe('the OpenAPI document', () => {
  test('has the routes of the table of operations, all of them and no other', () => {
    const inTable = Object.values<Operation>(operations).flatMap(({ on }) =>
      'route' in on
        ? [on.route, ...('also' in on ? [[on.route[0], on.also]] : [])].map((each) => each.join(' '))
        : [],
    );
    const inDocument = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(inTable.length).toBeGreaterThan(5);
    expect(inDocument.sort()).toEqual(inTable.sort());
  });

  test('is what the code says', () => {
    expect(document).toEqual(JSON.parse(JSON.stringify(openapi())));
  });

  test('names nothing that it does not hold', () => {
    const names = [...read('docs/generated/openapi.json').matchAll(/"#\/components\/(\w+)\/([\w-]+)"/g)];
    const held = document.components as unknown as Record<string, Record<string, object>>;
    expect(names.length).toBeGreaterThan(20);
    expect(names.filter(([, kind = '', name = '']) => !held[kind]?.[name])).toEqual([]);
  });

  // Why a refund failed stands on the refund: nobody is answered with it.
  test.each(codes)('%s belongs to some operation, or to a refund', (code) => {
    const isAnswered = describedRoutes().some((route) => refusalsOf(route).includes(code));
    expect(isAnswered).toBe(code !== 'REFUND_DECLINED');
  });

  // A code that a story or a field can throw stands among its operation's refusals.
  test.each(describedRoutes().map((route) => [route.operation, route] as const))(
    '%s lists what its own files throw',
    (operation, route) => {
      const source = globSync(`functions/${operation}/*.ts`, { cwd: root }).map(read).join('\n');
      const thrown = [...source.matchAll(/PaymentError\(\s*'([A-Z_]+)'/g)].map(([, code]) => code);
      expect(refusalsOf(route)).toEqual(expect.arrayContaining(thrown));
    },
  );
});

describe('the error pages', () => {
  test.each(['en', 'zh'] as const)('%s says of every code what it means and what to do', (language) => {
    const rows = read(`docs/generated/errors.${language}.md`).split('\n');
    for (const code of codes) {
      const row = rows.filter((line) => line.includes(` \`${code}\` `));
      expect(row).toHaveLength(1);
      expect(row[0]).toContain(errors[code][language]);
    }
    const lines = rows.filter((line) => /^\| \d{3} /.test(line));
    expect(lines).toHaveLength(codes.length);
  });
});

test('every operation stands on its page, with who is hurt when it fails', () => {
  const rows = read('docs/generated/operations.md').split('\n');
  for (const [name, { impact }] of Object.entries<Operation>(operations)) {
    const row = rows.find((line) => line.startsWith(`| [${name}]`));
    expect(row).toContain(`| ${impact} |`);
  }
});
