import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fits } from '../../infra/constructs/environment.ts';
import { buildApp } from '../../infra/app.ts';
import { stage, stages, type Channel, type Stage } from '../../infra/config.ts';
import { operations, type Operation } from '../../infra/operations.ts';
import { assemble, properties, readable, resources } from './assembly.ts';

const require = createRequire(import.meta.url);

describe.each(['local', 'sandbox'] as const)('the app of stage %s', (name) => {
  const assembly = assemble(name);

  test('looks nothing up: it is built without network, account or credentials', () => {
    const manifest = JSON.parse(readFileSync(join(assembly.directory, 'manifest.json'), 'utf8')) as object;
    expect(manifest).not.toHaveProperty('missing');
  });

  test('has no custom resource: the template is the whole program', () => {
    const types = resources(assembly).map(([, { Type }]) => Type);
    expect(types.filter((type) => !type.startsWith('AWS::') || type.includes('CustomResource'))).toEqual([]);
  });

  test('holds the data stack fast: what the service uses cannot be taken away beneath it', () => {
    expect(JSON.stringify(assembly.service)).toContain('Fn::ImportValue');
    expect(JSON.stringify(assembly.service)).not.toContain('Fn::GetStackOutput');
  });

  test('is the same each time it is built', () => {
    const again = assemble(name);
    expect([again.data, again.service]).toEqual([assembly.data, assembly.service]);
  });
});

describe('the service stack', () => {
  const assembly = assemble('sandbox');

  test('tells its addresses, as they stand before a path', () => {
    const { service } = assembly;
    const told = Object.entries(service.Outputs ?? {}).map(([id, { Value }]) => [
      id,
      readable(assembly, Value),
    ]);
    const url = (api: string) => `https://${api}.execute-api.AWS::Region.AWS::URLSuffix/v1`;
    expect(Object.fromEntries(told)).toEqual({
      InternalApiUrl: url('InternalApi'),
      InternalApiId: 'InternalApi',
      CallbackUrl: url('PublicApi'),
    });
  });

  test('can be made anew: what outlives it has no name, or one of its own', () => {
    const kept = resources(assembly).filter(
      ([id, { DeletionPolicy }]) => id in assembly.service.Resources && DeletionPolicy?.startsWith('Retain'),
    );
    expect(kept.length).toBeGreaterThan(10);
    for (const [id, { Properties }] of kept)
      for (const name of [Properties['LogGroupName'], Properties['BucketName']])
        expect([id, typeof name]).not.toEqual([id, 'string']);
  });
});

describe('stable egress', () => {
  const placed = (name: keyof typeof stages): unknown[] =>
    properties(assemble(name), 'AWS::Lambda::Function')
      .filter(({ VpcConfig }) => VpcConfig !== undefined)
      .map(({ FunctionName }) => FunctionName);

  test('is for functions that call gateways, where the stage wants it', () => {
    const calling = Object.entries<Operation>(operations).filter(([, one]) => one.callsGateways);
    expect(placed('local').sort()).toEqual(calling.map(([name]) => `payments-local-${name}`).sort());
    expect(placed('local')).toContain('payments-local-create-payment');
    expect(placed('sandbox')).toEqual([]);
  });

  test('lets them out by TLS only, by one fixed address per zone', () => {
    const local = assemble('local');
    expect(properties(local, 'AWS::EC2::EIP')).toHaveLength(2);
    expect(properties(local, 'AWS::EC2::NatGateway').map(({ AllocationId }) => AllocationId)).toEqual([
      'EgressAddress0.AllocationId',
      'EgressAddress1.AllocationId',
    ]);
    const group = properties(local, 'AWS::EC2::SecurityGroup').find(({ GroupDescription }) =>
      String(GroupDescription).startsWith('Functions that call gateways'),
    );
    expect(group).toMatchObject({ SecurityGroupEgress: [{ FromPort: 443, ToPort: 443, IpProtocol: 'tcp' }] });
    expect(group).not.toHaveProperty('SecurityGroupIngress');
  });

  test('reaches the keys that sign without leaving, where there are any', () => {
    const near = (stage: Stage): string[] =>
      properties(assemble(stage), 'AWS::EC2::VPCEndpoint').map(({ ServiceName }) =>
        String(ServiceName).replace(/^.*\./, ''),
      );
    expect(near(stages.local).sort()).toEqual(['dynamodb', 'kms', 'secretsmanager']);
    expect(near({ ...stages.sandbox, stableEgress: true }).sort()).toEqual(['dynamodb', 'secretsmanager']);
  });
});

describe('configuration', () => {
  test('an unknown stage is refused with the known ones', () => {
    expect(() => buildApp('production')).toThrow(
      'There is no stage "production". infra/config.ts knows: local, sandbox.',
    );
  });

  test('more callers than the environment of a function holds are refused at synthesis', () => {
    const [first] = stages.sandbox.callers;
    const callers = Array.from({ length: 30 }, (_, index) => ({ ...first, application: `shop-${index}` }));
    expect(() => buildApp({ ...stages.sandbox, callers })).toThrow(
      /^The callers and channels of stage "sandbox" take \d{4} bytes, and .* has room for 3584: /,
    );
    expect(() => {
      fits({ ...stages.sandbox, callers: callers.slice(0, 20) });
    }).not.toThrow();
  });

  test('keys that sign take room there too', () => {
    const signingKeys = Array.from({ length: 25 }, (_, index) => `v${index}`);
    const channels = [{ code: 'ALIPAY', provider: 'alipay', signingKeys }];
    expect(() => {
      fits({ ...stages.sandbox, channels });
    }).toThrow('has room for 3584');
    expect(() => {
      fits({ ...stages.sandbox, channels: [{ ...channels[0], signingKeys: ['v1'] } as Channel] });
    }).not.toThrow();
  });

  const refused: [string, Partial<Stage>, string][] = [
    [
      'fewer shards read than written',
      { dueShards: { written: 4, read: 3 } },
      'writes what is due into 4 shards and reads 3',
    ],
    ['no shards', { dueShards: { written: 0, read: 1 } }, 'in whole numbers from 1 on'],
    ...[
      'http://shop.example.com',
      'https://shop.example.com/',
      'https://shop.example.com/paid',
      'shop.example.com',
    ].map((origin): [string, Partial<Stage>, string] => [
      origin,
      returning(origin),
      `"${origin}" of caller "shop" in stage "sandbox" is no origin`,
    ]),
    ['plain http on this machine, in the cloud', returning('http://127.0.0.1:8080'), 'is no origin'],
    [
      'plain http elsewhere, on this machine',
      { name: 'local', ...returning('http://shop.example') },
      'is no origin',
    ],
  ];

  test.each(refused)('%s is refused at synthesis', (_, change, words) => {
    expect(() => buildApp({ ...stages.sandbox, ...change })).toThrow(words);
  });

  test.each(Object.values(stages))('in $name no role, application or channel stands twice', ({ name }) => {
    const { callers, channels } = stage(name);
    for (const list of [
      callers.flatMap((caller) => caller.roles),
      callers.map((caller) => caller.application),
      channels.map((channel) => channel.code),
    ])
      expect(new Set(list).size).toBe(list.length);
  });

  test('cdk.json takes every flag that the CDK recommends, but one: references between stacks are held fast', () => {
    const { context } = JSON.parse(readFileSync('cdk.json', 'utf8')) as { context: object };
    const recommended = require('aws-cdk-lib/recommended-feature-flags.json') as object;
    expect(context).toEqual({ ...recommended, '@aws-cdk/core:defaultCrossStackReferences': 'strong' });
  });
});

function returning(...returnOrigins: string[]): Pick<Stage, 'callers'> {
  return { callers: [{ application: 'shop', roles: [], scopes: [], returnOrigins }] };
}
