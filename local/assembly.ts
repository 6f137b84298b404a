// The synthesised template and bundles of the local stage, kept under .local/ for as long as nothing they are made of changes.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { glob, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const cache = join(root, '.local', 'assembly');
const inputs = ['functions/**/*.ts', 'lib/**/*.ts', 'infra/**/*.ts', 'package-lock.json', 'cdk.json'];
/** older ones may still be run from by another start */
const keep = 4;

/**
 * @param onBuild is called when it must be made anew, which takes seconds
 * @returns the directory of the cloud assembly
 */
export async function localAssembly(onBuild: () => void): Promise<string> {
  const directory = join(cache, await hashOfInputs());
  if (existsSync(join(directory, 'manifest.json'))) return directory;
  onBuild();
  const draft = `${directory}.${process.pid}`;
  await mkdir(cache, { recursive: true });
  // The toolchain's own check of the template belongs to `npm run synth`; here it would take a second of every start.
  process.env['CDK_VALIDATION'] = 'false';
  const { synthesise } = await import('../infra/app.ts');
  await synthesise('local', draft);
  await rename(draft, directory).catch(async (error: unknown) => {
    // Another start was quicker: the same inputs, so the same result.
    if (!existsSync(join(directory, 'manifest.json'))) throw error;
    await rm(draft, { recursive: true, force: true });
  });
  await forgetOld();
  return directory;
}

async function hashOfInputs(): Promise<string> {
  const files: string[] = [];
  for await (const file of glob(inputs, { cwd: root })) files.push(file);
  const hash = createHash('sha256').update(process.version);
  for (const file of files.sort()) hash.update(`\0${file}\0`).update(await readFile(join(root, file)));
  return hash.digest('hex').slice(0, 16);
}

async function forgetOld(): Promise<void> {
  const names = await readdir(cache);
  const aged = await Promise.all(
    names.map(async (name) => ({ name, at: (await stat(join(cache, name))).mtimeMs })),
  );
  const old = aged.sort((a, b) => b.at - a.at).slice(keep);
  for (const { name } of old) await rm(join(cache, name), { recursive: true, force: true });
}
