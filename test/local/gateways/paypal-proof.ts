// PayPal's webhooks as a merchant judges them, with node:crypto alone; and the shop's addresses.
import { createVerify, X509Certificate } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Fields = Record<string, unknown>;

export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly raw: string;
}

/** The shop's addresses; answers with the status of `reply`. */
export interface Shop {
  readonly origin: string;
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
      const { method = '', url = '', headers } = request;
      received.push({ method, url, headers, raw: Buffer.concat(chunks).toString('utf8') });
      response.writeHead(shop.reply).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const shop: Shop = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    reply: 200,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
  return shop;
}

/** CRC-32 (IEEE), bit by bit, so that zlib's is not judged by itself. */
export function crc(text: string): number {
  let sum = 0xffffffff;
  for (const byte of Buffer.from(text, 'utf8')) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  }
  return (sum ^ 0xffffffff) >>> 0;
}

export interface Judge {
  readonly authorityPem: string;
  readonly webhookId: string;
  /** the common name that the certificate has to have */
  readonly name?: string;
}

const sandboxName = 'messageverificationcerts.sandbox.paypal.com';

/** Fetches the certificate, and gives what is wrong with the webhook; [] for a genuine one. */
export async function doubts({ headers, raw }: Received, judge: Judge): Promise<string[]> {
  const header = (name: string) => String(headers[`paypal-${name}`] ?? '');
  const response = await fetch(header('cert-url'));
  const [pem = ''] = /-----BEGIN[^]*?END CERTIFICATE-----/.exec(await response.text()) ?? [];
  const [leaf, root] = [new X509Certificate(pem), new X509Certificate(judge.authorityPem)];
  const time = header('transmission-time');
  const message = [header('transmission-id'), time, judge.webhookId, crc(raw)].join('|');
  const proved = createVerify('sha256')
    .update(message)
    .verify(leaf.publicKey, header('transmission-sig'), 'base64');
  const at = Date.parse(time);
  const checks: [string, boolean][] = [
    ['algorithm', header('auth-algo') === 'SHA256withRSA'],
    ['name', leaf.subject.split('\n').includes(`CN=${judge.name ?? sandboxName}`)],
    ['authority', leaf.checkIssued(root) && leaf.verify(root.publicKey)],
    ['root', root.ca && root.verify(root.publicKey)],
    ['validity', Date.parse(leaf.validFrom) <= at && at <= Date.parse(leaf.validTo)],
    ['signature', proved],
  ];
  return checks.filter(([, holds]) => !holds).map(([name]) => name);
}
