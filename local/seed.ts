// Connects the channels of the stage `local` to the local gateways, through the same route that an operator uses.
import { createPublicKey } from 'node:crypto';
import { stages } from '../infra/config.ts';
import { prefix } from '../infra/names.ts';
import type { AccountFacts } from './gateways/alipay/application.ts';
import type { LocalGateways } from './gateways/server.ts';
import type { SignedFetch } from './signed-fetch.ts';

export interface Seeding {
  /** base URL of the API, with the stage */
  readonly api: string;
  /** signs as an operator */
  readonly call: SignedFetch;
  /** where KMS of this machine listens: whoever is at home asks it without the gate */
  readonly kms: string;
  readonly alipay: LocalGateways['alipay'];
}

/** @throws Error with what the service answered */
export async function seedAlipay(seeding: Seeding): Promise<void> {
  const { alipay } = seeding;
  for (const { appId, channelCode } of alipay.accounts) {
    const credentials = await credentialsOf(seeding, channelCode, appId);
    const account = alipay.accounts.find((each) => each.appId === appId);
    if (account) await configure(seeding, account, credentials);
  }
}

/**
 * The key in KMS, where the stage declares one. It is registered at the provider first, as a merchant does at the console:
 * the certificate that is issued over it is part of the configuration.
 */
async function credentialsOf(
  { kms, alipay }: Seeding,
  channelCode: string,
  appId: string,
): Promise<object | undefined> {
  const declared = stages.local.channels.find(({ code }) => code === channelCode);
  const name = declared?.signingKeys?.at(-1);
  if (name === undefined) return undefined;
  const alias = `alias/${prefix(stages.local)}/channels/${channelCode}/${name}`;
  alipay.registerKey(appId, await publicKeyOf(kms, alias));
  return { signing_key: name };
}

/** @returns PEM */
async function publicKeyOf(kms: string, KeyId: string): Promise<string> {
  const response = await fetch(kms, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'TrentService.GetPublicKey' },
    body: JSON.stringify({ KeyId }),
  });
  if (!response.ok) throw new Error(`KMS did not give ${KeyId}: ${response.status} ${await response.text()}`);
  const { PublicKey } = (await response.json()) as { PublicKey: string };
  const key = createPublicKey({ key: Buffer.from(PublicKey, 'base64'), format: 'der', type: 'spki' });
  return key.export({ format: 'pem', type: 'spki' }).toString();
}

async function configure(
  { api, call, alipay }: Seeding,
  account: AccountFacts,
  credentials: object = { private_key_merchant: account.merchantPrivateKeyPem },
): Promise<void> {
  const path = `/channels/${account.channelCode}`;
  const response = await call(api + path, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      environment: 'local',
      gateway_url: alipay.gatewayUrl,
      merchant_id: account.sellerId,
      app_id: account.appId,
      ...provider(account),
      ...credentials,
      callback_url_payment: `${api}/payments/callbacks/${account.channelCode.toLowerCase()}`,
      is_active: true,
    }),
  });
  if (response.ok) return;
  throw new Error(
    `Channel ${account.channelCode} could not be configured: PUT ${path} answered ${response.status} ${await response.text()}`,
  );
}

/** By what the provider proves itself. */
function provider(account: AccountFacts): object {
  if (account.mode === 'public_key') return { public_key_platform: account.platformPublicKeyPem };
  return {
    app_certificate: account.appCertificatePem,
    certificate_platform: account.platformCertificatePem,
    root_certificate_platform: account.rootCertificatesPem,
  };
}
