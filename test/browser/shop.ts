// A shop that stands only for payers to come back to, under a certificate that nobody else believes.
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { certificatePem, type Name } from '../../local/gateways/x509.ts';
import { newPair } from '../contract/alipay-side.ts';

export const shop = 'https://shop.example';

const day = 86_400_000;
const page = `<!doctype html><html lang="en"><head><title>The shop</title><link rel="icon" href="data:,"></head>
<body><h1>Thank you</h1></body></html>`;

export async function startShop(): Promise<{ readonly port: number; readonly stop: () => Promise<void> }> {
  const { privatePem, publicPem } = newPair();
  const name: Name = [['CN', new URL(shop).hostname]];
  const cert = certificatePem({
    ...{ subject: name, issuer: name, publicPem, issuerPrivatePem: privatePem },
    ...{ from: Date.now() - day, until: Date.now() + day },
  });
  const server = createServer({ key: privatePem, cert }, (_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(page);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
