// The rules of who may import whom, as data, and the reading of imports from source text.
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

export interface SourceFile {
  /** from the repository's root, with `/` */
  readonly path: string;
  readonly text: string;
}

/** What files of a room may import from this repository; `own` stands for the first folder inside the room. */
interface Room {
  readonly files: RegExp;
  readonly may: readonly string[];
  /** npm packages and node: modules, where they are limited */
  readonly packages?: RegExp;
}

const root = join(import.meta.dirname, '..');

/** The first room that fits counts. */
const rooms: readonly Room[] = [
  {
    files: /^functions\/(?<own>[^/]+)\//,
    may: [
      'functions/<own>/',
      'lib/flows/',
      'lib/channels/',
      'lib/store/',
      'lib/messaging/',
      'lib/api/',
      'lib/lambda/',
      'lib/gateways/gateway.ts',
      'lib/gateways/provider.ts',
      'lib/gateways/refund-rules.ts',
      'lib/gateways/registry.ts',
      'lib/domain/',
    ],
  },
  {
    files: /^lib\/flows\//,
    may: [
      'lib/flows/',
      'lib/channels/',
      'lib/gateways/gateway.ts',
      'lib/gateways/provider.ts',
      'lib/store/',
      'lib/messaging/',
      'lib/domain/',
    ],
  },
  {
    files: /^lib\/channels\//,
    may: [
      'lib/channels/',
      'lib/gateways/registry.ts',
      'lib/gateways/gateway.ts',
      'lib/gateways/provider.ts',
      'lib/gateways/crypto.ts',
      'lib/store/',
      'lib/domain/',
    ],
  },
  { files: /^lib\/store\//, may: ['lib/store/', 'lib/domain/'] },
  { files: /^lib\/messaging\//, may: ['lib/messaging/', 'lib/domain/'] },
  // A channel's row is shown as it is stored, and the policy that is not stored: types, nothing that runs.
  { files: /^lib\/api\/channel-view\.ts$/, may: ['lib/store/channels.ts', 'lib/domain/anomaly.ts'] },
  { files: /^lib\/api\//, may: ['lib/api/', 'lib/domain/'] },
  // For applications outside: it brings nothing of the house along.
  { files: /^lib\/client\//, may: ['lib/client/'], packages: /^$/ },
  { files: /^lib\/lambda\//, may: ['lib/lambda/', 'lib/api/problems.ts', 'lib/domain/'] },
  { files: /^lib\/gateways\/registry\.ts$/, may: ['lib/gateways/'] },
  {
    files: /^lib\/gateways\/(?<own>[^/]+)\//,
    may: [
      'lib/gateways/<own>/',
      'lib/gateways/gateway.ts',
      'lib/gateways/provider.ts',
      'lib/gateways/refund-rules.ts',
      'lib/gateways/http.ts',
      'lib/gateways/crypto.ts',
      'lib/domain/',
    ],
  },
  {
    files: /^lib\/gateways\//,
    may: ['lib/gateways/gateway.ts', 'lib/gateways/provider.ts', 'lib/gateways/crypto.ts', 'lib/domain/'],
  },
  { files: /^lib\/domain\/money\.ts$/, may: ['lib/domain/'], packages: /^dinero\.js$/ },
  { files: /^lib\/domain\//, may: ['lib/domain/'], packages: /^$/ },
  // What is generated is read from the code that holds it.
  { files: /^infra\/contracts\//, may: ['infra/', 'functions/', 'lib/', 'test/contract/'] },
  { files: /^infra\//, may: ['infra/', 'lib/gateways/registry.ts', 'lib/domain/'] },
  // The simulated provider judges our adapter: it must not share a mistake with it.
  { files: /^local\/gateways\//, may: ['local/gateways/', 'local/journal.ts'] },
  { files: /^(local|test|bench)\//, may: [''] },
];

/** Names of providers that only their own folders, the registry and the stage's declarations may know. */
const providerNames = /'(ALIPAY|WECHAT_PAY|STRIPE|PAYPAL|alipay|wechat-pay|stripe|paypal)'/;
const mayNameProviders = /^(lib\/gateways\/|infra\/config\.ts$|local\/|test\/|bench\/)/;

const tooLong = 250;
const limited = /^(functions|lib|infra|local)\//;
const forbiddenFolders = /(^|\/)(utils|helpers|common|types|services)\//;

/** @returns a sentence per trespass */
export function trespasses(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => [...imports(file).flatMap((to) => trespass(file, to)), ...manners(file)]);
}

function trespass(file: SourceFile, to: string): string[] {
  const room = rooms.find(({ files }) => files.test(file.path));
  if (!room) return [`${file.path} stands in no room`];
  if (!to.startsWith('.')) {
    const fine = !room.packages || room.packages.test(to);
    return fine ? [] : [`${file.path} may not import the package ${to}`];
  }
  const target = relative('/', resolve('/', dirname(file.path), to));
  const own = room.files.exec(file.path)?.groups?.['own'] ?? '';
  const allowed = room.may.some((place) => target.startsWith(place.replace('<own>', own)));
  return allowed ? [] : [`${file.path} may not import ${target}`];
}

function manners({ path, text }: SourceFile): string[] {
  const lines = text.split('\n').length - 1;
  return [
    ...(limited.test(path) && lines > tooLong ? [`${path} has ${lines} lines, more than ${tooLong}`] : []),
    ...(forbiddenFolders.test(path) ? [`${path} stands in a folder without a meaning`] : []),
    ...(providerNames.test(text) && !mayNameProviders.test(path) ? [`${path} names a provider`] : []),
    ...(limited.test(path) && !text.startsWith('//') ? [`${path} does not say what it is for`] : []),
  ];
}

function imports({ text }: SourceFile): string[] {
  const form =
    /(?:^|\n)\s*(?:import|export)\s[^;'"]*?from\s*['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)|(?:^|\n)import\s*['"]([^'"]+)['"]/g;
  return [...text.matchAll(form)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
}

/** @param folder of a copy of this repository */
export function sourceFiles(folder = root): SourceFile[] {
  return globSync('{functions,lib,infra,local,test,bench}/**/*.{ts,mjs}', { cwd: folder }).map((path) => ({
    path: path.replaceAll('\\', '/'),
    text: readFileSync(join(folder, path), 'utf8'),
  }));
}
