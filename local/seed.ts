// Connects the channels of the stage `local` to the local gateways, through the same route that an operator uses.
import { createPublicKey } from 'node:crypto';
import { stages, type Channel } from '../infra/config.ts';
import { prefix } from '../infra/names.ts';
import type { LocalChannel } from './gateways/provider.ts';
import type { LocalGateways } from './gateways/server.ts';
import type { SignedFetch } from './signed-fetch.ts';

export interface Seeding {
  /** base URL of the API, with the stage */
  readonly api: string;
  /** signs as an operator */
  readonly call: SignedFetch;
  /** where KMS of this machine listens: whoever is at home asks it without the gate */
  readonly kms: string;
  readonly gateways: Pick<LocalGateways, 'providers'>;
}

/** A gateway may know accounts that the stage declares no channel for. @throws Error with what the service answered */
export async function seedChannels(seeding: Seeding): Promise<void> {
  const declared: readonly Channel[] = stages.local.channels;
  const channels = seeding.gateways.providers
    .flatMap((provider) => provider.channels)
    .filter(({ code }) => declared.some((channel) => channel.code === code));
  await Promise.all(channels.map((channel) => connect(seeding, channel)));
}

async function connect(seeding: Seeding, channel: LocalChannel): Promise<void> {
  const { code } = channel;
  const key = await keyInKms(seeding, code);
  const callbackUrl = `${seeding.api}/payments/callbacks/${code.toLowerCase()}`;
  await configure(seeding, code, {
    ...channel.connect({ callbackUrl, publicKeyPem: key?.publicKey }),
    ...(key && { signing_key: key.name }),
    callback_url_payment: callbackUrl,
  });
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
      is_active: true,
    }),
  });
  if (response.ok) return;
  throw new Error(
    `Channel ${channelCode} could not be configured: PUT ${path} answered ${response.status} ${await response.text()}`,
  );
}
