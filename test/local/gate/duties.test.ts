import { describe, expect, test } from '@jest/globals';
import { accessReaders } from '../../../local/aws/gate/access-readers.ts';
import { type Access, openAccess } from '../../../local/aws/gate/access.ts';
import { lambdaDuties } from '../../../local/aws/gate/lambda-duties.ts';
import { closedToServices } from '../../../local/aws/gate/service-duties.ts';
import { account, region } from '../aws/support.ts';

const where = { name: 'Stack/It', account, region };
const roleArn = `arn:aws:iam::${account}:role/work`;
const busArn = `arn:aws:events:${region}:${account}:event-bus/news`;
const groupArn = `arn:aws:logs:${region}:${account}:log-group:/aws/lambda/work:*`;
const keyArn = `arn:aws:kms:${region}:${account}:key/own`;
const queueArn = `arn:aws:sqs:${region}:${account}:tasks`;

const document = (...Statement: object[]) => ({ Version: '2012-10-17', Statement });
const allow = (Action: string | string[], Resource = '*', more: object = {}) => ({
  ...{ Effect: 'Allow', Action, Resource },
  ...more,
});

/** Reads one resource, as when the template's resources are made. */
function read(access: Access, type: string, properties: object, arn = 'arn'): void {
  const reader = accessReaders[type];
  if (!reader) throw new Error(`Nobody reads ${type}.`);
  reader({ ...properties }, { ref: arn, attributes: { Arn: arn } }, access, where);
}

describe('what the template says about access', () => {
  test.each([
    [
      'a policy from elsewhere',
      'AWS::IAM::Role',
      { ManagedPolicyArns: ['arn:aws:iam::aws:policy/All'] },
      'does not hold',
    ],
    ['a boundary', 'AWS::IAM::Role', { PermissionsBoundary: 'arn' }, 'PermissionsBoundary'],
    ['a key without its ARN', 'AWS::SQS::Queue', { KmsMasterKeyId: 'alias/own' }, 'knows keys by their ARN'],
  ])('stops the start where it cannot be judged: %s', (_, type, properties, words) => {
    expect(() => {
      read(openAccess(), type, properties);
    }).toThrow(words);
  });

  test('a role may have policies of its own, attached ones, and ones that name it', () => {
    const access = openAccess();
    read(access, 'AWS::IAM::ManagedPolicy', { PolicyDocument: document(allow('a:Attached')) }, 'policy');
    const own = [{ PolicyName: 'own', PolicyDocument: document(allow('a:Own')) }];
    read(access, 'AWS::IAM::Role', { ManagedPolicyArns: ['policy'], Policies: own }, roleArn);
    read(access, 'AWS::IAM::Policy', { PolicyDocument: document(allow('a:Named')), Roles: ['work'] });
    const actions = access.grantsOf(roleArn).map(({ action }) => action);
    expect(actions).toEqual(['a:Attached', 'a:Own', 'a:Named']);
  });

  test('a bucket, a queue and a secret have their keys and policies', () => {
    const access = openAccess();
    const secretArn = `arn:aws:secretsmanager:${region}:${account}:secret:pin-abcdef`;
    const by = { ServerSideEncryptionByDefault: { KMSMasterKeyID: keyArn, SSEAlgorithm: 'aws:kms' } };
    const encryption = { BucketEncryption: { ServerSideEncryptionConfiguration: [by] } };
    read(access, 'AWS::S3::Bucket', encryption, 'arn:aws:s3:::box');
    read(access, 'AWS::SecretsManager::Secret', { Name: 'pin', KmsKeyId: keyArn }, secretArn);
    expect([access.keyOf('arn:aws:s3:::box/a/b'), access.secretArn('pin')]).toEqual([keyArn, secretArn]);
    const nobody = { ...allow('*'), Effect: 'Deny', Principal: '*' };
    const PolicyDocument = document(nobody);
    read(access, 'AWS::S3::BucketPolicy', { Bucket: 'box', PolicyDocument });
    read(access, 'AWS::SQS::QueuePolicy', { Queues: [`http://127.0.0.1/${account}/tasks`], PolicyDocument });
    read(access, 'AWS::SecretsManager::ResourcePolicy', { SecretId: 'pin', ResourcePolicy: PolicyDocument });
    for (const resource of ['arn:aws:s3:::box/a', queueArn, secretArn])
      expect(access.judge({ action: 'a:B', resource, context: {} }, { roleArn, account })).toMatchObject({
        because: 'with an explicit deny in a resource-based policy',
      });
  });
});

describe('what Lambda does with a role', () => {
  const fn = {
    ...{
      name: 'work',
      arn: 'arn:work',
      directory: '/',
      handler: 'i.h',
      timeoutSeconds: 1,
      memoryMegabytes: 128,
    },
    ...{ environment: {}, roleArn, traced: true, inVpc: false, logGroup: undefined },
  };
  const mapping = { functionArn: 'arn:work', sourceArn: queueArn, properties: {} };

  test('is told in a sentence where the role forbids it', () => {
    const access = openAccess();
    const receive = allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'xray:*']);
    read(access, 'AWS::IAM::Role', { Policies: [{ PolicyDocument: document(receive) }] }, roleArn);
    const duties = lambdaDuties(access, account, region);
    expect(duties.forbidden(fn, [mapping])).toEqual([
      `work: Lambda empties its queue, and the role ${roleArn} is not authorized to perform: ` +
        `sqs:GetQueueAttributes on resource: ${queueArn}. In the cloud the deployment fails.`,
    ]);
    expect(duties.mayLog(fn)).toBe(false);
  });

  test('is all there where the role allows it, its own interfaces among it', () => {
    const access = openAccess();
    const denied = {
      ...allow('ec2:*'),
      Effect: 'Deny',
      Condition: { ArnEquals: { 'lambda:SourceFunctionArn': '*' } },
    };
    const everything = document(allow('*'), denied);
    read(access, 'AWS::IAM::Role', { Policies: [{ PolicyDocument: everything }] }, roleArn);
    const duties = lambdaDuties(access, account, region);
    expect(duties.forbidden({ ...fn, inVpc: true }, [mapping])).toEqual([]);
    expect(duties.mayLog(fn)).toBe(true);
  });
});

describe('what services do with a key in their own name', () => {
  const uses = ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey'];
  const lets = (Service: string, Condition: object) =>
    allow(uses, '*', { Principal: { Service }, Condition });

  test.each([
    ['AWS::Events::EventBus', { KmsKeyIdentifier: keyArn }, busArn, 'events.amazonaws.com', 3],
    ['AWS::Logs::LogGroup', { KmsKeyId: keyArn }, groupArn, `logs.${region}.amazonaws.com`, 4],
  ] as const)('%s: the key must let it', (type, properties, arn, service, actions) => {
    const access = openAccess();
    read(access, type, properties, arn);
    expect(closedToServices(access, account, region)).toHaveLength(actions);
    expect(closedToServices(access, account, region)[0]).toBe(
      `${arn} is closed with ${keyArn}, whose policy does not let ${service} kms:Decrypt.`,
    );
    const ofThis = {
      'AWS::Events::EventBus': { StringEquals: { 'aws:SourceArn': busArn, 'aws:SourceAccount': account } },
      'AWS::Logs::LogGroup': { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': 'arn:*:log-group:*' } },
    };
    read(access, 'AWS::KMS::Key', { KeyPolicy: document(lets(service, ofThis[type])) }, keyArn);
    expect(closedToServices(access, account, region)).toEqual([]);
  });
});
