// The merchants' own keys, born in KMS: nobody, and no function, ever holds their private half.
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Key, KeySpec, KeyUsage, type IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

/** channel code → name of the key → key */
export type SigningKeys = ReadonlyMap<string, ReadonlyMap<string, IKey>>;

/**
 * RSA 2048, which signs and does nothing else. KMS does not rotate such keys: the provider must learn each public half, so
 * a new one is a new name. Kept when the stack goes: the provider knows no other.
 */
export function signingKey(scope: Construct, prefix: string, code: string, name: string): IKey {
  return new Key(scope, `Signing${code}${name}`, {
    alias: `${prefix}/channels/${code}/${name}`,
    description: `${prefix}: channel ${code} signs with it, key ${name}`,
    keySpec: KeySpec.RSA_2048,
    keyUsage: KeyUsage.SIGN_VERIFY,
    pendingWindow: Duration.days(30),
    removalPolicy: RemovalPolicy.RETAIN,
  });
}
