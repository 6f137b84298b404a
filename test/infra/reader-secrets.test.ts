// A channel whose callbacks are opened with a secret: what of it is kept where the public functions can read it.
import { fits } from '../../infra/constructs/environment.ts';
import { stages, type Stage } from '../../infra/config.ts';
import { operations, type Operation } from '../../infra/operations.ts';
import { pretend, registerPretend } from '../channels/pretend.ts';
import { assemble, properties, resources, type Assembly } from './assembly.ts';
import { allowed, identityPolicies, statementsOf } from './policies.ts';

registerPretend();

const stage: Stage = {
  ...stages.sandbox,
  channels: [
    { code: 'ALIPAY', provider: 'alipay' },
    { code: 'PRETEND', provider: 'pretend', signingKeys: ['v1'] },
  ],
};
const assembly = assemble(stage);
const names = Object.keys(operations);
const of = (operation: string, service: string): string[] =>
  allowed(statementsOf(assembly, operation)).filter((one) => one.startsWith(`${service}:`));

describe('the secret of readers', () => {
  test('stands beside the whole one, is empty, closed with the same key, and stays', () => {
    const secrets = properties(assembly, 'AWS::SecretsManager::Secret');
    expect(secrets.map(({ Name }) => Name)).toEqual([
      'payments-sandbox/channels/ALIPAY',
      'payments-sandbox/channels/PRETEND',
      'payments-sandbox/channels/PRETEND/reader',
    ]);
    expect(secrets[2]).toEqual({
      Name: expect.anything() as unknown,
      Description: expect.stringContaining('reads callbacks with') as unknown,
      KmsKeyId: 'Keyssecrets.Arn',
    });
    const kept = resources(assembly, 'AWS::SecretsManager::Secret').map(([, one]) => one.DeletionPolicy);
    expect(kept).toEqual(['Retain', 'Retain', 'Retain']);
  });

  test('is all that receive-callback can read of secrets; it still neither writes a table nor signs', () => {
    const permissions = allowed(statementsOf(assembly, 'receive-callback'));
    const told = permissions.filter((one) => !/^(logs|xray):/.test(one));
    expect([...new Set(told)]).toEqual([
      'dynamodb:GetItem channels.Arn',
      'kms:Decrypt Keysdata.Arn',
      'kms:Decrypt Keysmessages.Arn',
      'kms:Decrypt Keyssecrets.Arn',
      'kms:DescribeKey Keysdata.Arn',
      'kms:GenerateDataKey Keysmessages.Arn',
      'secretsmanager:GetSecretValue ReaderSecretPRETEND',
      'sqs:SendMessage CallbacksQueue.Arn',
    ]);
    const use = statementsOf(assembly, 'receive-callback').find(
      ({ Resource }) => Resource === 'Keyssecrets.Arn',
    );
    expect(use?.Condition).toEqual({
      StringEquals: { 'kms:ViaService': 'secretsmanager.AWS::Region.amazonaws.com' },
    });
  });

  test('is read by both functions in the open, written by put-channel, and touched by nobody else', () => {
    const touching = names.flatMap((name) =>
      allowed(statementsOf(assembly, name))
        .filter((one) => one.endsWith('ReaderSecretPRETEND'))
        .map((one) => `${name}: ${one.split(' ')[0] ?? ''}`),
    );
    expect(touching.sort()).toEqual([
      'put-channel: secretsmanager:PutSecretValue',
      'receive-callback: secretsmanager:GetSecretValue',
      'receive-return: secretsmanager:GetSecretValue',
    ]);
    expect(of('put-channel', 'secretsmanager')).toEqual([
      'secretsmanager:PutSecretValue ReaderSecretPRETEND',
      'secretsmanager:PutSecretValue SecretALIPAY',
      'secretsmanager:PutSecretValue SecretPRETEND',
    ]);
    const who = names.filter((name) =>
      (operations as Record<string, Operation>)[name]?.needs.includes('reader-secrets:get'),
    );
    expect(who.sort()).toEqual(['receive-callback', 'receive-return']);
  });

  test('is named to those three alone; the whole one is not named to receive-callback', () => {
    const named = (name: string) => channelsOf(assembly, name).at(1) ?? {};
    for (const name of names.filter((one) => channelsOf(assembly, one).length > 0)) {
      const told = ['put-channel', 'receive-callback', 'receive-return'].includes(name);
      expect([name, named(name)['reader_secret_arn']]).toEqual([
        name,
        told ? 'ReaderSecretPRETEND' : undefined,
      ]);
      expect(channelsOf(assembly, name)[0]).not.toHaveProperty('reader_secret_arn');
    }
    expect(named('receive-callback')).toEqual({
      code: 'PRETEND',
      provider: 'pretend',
      reader_secret_arn: 'ReaderSecretPRETEND',
    });
  });

  test('there is none, and no statement, where no provider names any', () => {
    const without = assemble({ ...stage, channels: [{ code: 'ALIPAY', provider: 'alipay' }] });
    expect(JSON.stringify([...identityPolicies(without)])).not.toContain('ReaderSecret');
    expect(JSON.stringify(statementsOf(without, 'receive-callback'))).not.toContain('secretsmanager');
    expect(properties(without, 'AWS::SecretsManager::Secret')).toHaveLength(1);
  });

  test('takes room in the environment of functions', () => {
    const many = (by: string) => Array.from({ length: 10 }, (_, n) => ({ code: `C${n}`, provider: by }));
    const callers = stages.sandbox.callers.slice(0, 1);
    const size = (by: string) => () => {
      fits({
        ...stages.sandbox,
        callers: [{ ...callers[0], roles: ['x'.repeat(900)], scopes: [], application: 'a' }],
        channels: many(by),
      });
    };
    expect(size('alipay')).not.toThrow();
    expect(size(pretend.name)).toThrow('has room for 3584');
  });

  test('a provider that nobody registered is refused at synthesis', () => {
    expect(() => assemble({ ...stage, channels: [{ code: 'X', provider: 'nobody' }] })).toThrow(
      'There is no payment provider named nobody.',
    );
  });
});

function channelsOf(of: Assembly, name: string): Record<string, unknown>[] {
  const found = properties(of, 'AWS::Lambda::Function').find(
    ({ FunctionName }) => FunctionName === `payments-sandbox-${name}`,
  );
  const { Variables } = found?.['Environment'] as { Variables: Record<string, string> };
  return JSON.parse(Variables['CHANNELS'] ?? '[]') as Record<string, unknown>[];
}
