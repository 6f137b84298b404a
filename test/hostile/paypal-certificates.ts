// The certificates that PayPal's gateway of the tests serves by their numbers: one that is good, and all that must not prove
// a webhook. The same hand signs with all of them but those that say otherwise.
import type { ServerResponse } from 'node:http';
import type { CertificateFacts } from '../../local/gateways/x509.ts';
import { newPair } from '../contract/alipay-side.ts';
import { leafName, leafOf, newAuthority, webhookName } from '../contract/paypal-side.ts';

const day = 86_400_000;
const start = Date.now();
const year = { from: start - 365 * day, until: start + 365 * day };

export const hand = newPair();
export const authority = newAuthority(year, year);
const other = newAuthority(year, year);

export const goodId = 'CERT-360caa42-fca2a594-a5cafa77';

const leaf = (change: Partial<CertificateFacts> = {}) => leafOf(hand, authority, { ...year, ...change });
const whole = (change?: Partial<CertificateFacts>) => leaf(change) + authority.middlePem;

/** What they are, by the certificate's number. */
export const notForWebhooks: Readonly<Record<string, readonly [what: string, pem: string]>> = {
  'CERT-api': ['of another of PayPal’s names', whole({ subject: leafName('api.sandbox.paypal.com') })],
  'CERT-production': ['of production', whole({ subject: leafName('messageverificationcerts.paypal.com') })],
  'CERT-longer': ['of a longer name', whole({ subject: leafName(`${webhookName}.evil.com`) })],
  'CERT-two-names': [
    'of two names',
    whole({
      subject: [
        ['CN', 'evil.com'],
        ['CN', webhookName],
      ],
    }),
  ],
  'CERT-no-name': ['of no name', whole({ subject: [['O', webhookName]] })],
  'CERT-self': [
    'signed by itself',
    leaf({ issuer: leafName(webhookName), issuerPrivatePem: hand.privatePem }),
  ],
  'CERT-over': ['that is over', whole({ until: start - day })],
  'CERT-early': ['that is not valid yet', whole({ from: start + 300 * day })],
  'CERT-other-root': ['that leads to another root', leafOf(hand, other, year) + other.middlePem],
  'CERT-own-root': [
    'that leads to another root, which it brings along',
    leafOf(hand, other, year) + other.middlePem + other.rootPem,
  ],
  'CERT-no-chain': ['without the one between', leaf()],
  'CERT-authority': ['of an authority', whole({ isAuthority: true })],
};

/** Addresses of PayPal's own under which there is no certificate. */
export const notServed: readonly (readonly [id: string, what: string])[] = [
  ['CERT-redirect', 'that leads elsewhere'],
  ['CERT-missing', 'under which there is none'],
  ['CERT-large', 'under which there are ten megabytes'],
  ['CERT-padded', 'under which a good one is longer than 64 kB'],
  ['CERT-page', 'under which there is a page'],
  ['CERT-slow', 'that does not answer within three seconds'],
];

export function certificates(home: string, url: string, response: ServerResponse): void {
  const id = url.replace('/v1/notifications/certs/', '');
  const [, pem = ''] = notForWebhooks[id] ?? [];
  const good = whole();
  switch (id) {
    case goodId:
    case 'CERT-elsewhere':
      response.end(good);
      return;
    case 'CERT-redirect':
      response.writeHead(302, { location: `${home}/v1/notifications/certs/CERT-elsewhere` }).end(good);
      return;
    case 'CERT-large':
      response.end(Buffer.alloc(10 * 1024 * 1024, '\n'));
      return;
    case 'CERT-padded':
      response.end(good.padEnd(64 * 1024 + 1, '\n'));
      return;
    case 'CERT-page':
      response.end('<h1>Hello</h1>');
      return;
    case 'CERT-slow':
      // Never: whoever asks gives up.
      return;
    default:
      response.writeHead(pem === '' ? 404 : 200).end(pem);
  }
}
