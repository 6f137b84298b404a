// Reads a synthesised cloud assembly: every stack's template and assets, stacks in the order in which they depend on one
// another, and the resources of each in the order in which they can be made.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

export interface Resource {
  readonly logicalId: string;
  readonly type: string;
  /** unresolved */
  readonly properties: Readonly<Record<string, unknown>>;
}

export interface Stack {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** in the order in which they can be made */
  readonly resources: readonly Resource[];
  /** unresolved values by export name */
  readonly exports: readonly { readonly name: unknown; readonly value: unknown }[];
  /** object key in the assets bucket → directory on this machine */
  readonly assets: ReadonlyMap<string, string>;
}

const manifestSchema = z.object({
  artifacts: z.record(
    z.string(),
    z.object({
      type: z.string(),
      environment: z.string().optional(),
      dependencies: z.array(z.string()).default([]),
      properties: z
        .object({
          templateFile: z.string().optional(),
          stackName: z.string().optional(),
          file: z.string().optional(),
        })
        .default({}),
    }),
  ),
});

const templateSchema = z.object({
  Parameters: z.record(z.string(), z.object({ Default: z.unknown() })).default({}),
  Resources: z.record(
    z.string(),
    z.object({
      Type: z.string(),
      Properties: z.record(z.string(), z.unknown()).default({}),
      DependsOn: z.union([z.string().transform((one) => [one]), z.array(z.string())]).default([]),
      Condition: z.string().optional(),
    }),
  ),
  Outputs: z
    .record(z.string(), z.object({ Value: z.unknown(), Export: z.object({ Name: z.unknown() }).optional() }))
    .default({}),
});

const assetsSchema = z.object({
  files: z
    .record(
      z.string(),
      z.object({
        source: z.object({ path: z.string() }),
        destinations: z.record(z.string(), z.object({ objectKey: z.string() })),
      }),
    )
    .default({}),
});

type Manifest = z.infer<typeof manifestSchema>;
type Template = z.infer<typeof templateSchema>;

/**
 * @param directory a cloud assembly (`cdk.out`)
 * @returns its stacks; one that depends on another stands after it
 * @throws Error one sentence for a template that cannot be put in order
 */
export function readAssembly(directory: string): Stack[] {
  const manifest = manifestSchema.parse(readJson(join(directory, 'manifest.json')));
  const ids = Object.keys(manifest.artifacts).filter(
    (id) => manifest.artifacts[id]?.type === 'aws:cloudformation:stack',
  );
  const order = inOrder(ids, (id) => manifest.artifacts[id]?.dependencies ?? [], 'The stacks');
  return order.map((id) => readStack(id, manifest, directory));
}

function readStack(id: string, manifest: Manifest, directory: string): Stack {
  const artifact = manifest.artifacts[id];
  const file = artifact?.properties.templateFile;
  if (!artifact || !file) throw new Error(`The assembly names no template for the stack ${id}.`);
  const name = artifact.properties.stackName ?? id;
  const template = templateSchema.parse(readJson(join(directory, file)));
  const [account = '', region = ''] = (artifact.environment ?? '').replace('aws://', '').split('/');
  const assetManifests = artifact.dependencies
    .map((dependency) => manifest.artifacts[dependency])
    .flatMap((dependency) =>
      dependency?.type === 'cdk:asset-manifest' ? [dependency.properties.file ?? ''] : [],
    );
  return {
    name,
    account: known(account, '000000000000'),
    region: known(region, 'us-east-1'),
    parameters: Object.fromEntries(
      Object.entries(template.Parameters).flatMap(([parameter, { Default }]) =>
        typeof Default === 'string' ? [[parameter, Default]] : [],
      ),
    ),
    resources: readResources(name, template),
    exports: Object.values(template.Outputs).flatMap((output) =>
      output.Export ? [{ name: output.Export.Name, value: output.Value }] : [],
    ),
    assets: new Map(assetManifests.flatMap((each) => readAssets(directory, each))),
  };
}

const known = (value: string, fallback: string): string =>
  value === '' || value.startsWith('unknown-') ? fallback : value;

function readResources(stack: string, template: Template): Resource[] {
  const all = template.Resources;
  const conditional = Object.keys(all).find((id) => all[id]?.Condition);
  if (conditional)
    throw new Error(
      `${stack}/${conditional} stands under the condition ${all[conditional]?.Condition ?? ''}; this machine does not carry out conditions.`,
    );
  const needs = (id: string): string[] => [...(all[id]?.DependsOn ?? []), ...references(all[id]?.Properties)];
  return inOrder(Object.keys(all), needs, `The resources of ${stack}`).map((logicalId) => ({
    logicalId,
    type: all[logicalId]?.Type ?? '',
    properties: all[logicalId]?.Properties ?? {},
  }));
}

function readAssets(directory: string, file: string): [string, string][] {
  return Object.values(assetsSchema.parse(readJson(join(directory, file))).files).flatMap((asset) =>
    Object.values(asset.destinations).map(({ objectKey }): [string, string] => [
      objectKey,
      join(directory, asset.source.path),
    ]),
  );
}

/** The logical ids that a value refers to, by whatever intrinsic function. */
function references(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(references);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]: [string, unknown]) => {
    if (key === 'Ref' && typeof item === 'string') return [item];
    if (key === 'Fn::GetAtt') return [String(Array.isArray(item) ? item[0] : item).split('.')[0] ?? ''];
    if (key !== 'Fn::Sub') return references(item);
    const pattern = String(Array.isArray(item) ? item[0] : item);
    const names = [...pattern.matchAll(/\$\{([^!}.]+)/g)].map((match) => match[1] ?? '');
    return [...names, ...references(item)];
  });
}

/** Each id after those it needs; needs outside `ids` do not count. */
function inOrder(ids: readonly string[], needs: (id: string) => readonly string[], what: string): string[] {
  const all = new Set(ids);
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (id: string): void => {
    if (done.has(id)) return;
    if (path.includes(id))
      throw new Error(`${what} depend on one another in a circle: ${[...path, id].join(' → ')}.`);
    path.push(id);
    for (const need of needs(id)) if (all.has(need)) visit(need);
    path.pop();
    done.add(id);
  };
  for (const id of ids) visit(id);
  return [...done];
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
