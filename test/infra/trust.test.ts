import { stages } from '../../infra/config.ts';
import { operations, type Operation } from '../../infra/operations.ts';
import { assemble } from './assembly.ts';
import { allowed, identityPolicies, statementsOf, type Statement } from './policies.ts';

// This one declares keys that sign.
const local = assemble('local');
const rows = Object.entries<Operation>(operations);

describe('what stands in the open can do little', () => {
  const writes = /^dynamodb:(?!GetItem channels\.Arn)/;
  const speaks = /^(secretsmanager|kms:Sign|kms:GetPublicKey|events:)/;
  const open = rows.filter(([, { on }]) => 'route' in on && on.auth === 'none').map(([name]) => name);

  test('two functions stand there: of one nothing comes in but what it queues, the other asks the channel', () => {
    expect(open.sort()).toEqual(['receive-callback', 'receive-return']);
  });

  test('receive-callback neither writes a table, nor signs, nor reads a secret', () => {
    const permissions = allowed(statementsOf(local, 'receive-callback'));
    expect(permissions.filter((one) => writes.test(one))).toEqual([]);
    expect(permissions.filter((one) => speaks.test(one))).toEqual([]);
    expect(permissions.filter((one) => one.includes('Keyssecrets'))).toEqual([]);
  });

  test('receive-return does no more than settle a payment by the answer of its channel', () => {
    const permissions = allowed(statementsOf(local, 'receive-return'));
    expect(permissions.filter((one) => /^(dynamodb|sqs|events|s3|secretsmanager):/.test(one))).toEqual([
      'dynamodb:ConditionCheckItem payments.Arn',
      'dynamodb:GetItem channels.Arn',
      'dynamodb:GetItem payments.Arn',
      'dynamodb:PutItem events.Arn',
      'dynamodb:PutItem payments.Arn',
      'dynamodb:UpdateItem payments.Arn',
      'secretsmanager:GetSecretValue SecretALIPAY',
      'secretsmanager:GetSecretValue SecretALIPAYCERT',
    ]);
  });

  test('the same questions are answered with yes where it is so', () => {
    const create = allowed(statementsOf(local, 'create-payment'));
    expect(create.filter((one) => writes.test(one))).not.toEqual([]);
    for (const action of ['secretsmanager:', 'kms:Sign'])
      expect(create.filter((one) => speaks.test(one) && one.startsWith(action))).not.toEqual([]);
  });
});

describe('the keys of merchants', () => {
  const signers = rows.filter(([, { needs }]) => needs.includes('channel-keys:sign')).map(([name]) => name);
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
          Resource: 'SigningALIPAYCERTv1.Arn',
          Condition: {
            StringEquals: {
              'kms:SigningAlgorithm': 'RSASSA_PKCS1_V1_5_SHA_256',
              'kms:MessageType': 'DIGEST',
            },
          },
        },
      ]);
  });

  test('put-channel reads the public half; nobody else touches them', () => {
    expect(touching('put-channel').flatMap((one) => allowed([one]))).toEqual([
      'kms:GetPublicKey SigningALIPAYCERTv1.Arn',
    ]);
    const others = rows.map(([name]) => name).filter((name) => ![...signers, 'put-channel'].includes(name));
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
