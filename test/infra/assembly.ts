// The app as tests look at it: synthesised once per stage, with empty functions in place of bundles.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { App } from 'aws-cdk-lib';
import { buildApp } from '../../infra/app.ts';
import type { Stage } from '../../infra/config.ts';
import { operations } from '../../infra/operations.ts';

// The toolchain's own check of templates belongs to `npm run synth`: here it would cost seconds of every suite.
process.env['CDK_VALIDATION'] = 'false';

const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs?: Readonly<Record<string, { Value: unknown; Export?: { Name: string } }>>;
}

export interface Assembly {
  readonly app: App;
  readonly directory: string;
  /** the stacks that cannot be deleted by mistake */
  readonly protected: string[];
  readonly data: Template;
  readonly service: Template;
}

/** @param rules as of `buildApp`; without them unless said */
export function assemble(stage: string | Stage, rules = false): Assembly {
  const folder = mkdtempSync(join(tmpdir(), 'infra-'));
  folders.push(folder);
  for (const name of Object.keys(operations)) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'index.js'), 'exports.handler = async () => ({});\n');
  }
  const app = buildApp(stage, { outdir: join(folder, 'assembly'), bundles: folder, rules });
  const assembly = app.synth();
  const template = (id: string): Template =>
    assembly.stacks.find(({ id: own }) => own === id)?.template as Template;
  const guarded = assembly.stacks.filter(({ terminationProtection }) => terminationProtection);
  return {
    app,
    directory: assembly.directory,
    protected: guarded.map(({ id }) => id),
    data: template('Data'),
    service: template('Service'),
  };
}

/** Logical id → resource, of both stacks. */
export function resources({ data, service }: Assembly, type?: string): [string, Resource][] {
  return [...Object.entries(data.Resources), ...Object.entries(service.Resources)].filter(
    ([, resource]) => type === undefined || resource.Type === type,
  );
}

/** Properties of every resource of a type, intrinsics written as readable text. */
export function properties(assembly: Assembly, type: string): Record<string, unknown>[] {
  return resources(assembly, type).map(
    ([, resource]) => readable(assembly, resource.Properties) as Record<string, unknown>,
  );
}

/**
 * Intrinsics as text: `payments.Arn`, `Bus`, `AWS::Region`; ids without the CDK's hashes. References into the data stack
 * are followed.
 */
export function readable(assembly: Assembly, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((one: unknown) => readable(assembly, one));
  if (typeof value !== 'object' || value === null) return value;
  const [[key, inner] = ['', undefined], ...others] = Object.entries(value as Record<string, unknown>);
  if (others.length === 0) {
    if (key === 'Ref') return plain(inner);
    if (key === 'Fn::GetAtt') return (inner as string[]).map(plain).join('.');
    if (key === 'Fn::Join') {
      const [separator, parts] = inner as [string, unknown[]];
      return parts.map((part) => String(readable(assembly, part))).join(separator);
    }
    if (key === 'Fn::ImportValue') return readable(assembly, exported(assembly, inner));
  }
  return Object.fromEntries(
    Object.entries(value as Record<string, unknown>).map(([name, one]) => [name, readable(assembly, one)]),
  );
}

function plain(id: unknown): string {
  return String(id).replace(/[0-9A-F]{8}$/, '');
}

function exported({ data }: Assembly, name: unknown): unknown {
  const output = Object.values(data.Outputs ?? {}).find((one) => one.Export?.Name === name);
  if (!output) throw new Error(`Nothing is exported as ${String(name)}.`);
  return output.Value;
}
