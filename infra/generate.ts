// `npm run generate`: writes the pages, contracts and client that are made from the code. With `--check` it writes nothing
// and fails when one of them is not what the code says.
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { channelsPage } from './contracts/channels-page.ts';
import { clientFiles } from './contracts/client.ts';
import { eventSchemas, eventsPage } from './contracts/events.ts';
import { openapi } from './contracts/openapi.ts';
import { errorsPage, operationsPage, statesPage } from './contracts/pages.ts';

const root = join(import.meta.dirname, '..');
/** what lies there and is not made any more is stale */
const ours = ['docs/generated/*', 'events/*.*'];

/** Path → text. */
async function documents(): Promise<Map<string, string>> {
  const within = <T>(folder: string, files: Record<string, T>) =>
    Object.entries(files).map(([name, content]) => [`${folder}/${name}`, content] as const);
  const all: readonly (readonly [string, string | object])[] = [
    ['docs/generated/errors.en.md', errorsPage('en')],
    ['docs/generated/errors.zh.md', errorsPage('zh')],
    ['docs/generated/states.md', statesPage()],
    ['docs/generated/operations.md', operationsPage()],
    ['docs/generated/channels.md', channelsPage()],
    ['docs/generated/openapi.json', openapi()],
    ['events/README.md', eventsPage()],
    ...within('events', eventSchemas()),
    ...within('lib/client', clientFiles()),
  ];
  const style = await resolveConfig(join(root, 'package.json'));
  const written = all.map(async ([path, content]) => {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    return [path, path.endsWith('.md') ? text : await format(text, { ...style, filepath: path })] as const;
  });
  return new Map(await Promise.all(written));
}

/** Paths that are missing, changed, or not made any more. */
function staleFiles(made: ReadonlyMap<string, string>): string[] {
  const same = (path: string, text: string) =>
    existsSync(join(root, path)) && readFileSync(join(root, path), 'utf8') === text;
  return [...[...made].filter(([path, text]) => !same(path, text)).map(([path]) => path), ...forgotten(made)];
}

function forgotten(made: ReadonlyMap<string, string>): string[] {
  return globSync(ours, { cwd: root }).filter((path) => !made.has(path));
}

const made = await documents();
if (process.argv.includes('--check')) {
  const stale = staleFiles(made);
  for (const path of stale) console.error(`${path} is not what the code says: run npm run generate.`);
  if (stale.length === 0) console.log(`${made.size} generated files are what the code says.`);
  process.exitCode = stale.length === 0 ? 0 : 1;
} else {
  for (const path of forgotten(made)) rmSync(join(root, path));
  for (const [path, text] of made) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  console.log(`${made.size} files written to docs/generated, events and lib/client.`);
}
