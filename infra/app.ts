// The CDK app: `cdk synth -c stage=<name>` for the cloud, `synthesise` for the machine that runs the same template.
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, NIST80053R5Checks, PCIDSS321Checks, ServerlessChecks } from 'cdk-nag';
import { bundle, bundles } from './bundle.ts';
import { checkStage } from './check-stage.ts';
import { stage as stageNamed, type Stage } from './config.ts';
import { fits } from './constructs/environment.ts';
import { DataStack } from './data-stack.ts';
import { prefix } from './names.ts';
import { ServiceStack } from './service-stack.ts';

export interface AppOptions {
  /** where the assembly goes; the CDK's own choice if absent */
  readonly outdir?: string;
  /** folder of bundles, made before: `<operation>/index.js` */
  readonly bundles?: string;
  /** judge the app by the rule packs when it is synthesised; true unless said */
  readonly rules?: boolean;
}

/** The rule packs that the app must satisfy. */
export function rulePacks(
  app: App,
): [AwsSolutionsChecks, PCIDSS321Checks, NIST80053R5Checks, ServerlessChecks] {
  return [
    new AwsSolutionsChecks(app),
    new PCIDSS321Checks(app),
    new NIST80053R5Checks(app),
    new ServerlessChecks(app),
  ];
}

/**
 * Both stacks of one stage. Needs no network and no account: without one in infra/config.ts the template takes it from
 * where it is deployed.
 * @param stage a stage, or its name; else what `-c stage=` says, else `sandbox`
 * @throws Error for an unknown stage, naming the known ones, and for one that cannot be deployed or would not work
 */
export function buildApp(stage?: string | Stage, options: AppOptions = {}): App {
  const app = new App({
    ...(options.outdir !== undefined && { outdir: options.outdir }),
    analyticsReporting: false,
    context: featureFlags(),
  });
  const chosen = stage ?? String(app.node.tryGetContext('stage') ?? 'sandbox');
  const wanted = typeof chosen === 'string' ? stageNamed(chosen) : chosen;
  checkStage(wanted);
  fits(wanted);
  const env = {
    ...(wanted.account !== undefined && { account: wanted.account }),
    ...(wanted.region !== undefined && { region: wanted.region }),
  };
  const data = new DataStack(app, 'Data', {
    stackName: `${prefix(wanted)}-data`,
    description: 'Payments: tables, keys and secrets. Outlives every deployment.',
    env,
    stage: wanted,
  });
  new ServiceStack(app, 'Service', {
    stackName: `${prefix(wanted)}-service`,
    description: 'Payments: functions, APIs, queue, bus and alarms.',
    env,
    stage: wanted,
    data,
    bundles: options.bundles ?? bundles,
  });
  if (options.rules ?? true) Validations.of(app).addPlugins(...rulePacks(app));
  return app;
}

/**
 * Bundles the functions and writes the assembly of a stage, without the rule packs.
 * @returns the folder of the assembly
 */
export async function synthesise(stageName: string, outdir: string): Promise<string> {
  // A folder of its own: several machines may start at the same time.
  const folder = await mkdtemp(join(tmpdir(), 'payments-bundles-'));
  try {
    await bundle({ to: folder });
    return buildApp(stageName, { outdir, bundles: folder, rules: false }).synth().directory;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The flags of cdk.json: what is built in-process is what the CDK's command line builds. */
function featureFlags(): Record<string, unknown> {
  const text = readFileSync(join(import.meta.dirname, '..', 'cdk.json'), 'utf8');
  return (JSON.parse(text) as { context: Record<string, unknown> }).context;
}

if (import.meta.main) {
  await bundle();
  buildApp().synth();
}
