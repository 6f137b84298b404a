import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { noon, startForTests } from './services.ts';
import { withDirectory } from './support.ts';

describe('KMS of this machine', () => {
  let machine: Awaited<ReturnType<typeof startForTests>>;
  let key: { keyId: string; arn: string };
  beforeAll(async () => {
    machine = await startForTests();
    key = machine.services.createKey('DataKey', {
      Description: 'tables',
      EnableKeyRotation: true,
      KeyPolicy: { Statement: [] },
      PendingWindowInDays: 30,
    });
    machine.services.createAlias('alias/payments-data', key.arn);
  });
  afterAll(() => machine.stop());

  const Plaintext = randomBytes(100);
  const encrypt = (KeyId: string, EncryptionContext: Record<string, string> = {}) =>
    machine.kms.send(new EncryptCommand({ KeyId, Plaintext, EncryptionContext }));

  it('closes and opens, by id, ARN and alias', async () => {
    for (const KeyId of [key.keyId, key.arn, 'alias/payments-data']) {
      const closed = await encrypt(KeyId, { table: 'payments', row: '1' });
      expect(closed.KeyId).toBe(key.arn);
      const opened = await machine.kms.send(
        new DecryptCommand({
          CiphertextBlob: closed.CiphertextBlob,
          EncryptionContext: { row: '1', table: 'payments' },
        }),
      );
      expect(opened.KeyId).toBe(key.arn);
      expect(Buffer.from(opened.Plaintext ?? [])).toEqual(Plaintext);
    }
  });

  it('does not open what was changed, or in another context, or with another key', async () => {
    const { CiphertextBlob = new Uint8Array() } = await encrypt(key.keyId, { row: '1' });
    const open = (changes: object) =>
      machine.kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: { row: '1' }, ...changes }));
    for (const at of [0, 20, 40, CiphertextBlob.length - 1]) {
      const changed = Uint8Array.from(CiphertextBlob);
      changed[at] = (changed[at] ?? 0) ^ 1;
      await expect(open({ CiphertextBlob: changed })).rejects.toMatchObject({
        name: 'InvalidCiphertextException',
      });
    }
    await expect(open({ EncryptionContext: { row: '2' } })).rejects.toMatchObject({
      name: 'InvalidCiphertextException',
    });
    const other = machine.services.createKey('OtherKey', {});
    await expect(open({ KeyId: other.arn })).rejects.toMatchObject({ name: 'IncorrectKeyException' });
  });

  it('makes data keys that it opens again', async () => {
    const made = await machine.kms.send(new GenerateDataKeyCommand({ KeyId: key.arn, KeySpec: 'AES_256' }));
    expect(made.Plaintext).toHaveLength(32);
    const opened = await machine.kms.send(new DecryptCommand({ CiphertextBlob: made.CiphertextBlob }));
    expect(opened.Plaintext).toEqual(made.Plaintext);
  });

  it('describes a key', async () => {
    const { KeyMetadata } = await machine.kms.send(new DescribeKeyCommand({ KeyId: 'alias/payments-data' }));
    expect(KeyMetadata).toMatchObject({
      Arn: key.arn,
      CreationDate: new Date(noon),
      Description: 'tables',
      KeySpec: 'SYMMETRIC_DEFAULT',
      KeyState: 'Enabled',
    });
  });

  it('refuses what it does not have, by name', async () => {
    await expect(encrypt('alias/nothing')).rejects.toMatchObject({ name: 'NotFoundException' });
    const closed = machine.services.createKey('Closed', { Enabled: false });
    await expect(encrypt(closed.arn)).rejects.toMatchObject({ name: 'DisabledException' });
    await expect(machine.kms.send(new CreateKeyCommand({}))).rejects.toMatchObject({
      name: 'UnknownOperationException',
      message: 'TrentService.CreateKey is not carried out by this machine.',
    });
    expect(() => machine.services.createKey('Curve', { KeySpec: 'ECC_NIST_P256' })).toThrow(
      'Key Curve has the property KeySpec',
    );
    expect(() => machine.services.createKey('Closer', { KeySpec: 'RSA_2048' })).toThrow(
      'Key Closer is RSA_2048 for ENCRYPT_DECRYPT, which this machine does not carry out.',
    );
  });
});

describe('kept keys', () => {
  it('open what they closed before, and are for the owner only', async () => {
    await withDirectory(async (dataDir) => {
      const before = await startForTests({ dataDir });
      const { keyId } = before.services.createKey('DataKey', {});
      const { CiphertextBlob } = await before.kms.send(
        new EncryptCommand({ KeyId: keyId, Plaintext: Buffer.from('kept') }),
      );
      await before.stop();
      expect(statSync(join(dataDir, 'keys.json')).mode & 0o777).toBe(0o600);

      const after = await startForTests({ dataDir });
      expect(after.services.createKey('DataKey', {}).keyId).toBe(keyId);
      const { Plaintext } = await after.kms.send(new DecryptCommand({ CiphertextBlob }));
      expect(Buffer.from(Plaintext ?? []).toString()).toBe('kept');
      await after.stop();
    });
  });
});
