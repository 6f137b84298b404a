// Connects the channels of the stage `local` to the local gateways, through the same route that an operator uses.
import { createPublicKey } from 'node:crypto';
import { stages, type Channel } from '../infra/config.ts';
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
  readonly gateways: Pick<LocalGateways, 'alipay' | 'wechatPay'>;
}

/** @throws Error with what the service answered */
export async function seedChannels(seeding: Seeding): Promise<void> {
  await Promise.all([seedAlipay(seeding), seedWechatPay(seeding)]);
}

async function seedAlipay(seeding: Seeding): Promise<void> {
  const { alipay } = seeding.gateways;
  for (const { appId, channelCode } of alipay.accounts) {
    const key = await keyInKms(seeding, channelCode);
    if (key) alipay.registerKey(appId, key.publicKey);
    const account = alipay.accounts.find((each) => each.appId === appId);
    if (!account) continue;
    await configure(seeding, channelCode, {
      gateway_url: alipay.gatewayUrl,
      merchant_id: account.sellerId,
      app_id: appId,
      ...proofOf(account),
      ...(key ? { signing_key: key.name } : { private_key_merchant: account.merchantPrivateKeyPem }),
    });
  }
}

async function seedWechatPay(seeding: Seeding): Promise<void> {
  const { wechatPay } = seeding.gateways;
  for (const { mchid, channelCode } of wechatPay.accounts) {
    const key = await keyInKms(seeding, channelCode);
    if (key) wechatPay.registerKey(mchid, key.publicKey);
    const account = wechatPay.accounts.find((each) => each.mchid === mchid);
    if (!account) continue;
    await configure(seeding, channelCode, {
      gateway_url: wechatPay.gatewayUrl,
      merchant_id: mchid,
      app_id: account.appid,
      merchant_certificate_serial: account.merchantCertificateSerial,
      ...(account.mode === 'certificate'
        ? { certificate_platform: account.platformCertificatesPem }
        : { public_key_platform: account.platformPublicKeyPem, public_key_id_platform: account.publicKeyId }),
      ...(key ? { signing_key: key.name } : { private_key_merchant: account.merchantPrivateKeyPem }),
      api_v3_key: account.apiV3Key,
    });
  }
}

/**
 * The key in KMS, where the stage declares one. It is registered at the provider first, as a merchant does at the console:
 * the certificate that is issued over it is part of the configuration.
 */
async function keyInKms(
  { kms }: Seeding,
  channelCode: string,
): Promise<{ readonly name: string; readonly publicKey: string } | undefined> {
  const channels: readonly Channel[] = stages.local.channels;
  const declared = channels.find(({ code }) => code === channelCode);
  const name = declared?.signingKeys?.at(-1);
  if (name === undefined) return undefined;
  const alias = `alias/${prefix(stages.local)}/channels/${channelCode}/${name}`;
  return { name, publicKey: await publicKeyOf(kms, alias) };
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

async function configure({ api, call }: Seeding, channelCode: string, own: object): Promise<void> {
  const path = `/channels/${channelCode}`;
  const response = await call(api + path, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      environment: 'local',
      ...own,
      callback_url_payment: `${api}/payments/callbacks/${channelCode.toLowerCase()}`,
      is_active: true,
    }),
  });
  if (response.ok) return;
  throw new Error(
    `Channel ${channelCode} could not be configured: PUT ${path} answered ${response.status} ${await response.text()}`,
  );
}

/** By what the provider proves itself. */
function proofOf(account: AccountFacts): object {
  if (account.mode === 'public_key') return { public_key_platform: account.platformPublicKeyPem };
  return {
    app_certificate: account.appCertificatePem,
    certificate_platform: account.platformCertificatePem,
    root_certificate_platform: account.rootCertificatesPem,
  };
}
