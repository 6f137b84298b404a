import { stages } from '../../infra/config.ts';
import { operations, type Operation } from '../../infra/operations.ts';
import { assemble } from './assembly.ts';
import { allowed, identityPolicies, statementsOf, type Statement } from './policies.ts';

// This one declares keys that sign.
const local = assemble('local');
const rows = Object.entries<Operation>(operations);

describe('what stands in the open can do little', () => {
  const writes = /^dynamodb:(?!GetItem )/;
  const speaks = /^(kms:Sign|kms:GetPublicKey|events:)/;
  const secret = /^secretsmanager:(?!GetSecretValue ReaderSecret)/;
  const open = rows.filter(([, { on }]) => 'route' in on && on.auth === 'none').map(([name]) => name);
  const dataOf = (name: string): string[] =>
    allowed(statementsOf(local, name)).filter((one) => /^(dynamodb|sqs|events|s3):/.test(one));

  test('two functions stand there', () => {
    expect(open.sort()).toEqual(['receive-callback', 'receive-return']);
  });

  test.each(open)(
    '%s writes no row, signs nothing, and reads no secret that signs or moves money',
    (name) => {
      const permissions = allowed(statementsOf(local, name));
      for (const forbidden of [writes, speaks, secret])
        expect(permissions.filter((one) => forbidden.test(one))).toEqual([]);
      expect(operations[name as keyof typeof operations]).not.toHaveProperty('callsGateways');
    },
  );

  test('each reads rows and sends to a queue, and nothing else', () => {
    expect(dataOf('receive-callback')).toEqual([
      'dynamodb:GetItem channels.Arn',
      'sqs:SendMessage CallbacksQueue.Arn',
    ]);
    expect(dataOf('receive-return')).toEqual([
      'dynamodb:GetItem channels.Arn',
      'dynamodb:GetItem payments.Arn',
      'sqs:GetQueueAttributes SyncQueue.Arn',
      'sqs:SendMessage SyncQueue.Arn',
    ]);
  });

  test('the same questions are answered with yes where it is so', () => {
    const create = allowed(statementsOf(local, 'create-payment'));
    expect(create.filter((one) => writes.test(one))).not.toEqual([]);
    expect(create.filter((one) => speaks.test(one) && one.startsWith('kms:Sign'))).not.toEqual([]);
    expect(create.filter((one) => secret.test(one))).not.toEqual([]);
  });
});

describe('the keys of merchants', () => {
  const signers = rows.filter(([, { needs }]) => needs.includes('channel-keys:sign')).map(([name]) => name);
  const keys = ['SigningALIPAYCERTv1.Arn', 'SigningWECHATPAYCERTv1.Arn'];
  const touching = (name: string): Statement[] =>
    statementsOf(local, name).filter((one) => allowed([one]).some((may) => may.includes('Signing')));

  test('are signed with by who calls gateways, over a digest, by the one algorithm, and nothing else is done', () => {
    expect(signers.sort()).toEqual(
      rows
        .filter(([, one]) => one.callsGateways)
        .map(([name]) => name)
        .sort(),
    );
    for (const name of signers)
      expect(touching(name)).toEqual([
        {
          Effect: 'Allow',
          Action: 'kms:Sign',
          Resource: keys,
          Condition: {
            StringEquals: {
              'kms:SigningAlgorithm': 'RSASSA_PKCS1_V1_5_SHA_256',
              'kms:MessageType': 'DIGEST',
            },
          },
        },
      ]);
  });

  test('put-channel and get-channel read the public halves; nobody else touches them', () => {
    const readers = ['put-channel', 'get-channel'];
    for (const name of readers)
      expect(touching(name).flatMap((one) => allowed([one]))).toEqual(
        keys.map((key) => `kms:GetPublicKey ${key}`),
      );
    const others = rows.map(([name]) => name).filter((name) => ![...signers, ...readers].includes(name));
    expect(others.flatMap(touching)).toEqual([]);
    expect(others).toContain('receive-callback');
  });

  test('are named one by one: every key of every channel, and no statement where there is none', () => {
    const channels = [
      { code: 'A', provider: 'alipay', signingKeys: ['v1', 'v2'] },
      { code: 'B', provider: 'alipay', signingKeys: ['v1'] },
    ];
    const statement = statementsOf(assemble({ ...stages.sandbox, channels }), 'create-payment').find(
      ({ Action }) => Action === 'kms:Sign',
    );
    expect(statement?.Resource).toEqual(['SigningAv1.Arn', 'SigningAv2.Arn', 'SigningBv1.Arn']);
    expect(JSON.stringify([...identityPolicies(assemble('sandbox'))])).not.toMatch(/kms:(Sign|GetPublicKey)/);
  });
});
