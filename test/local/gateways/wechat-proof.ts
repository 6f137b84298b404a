// WeChat Pay's proofs as a merchant judges them, with node:crypto alone; and the shop's callback address.
import { createDecipheriv, createPublicKey, createSign, createVerify, X509Certificate } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LocalGateways } from '../../../local/gateways/server.ts';

export type AccountFacts = LocalGateways['wechatPay']['accounts'][number];
export type Fields = Record<string, unknown>;

export function signed(text: string, privatePem: string): string {
  return createSign('sha256').update(text).sign(privatePem, 'base64');
}

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly raw: string;
}

/** The shop's callback address; answers with the status of `reply`. */
export interface Shop {
  readonly url: string;
  readonly received: Received[];
  reply: number;
  stop(): Promise<void>;
}

export async function openShop(): Promise<Shop> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, raw: Buffer.concat(chunks).toString('utf8') });
      response.writeHead(shop.reply).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const shop: Shop = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/callbacks`,
    received,
    reply: 204,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
  return shop;
}

/** The public keys that an account's facts give, by serial. */
export function platformKeys(account: AccountFacts): Map<string, string> {
  const pems = (account.platformCertificatesPem ?? '').match(/-----BEGIN[^]*?END CERTIFICATE-----/g) ?? [];
  const certified = pems.map((pem): [string, string] => {
    const { serialNumber, publicKey } = new X509Certificate(pem);
    return [serialNumber, publicKey.export({ type: 'spki', format: 'pem' }).toString()];
  });
  return new Map([...certified, [account.publicKeyId, account.platformPublicKeyPem]]);
}

export function isGenuine(
  header: (name: string) => string | null,
  raw: string,
  account: AccountFacts,
): boolean {
  const pem = platformKeys(account).get(header('wechatpay-serial') ?? '');
  if (pem === undefined) return false;
  const text = `${header('wechatpay-timestamp') ?? ''}\n${header('wechatpay-nonce') ?? ''}\n${raw}\n`;
  const signature = header('wechatpay-signature') ?? '';
  return createVerify('sha256').update(text).verify(createPublicKey(pem), signature, 'base64');
}

export function heardGenuine({ headers, raw }: Received, account: AccountFacts): boolean {
  return isGenuine((name) => String(headers[name] ?? ''), raw, account);
}

/** What is hidden in a notification, or in the entry of a certificate. */
export function opened(resource: Fields, key: string): string {
  const { ciphertext, nonce, associated_data: data } = resource as Record<string, string>;
  const hidden = Buffer.from(ciphertext ?? '', 'base64');
  const decipher = createDecipheriv('aes-256-gcm', key, nonce ?? '', { authTagLength: 16 });
  decipher.setAAD(Buffer.from(data ?? '')).setAuthTag(hidden.subarray(-16));
  return Buffer.concat([decipher.update(hidden.subarray(0, -16)), decipher.final()]).toString('utf8');
}
