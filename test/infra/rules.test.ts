import { Stack, Validations, type App } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { rulePacks } from '../../infra/app.ts';
import { stages, type Stage } from '../../infra/config.ts';
import { assemble } from './assembly.ts';

interface Findings {
  readonly open: string[];
  /** `path: rule` of the acknowledgements that a finding needs */
  readonly needed: Set<string>;
}

interface Node {
  readonly node: {
    readonly path: string;
    readonly scope?: Node;
    readonly metadata: readonly { type: string; data?: unknown }[];
  };
}

/** The CDK acknowledges faults of its own schema for itself. */
const theirs = /^CloudFormation-Validate::/;

const key = Validations.ACKNOWLEDGED_RULES_METADATA_KEY;
const acknowledgedAt = ({ node }: Node): string[] =>
  node.metadata
    .filter(({ type }) => type === key)
    .flatMap(({ data }) => Object.keys(data as object).filter((id) => !theirs.test(id)))
    .map((id) => id.replace(/^annotation::/i, ''));

/** Runs the rule packs, and notes which acknowledgements they meet. */
function judge(app: App): Findings {
  const needed = new Set<string>();
  const acknowledged = (resource: Node, rule: string): boolean => {
    for (let at: Node | undefined = resource; at; at = at.node.scope)
      if (acknowledgedAt(at).includes(rule)) {
        needed.add(`${at.node.path}: ${rule}`);
        return true;
      }
    return false;
  };
  const open = rulePacks(app).flatMap((pack) => {
    Reflect.set(pack, 'isAcknowledged', acknowledged);
    return pack
      .validateScope(app)
      .violations.flatMap(({ ruleName, violatingResources }) =>
        violatingResources.map((resource) => `${String(resource.constructPath)}: ${ruleName}`),
      );
  });
  return { open, needed };
}

function acknowledgements(app: App): string[] {
  return app.node.findAll().flatMap((one) => acknowledgedAt(one).map((rule) => `${one.node.path}: ${rule}`));
}

const every: [string, Stage][] = [
  ['local', stages.local],
  ['sandbox', stages.sandbox],
  ['a stage without firewall', { ...stages.sandbox, firewall: false }],
];

describe.each(every)('the rule packs on %s', (_, stage) => {
  const { app } = assemble(stage);
  const { open, needed } = judge(app);

  test('nothing is open in AwsSolutions, PCI DSS 3.2.1, NIST 800-53 r5 and Serverless', () => {
    expect(open).toEqual([]);
  });

  test('no acknowledgement is left over', () => {
    expect(acknowledgements(app).filter((one) => !needed.has(one))).toEqual([]);
    expect(needed.size).toBeGreaterThan(10);
  });

  test('every acknowledgement has a reason in a whole sentence', () => {
    const reasons = app.node
      .findAll()
      .flatMap(({ node }) => node.metadata.filter(({ type }) => type === key))
      .flatMap(({ data }) => Object.entries(data as Record<string, string>))
      .filter(([id]) => !theirs.test(id));
    for (const [, reason] of reasons) expect(reason).toMatch(/^[A-Z].{30,}\.$/);
  });
});

test('the packs see what is wrong', () => {
  const { app } = assemble(stages.sandbox);
  new Bucket(new Stack(app, 'Planted'), 'Bucket');
  const { open } = judge(app);
  expect(open).toContain('Planted/Bucket/Resource: AwsSolutions-S10');
});

test('synthesis runs them', () => {
  expect(() => assemble(stages.sandbox, true)).not.toThrow();
});
