// The bundles that are compared: our functions as they are deployed, and the floors made by the same settings.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { bundle } from '../infra/bundle.ts';

export interface Built {
  /** path of a function's bundle */
  readonly ours: (name: string) => string;
  /** path of a floor's bundle, e.g. `sdk-query` */
  readonly floor: (name: string) => string;
  /** bytes, by function */
  readonly bytes: Readonly<Record<string, number>>;
  remove(): Promise<void>;
}

const floors = ['sdk-create', 'sdk-receive', 'sdk-apply', 'sdk-query', 'sdk-publish', 'sdk-refund', 'raw'];

export async function buildAll(): Promise<Built> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  const { outputs } = await bundle({ to: join(folder, 'ours') });
  await build({
    entryPoints: floors.map((name) => join(import.meta.dirname, 'floors', `${name}.ts`)),
    outdir: join(folder, 'floors'),
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    mainFields: ['module', 'main'],
    legalComments: 'none',
  });
  const bytes = Object.entries(outputs).flatMap(([path, output]) => {
    const [, name] = /([^/]+)\/index\.js$/.exec(path) ?? [];
    return name === undefined ? [] : [[name, output.bytes] as const];
  });
  return {
    ours: (name) => join(folder, 'ours', name, 'index.js'),
    floor: (name) => join(folder, 'floors', `${name}.js`),
    bytes: Object.fromEntries(bytes),
    remove: () => rm(folder, { recursive: true }),
  };
}
