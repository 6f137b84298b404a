// 3.8 PayPal: whose certificate may prove a webhook, and where it may be fetched. Each is rightly signed by the hand that the
// good certificate is of; nobody but PayPal is called for one.
import { expect } from '@jest/globals';
import { notForWebhooks, notServed } from '../paypal-certificates.ts';
import { posting, refused, saying, type Posting } from '../paypal.ts';
import type { Row } from '../row.ts';
import { because } from '../watching.ts';
import type { World } from '../world.ts';

/** @returns whom functions have called since, once the function has said that it refused: its lines keep their order */
function callsSince({ lines }: World): () => Promise<string[]> {
  const before = lines.length;
  return async () => {
    const since = () => lines.slice(before);
    for (const end = Date.now() + 2_000; !since().some(({ name }) => name === 'callback.refused');) {
      if (Date.now() > end) throw new Error('It was not told that a callback was refused.');
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return since()
      .filter(({ name }) => name === 'called_out')
      .map(({ url }) => String(url));
  };
}

/** Sends, and demands that functions called exactly these meanwhile. */
const calling = (
  row: number,
  what: string,
  how: (world: World) => Posting,
  called: (world: World) => readonly string[],
): Row => {
  let calls: () => Promise<string[]>;
  return refused(
    row,
    401,
    what,
    (world) => {
      calls = callsSince(world);
      return posting(saying(), how(world))(world);
    },
    {
      and: async (answer, world) => {
        expect(await calls()).toEqual(called(world));
        because('PAYPAL', 'not_authentic', /certificate/)(answer, world);
      },
    },
  );
};

const path = '/v1/notifications/certs/CERT-360caa42-fca2a594-a5cafa77';
/** The address of a genuine certificate, written otherwise. @param home of the gateway, without a scheme */
const strange: readonly ((home: string) => string)[] = [
  ...[
    `https://evilpaypal.com${path}`,
    `https://api.paypal.com.evil.com${path}`,
    `https://api.sandbox.paypal.com.evil.com${path}`,
    `https://api.sandbox.paypal.com@evil.com${path}`,
    `https://user:word@api.sandbox.paypal.com${path}`,
    `https://api.sandbox.paypal.com:8443${path}`,
    `http://api.sandbox.paypal.com${path}`,
    // Genuine elsewhere: a channel of this machine trusts its own gateway alone.
    `https://api.sandbox.paypal.com${path}`,
    `https://api.paypal.com${path}`,
    'http://169.254.169.254/latest/meta-data/iam/security-credentials/',
    'http://[::ffff:169.254.169.254]/latest/meta-data/',
    'https://127.0.0.1/',
    'file:///etc/passwd',
    'data:application/x-pem-file,x',
    'ftp://api.sandbox.paypal.com/x',
    `//api.sandbox.paypal.com${path}`,
    'CERT-360caa42-fca2a594-a5cafa77',
  ].map((url) => () => url),
  (home) => `http://user:word@${home}${path}`,
  (home) => `http://${home}@evil.com${path}`,
  (home) => `https://${home}${path}`,
  (home) => `HTTP://${home}${path}`,
  (home) => `http:\\\\${home}${path}`,
  (home) => `http://${home.replace('127.0.0.1', 'localhost')}${path}`,
  (home) => `http://${home.replace('127.0.0.1', '2130706433')}${path}`,
  (home) => `http://${home.replace('127.0.0.1', '127.1')}${path}`,
  (home) => `http://${home}0${path}`,
  (home) => `http://${home}//v1/notifications/certs/CERT-1`,
  (home) => `http://${home}/v1/notifications/certs/../certs/CERT-1`,
  (home) => `http://${home}/v1/notifications/certs/CERT-1/../CERT-2`,
  (home) => `http://${home}/v1/notifications/certs/CERT-%31`,
  (home) => `http://${home}/v1/notifications/certs/CERT-1?x=1`,
  (home) => `http://${home}/v1/notifications/certs/CERT-1#x`,
  (home) => `http://${home}/v1/notifications/certs/CERT-1/`,
  (home) => `http://${home}/v1/notifications/certs/CERT-`,
  (home) => `http://${home}/v1/notifications/certs/CERT-${'a'.repeat(129)}`,
  (home) => `http://${home}/v1/notifications/certs/cert-1`,
  (home) => `http://${home}/v1/notifications/certs/`,
  (home) => `http://${home}/v2/checkout/orders`,
];

const homeOf = ({ paypal }: World) => new URL(paypal.url).host;
const addressOf = (certificate: string) => (world: World) => [
  `${world.paypal.url}/v1/notifications/certs/${certificate}`,
];

export const payPalCertificateRows: readonly Row[] = [
  ...strange.map((write) =>
    calling(
      133,
      `certificate at ${write('<home>').slice(0, 90)}: nobody is called`,
      (world) => ({ url: write(homeOf(world)) }),
      () => [],
    ),
  ),
  ...notServed.map(([certificate, what]) =>
    calling(
      133,
      `certificate at an address of PayPal’s ${what}: asked once`,
      () => ({ certificate }),
      addressOf(certificate),
    ),
  ),
  ...notServed.map(([certificate, what]) =>
    calling(
      133,
      `again at the address ${what}: not asked again`,
      () => ({ certificate }),
      () => [],
    ),
  ),
  ...Object.entries(notForWebhooks).map(([certificate, [what]]) =>
    calling(134, `certificate ${what}`, () => ({ certificate }), addressOf(certificate)),
  ),
];
