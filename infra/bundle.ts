// Makes the function bundles: one esbuild call for all of them. The same files run in Lambda and on the local machine.
import { globSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { build, type Metafile } from 'esbuild';

const root = join(import.meta.dirname, '..');

export interface Folders {
  /** holds `<operation>/handler.ts`, each exporting `handler` */
  readonly from?: string;
  /** receives `<operation>/index.js`, `maps/<operation>.js.map` and `meta.json`; what was there before goes */
  readonly to?: string;
}

/** Where the bundles of this build lie. */
export const bundles = join(root, 'dist');

/**
 * Bundles every function with the AWS SDK inside (faster to load than the runtime's own, and pinned). CommonJS, because
 * `node:http` loads 25 ms faster so; a `package.json` of its own makes each folder run anywhere. Source maps stay outside
 * of the folders: they are for people, not shipped.
 * @throws Error naming what esbuild could not resolve or read
 */
export async function bundle({
  from = join(root, 'functions'),
  to = bundles,
}: Folders = {}): Promise<Metafile> {
  const names = globSync('*/handler.ts', { cwd: from }).map(dirname).sort();
  const result = await build({
    absWorkingDir: root,
    entryPoints: Object.fromEntries(names.map((name) => [`${name}/index`, join(from, name, 'handler.ts')])),
    outdir: to,
    bundle: true,
    write: false,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    mainFields: ['module', 'main'],
    alias: { '@aws-sdk/credential-provider-node': join(root, 'lib/lambda/credentials.ts') },
    legalComments: 'none',
    sourcemap: 'external',
    metafile: true,
    logLevel: 'warning',
  });
  await rm(to, { recursive: true, force: true });
  await mkdir(join(to, 'maps'), { recursive: true });
  for (const file of result.outputFiles) {
    const folder = dirname(file.path);
    if (file.path.endsWith('.map')) {
      await writeFile(join(to, 'maps', `${basename(folder)}.js.map`), file.contents);
    } else {
      await mkdir(folder, { recursive: true });
      await writeFile(file.path, file.contents);
      await writeFile(join(folder, 'package.json'), '{ "type": "commonjs" }\n');
    }
  }
  await writeFile(join(to, 'meta.json'), JSON.stringify(result.metafile));
  return result.metafile;
}

if (import.meta.main) {
  const { outputs } = await bundle();
  for (const [path, { bytes }] of Object.entries(outputs))
    if (path.endsWith('.js')) console.log(`${String(Math.ceil(bytes / 1024)).padStart(6)} KB  ${path}`);
}
