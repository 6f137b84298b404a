// 3.8 PayPal: what does not prove itself, what cannot be read, and what is somebody else's. Nothing of it is stored, and nobody
// but PayPal is asked for a certificate.
import { expect } from '@jest/globals';
import { anId } from '../../contract/bench.ts';
import { form, newPair, notice as alipayNotice } from '../../contract/alipay-side.ts';
import { notForWebhooks, notServed } from '../paypal-certificates.ts';
import { paidCapture, posting, refused, saying, telling, type Posting } from '../paypal.ts';
import { genuine as alipayGenuine } from '../post.ts';
import type { Row } from '../row.ts';
import type { Answer, Sent, World } from '../world.ts';

/** Why the last callback was refused, in the log's words. */
const because =
  (reason: string, outcome = /./) =>
  (_: Answer, { lines }: World): void => {
    const last = lines.findLast(({ name }) => name === 'callback.refused');
    expect(last).toMatchObject({
      reason,
      channel_code: 'PAYPAL',
      outcome: expect.stringMatching(outcome) as string,
    });
  };

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
        because('not_authentic', /certificate/)(answer, world);
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

const proofs: Row[] = [
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
  refused(134, 401, 'a good certificate, and somebody else’s hand', posting(saying(), { by: newPair() }), {
    and: because('not_authentic', /signature is not that/),
  }),
  ...['SHA1withRSA', 'SHA512withRSA', 'sha256withrsa', 'none', 'HMACSHA256', ''].map((algorithm) =>
    refused(
      135,
      401,
      `algorithm "${algorithm}"`,
      posting(saying(), { headers: { 'paypal-auth-algo': algorithm } }),
      { and: because('not_authentic') },
    ),
  ),
  ...[
    ['of another app', '0EH40505U7160970Q'],
    ['of the simulator', 'WEBHOOK_ID'],
    ['left empty', ''],
    ['in small letters', '0eh40505u7160970p'],
  ].map(([what, webhookId = '']) =>
    refused(137, 401, `webhook id ${what}`, posting(saying(), { webhookId }), {
      and: because('not_authentic', /signature is not that/),
    }),
  ),
  ...['transmission-id', 'transmission-time', 'transmission-sig', 'cert-url', 'auth-algo'].map((name) =>
    refused(62, 401, `no paypal-${name}`, posting(saying(), { headers: { [`paypal-${name}`]: undefined } })),
  ),
  refused(82, 400, 'the signature twice', async (world) => {
    const sent = await posting(saying())(world);
    const signature = sent.headers?.find(([name]) => name === 'paypal-transmission-sig');
    return { ...sent, headers: [...(sent.headers ?? []), ...(signature ? [signature] : [])] };
  }),
  refused(83, 400, 'a border inside the transmission’s id', posting(saying(), { id: 'a|b' })),
  refused(
    63,
    401,
    'the same JSON with spaces',
    posting(saying(), {
      instead: (body) => JSON.stringify(JSON.parse(body), null, 1),
    }),
  ),
  ...[-73 * 3_600_000, 301_000, 365 * 86_400_000, -365 * 86_400_000].map((late) =>
    refused(64, 401, `sent ${late / 3_600_000} h from now`, posting(saying(), { late })),
  ),
  refused(66, 401, 'a genuine one of Alipay’s at PayPal’s address', {
    ...bare(form(alipayNotice(alipayGenuine())).toString()),
  }),
  ...(
    [
      ['alipay', 400, 'fail'],
      ['wechat_pay', 401, '{"code":"FAIL","message":"refused"}'],
      ['stripe', 401, '{"received":false}'],
    ] as const
  ).map(([code, status, body]): Row => ({
    row: 66,
    what: `a genuine one of PayPal’s at ${code}’s address`,
    send: async (world) => ({
      ...(await posting(saying())(world)),
      path: `/payments/callbacks/${code}`,
    }),
    status,
    body,
  })),
];

/** Posted with nothing that proves it. */
function bare(body: string, path = '/payments/callbacks/paypal'): Sent {
  const headers = [['content-type', 'application/x-www-form-urlencoded']] as const;
  return { method: 'POST', path, headers, body };
}

/** As PayPal posted before there were webhooks. */
function ipn(): string {
  return new URLSearchParams({
    mc_gross: '8.80',
    mc_currency: 'USD',
    payment_status: 'Completed',
    receiver_email: 'shop@business.example',
    txn_type: 'web_accept',
    custom: anId(),
    verify_sign: 'AtkOfCXbDm2hu0ZELryHFjY-Vb7PAUvS6nMXgysbElEn9v-1XcmSoGtf',
    ipn_track_id: '3df4b0a1c6b9e',
  }).toString();
}

const unreadable = { and: because('unreadable') };
const payee = (merchant_id: string) => ({ ...paidCapture(), payee: { merchant_id } });

const contents: Row[] = [
  refused(136, 400, 'a name that no event has', posting(saying({}, { filler: 'x' })), unreadable),
  refused(136, 400, 'a name twice', posting(saying().replace('{', '{"id":"WH-1",')), unreadable),
  refused(136, 400, 'something behind it', posting(`${saying()}{}`), unreadable),
  refused(136, 400, 'a list', posting('[]'), unreadable),
  refused(
    67,
    403,
    'for another payee',
    posting(telling('PAYMENT.CAPTURE.COMPLETED', payee('ZZZZZZZZZZZZ9'))),
    {
      and: because('foreign'),
    },
  ),
  refused(141, 401, 'an old IPN, which nobody signed', bare(ipn())),
  refused(141, 400, 'an old IPN, under a right signature', posting(ipn), unreadable),
  ...['/payments/callbacks/ipn', '/ipn', '/payments/callbacks/paypal/ipn'].map((path): Row => ({
    row: 141,
    what: `an old IPN at ${path}`,
    send: bare(ipn(), path),
    status: [403, 404],
  })),
];

export const payPalRows: readonly Row[] = [...proofs, ...contents];
