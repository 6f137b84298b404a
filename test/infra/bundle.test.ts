import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from '../../infra/bundle.ts';

const made: string[] = [];

afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true });
});

function functions(handlers: Record<string, string>): { from: string; to: string } {
  const folder = mkdtempSync(join(tmpdir(), 'bundle-'));
  made.push(folder);
  for (const [name, source] of Object.entries(handlers)) {
    mkdirSync(join(folder, 'functions', name), { recursive: true });
    writeFileSync(join(folder, 'functions', name, 'handler.ts'), source);
  }
  return { from: join(folder, 'functions'), to: join(folder, 'dist') };
}

const hello = `export const handler = async (name: string): Promise<string> => 'hello ' + name;`;

test('each handler becomes one file that Node can load from anywhere', async () => {
  const folders = functions({ greet: hello, wave: hello });
  await bundle(folders);
  expect(readdirSync(join(folders.to, 'greet')).sort()).toEqual(['index.js', 'package.json']);
  const { handler } = createRequire(import.meta.url)(join(folders.to, 'greet', 'index.js')) as {
    handler: (name: string) => Promise<string>;
  };
  await expect(handler('Ada')).resolves.toBe('hello Ada');
});

test('source maps and the list of what went in lie beside, not inside what is shipped', async () => {
  const folders = functions({ greet: hello });
  const { outputs } = await bundle(folders);
  expect(existsSync(join(folders.to, 'maps', 'greet.js.map'))).toBe(true);
  expect(readFileSync(join(folders.to, 'greet', 'index.js'), 'utf8')).not.toContain('sourceMappingURL');
  expect(Object.keys(outputs).filter((path) => path.endsWith('greet/index.js'))).toHaveLength(1);
  expect(JSON.parse(readFileSync(join(folders.to, 'meta.json'), 'utf8'))).toHaveProperty('outputs');
});

test('the same source gives the same bytes, and what is gone is gone', async () => {
  const folders = functions({ greet: hello });
  await bundle(folders);
  const first = readFileSync(join(folders.to, 'greet', 'index.js'));
  mkdirSync(join(folders.to, 'forgotten'));
  await bundle(folders);
  expect(readFileSync(join(folders.to, 'greet', 'index.js')).equals(first)).toBe(true);
  expect(existsSync(join(folders.to, 'forgotten'))).toBe(false);
});

test('what is deployed stays small, and carries no schema of answers and nothing that reads XML', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bundle-'));
  made.push(folder);
  const { outputs } = await bundle({ to: join(folder, 'dist') });
  const shipped = Object.entries(outputs).filter(([path]) => path.endsWith('index.js'));
  expect(shipped.length).toBeGreaterThan(5);
  for (const [path, { bytes, inputs }] of shipped) {
    expect([path, Math.max(bytes, 600 * 1024)]).toEqual([path, 600 * 1024]);
    // Schemas of answers are for documents and tests.
    const unwanted = /lib\/api\/(answers|published-event)|xml/i;
    expect(Object.keys(inputs).filter((input) => unwanted.test(input))).toEqual([]);
    const text = readFileSync(join(folder, 'dist', path.split('/').slice(-2).join('/')), 'utf8');
    expect([path, /<!ENTITY|DOMParser|XMLParser/.exec(text)?.[0]]).toEqual([path, undefined]);
  }
}, 60_000);
