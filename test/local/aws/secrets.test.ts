import { randomUUID } from 'node:crypto';
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { noon, startForTests } from './services.ts';
import { withDirectory } from './support.ts';

describe('Secrets Manager of this machine', () => {
  let machine: Awaited<ReturnType<typeof startForTests>>;
  beforeAll(async () => {
    machine = await startForTests();
  });
  afterAll(() => machine.stop());

  const get = (SecretId: string, more: object = {}) =>
    machine.secrets.send(new GetSecretValueCommand({ SecretId, ...more }));
  const put = (SecretId: string, SecretString: string, more: object = {}) =>
    machine.secrets.send(new PutSecretValueCommand({ SecretId, SecretString, ...more }));

  it('has no value until one is put, then the current and the previous one', async () => {
    const name = 'payments-local/channels/ALIPAY';
    const { arn } = machine.services.createSecret(name, { Name: name, Description: 'keys', KmsKeyId: 'key' });
    expect(arn).toMatch(
      /^arn:aws:secretsmanager:us-east-1:000000000000:secret:payments-local\/channels\/ALIPAY-\w{6}$/,
    );
    await expect(get(name)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });

    const first = await put(name, 'one');
    expect(first).toMatchObject({ ARN: arn, Name: name, VersionStages: ['AWSCURRENT'] });
    const second = await put(arn, 'two');
    await expect(get(arn)).resolves.toMatchObject({
      ARN: arn,
      SecretString: 'two',
      VersionId: second.VersionId,
      VersionStages: ['AWSCURRENT'],
      CreatedDate: new Date(noon),
    });
    await expect(get(name, { VersionStage: 'AWSPREVIOUS' })).resolves.toMatchObject({ SecretString: 'one' });
    const third = await put(name, 'three');
    await expect(get(name, { VersionStage: 'AWSPREVIOUS' })).resolves.toMatchObject({ SecretString: 'two' });
    await expect(get(name, { VersionId: first.VersionId })).resolves.toMatchObject({ SecretString: 'one' });
    await expect(machine.secrets.send(new DescribeSecretCommand({ SecretId: name }))).resolves.toMatchObject({
      Description: 'keys',
      KmsKeyId: 'key',
      VersionIdsToStages: {
        [String(third.VersionId)]: ['AWSCURRENT'],
        [String(second.VersionId)]: ['AWSPREVIOUS'],
      },
    });
  });

  it('takes the same version twice, and refuses its id for another content', async () => {
    machine.services.createSecret('twice', {});
    const ClientRequestToken = randomUUID();
    await put('twice', 'one', { ClientRequestToken });
    await put('twice', 'two');
    await expect(put('twice', 'one', { ClientRequestToken })).resolves.toMatchObject({
      VersionId: ClientRequestToken,
      VersionStages: ['AWSPREVIOUS'],
    });
    await expect(get('twice')).resolves.toMatchObject({ SecretString: 'two' });
    await expect(put('twice', 'other', { ClientRequestToken })).rejects.toMatchObject({
      name: 'ResourceExistsException',
    });
  });

  it('moves a stage of its own without touching the current one', async () => {
    machine.services.createSecret('staged', { SecretString: 'first' });
    await put('staged', 'next', { VersionStages: ['AWSPENDING'] });
    await expect(get('staged')).resolves.toMatchObject({ SecretString: 'first' });
    await expect(get('staged', { VersionStage: 'AWSPENDING' })).resolves.toMatchObject({
      SecretString: 'next',
    });
  });

  it('keeps bytes as they are', async () => {
    machine.services.createSecret('bytes', {});
    const SecretBinary = Uint8Array.from([0, 255, 128]);
    await machine.secrets.send(new PutSecretValueCommand({ SecretId: 'bytes', SecretBinary }));
    expect((await get('bytes')).SecretBinary).toEqual(SecretBinary);
  });

  it('generates a first value by the rules of the template', async () => {
    machine.services.createSecret('made', {
      GenerateSecretString: {
        PasswordLength: 40,
        ExcludePunctuation: true,
        ExcludeCharacters: 'abcO0',
        SecretStringTemplate: '{"user":"shop"}',
        GenerateStringKey: 'password',
      },
    });
    const made = JSON.parse((await get('made')).SecretString ?? '') as Record<string, string>;
    expect(made['user']).toBe('shop');
    expect(made['password']).toMatch(/^(?=.*\d)(?=.*[a-z])(?=.*[A-Z])[d-zA-NP-Z1-9]{40}$/);
  });

  it('refuses what it does not have, by name', async () => {
    await expect(get('nothing')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    const both = new PutSecretValueCommand({ SecretId: 'twice' });
    await expect(machine.secrets.send(both)).rejects.toMatchObject({ name: 'InvalidParameterException' });
    await expect(put('twice', 'x'.repeat(65_537))).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
    await expect(machine.secrets.send(new RotateSecretCommand({ SecretId: 'twice' }))).rejects.toMatchObject({
      name: 'UnknownOperationException',
    });
    expect(() => machine.services.createSecret('odd', { Colour: 'red' })).toThrow(
      'Secret odd has the property Colour, which this machine does not carry out.',
    );
  });
});

describe('kept secrets', () => {
  it('have their versions again; the template does not bring a first value back', async () => {
    await withDirectory(async (dataDir) => {
      const before = await startForTests({ dataDir });
      const { arn } = before.services.createSecret('kept', { SecretString: 'first' });
      await before.secrets.send(new PutSecretValueCommand({ SecretId: 'kept', SecretString: 'changed' }));
      await before.stop();

      const after = await startForTests({ dataDir });
      expect(after.services.createSecret('kept', { SecretString: 'first' }).arn).toBe(arn);
      await expect(after.secrets.send(new GetSecretValueCommand({ SecretId: arn }))).resolves.toMatchObject({
        SecretString: 'changed',
      });
      await after.stop();
    });
  });
});
