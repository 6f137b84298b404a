// 3.8 PayPal: what does not prove itself, what cannot be read, and what is somebody else's. Nothing of it is stored.
import { anId } from '../../contract/bench.ts';
import { form, newPair, notice as alipayNotice } from '../../contract/alipay-side.ts';
import { paidCapture, posting, refused, saying, telling } from '../paypal.ts';
import { genuine as alipayGenuine } from '../post.ts';
import type { Row } from '../row.ts';
import { because } from '../watching.ts';
import type { Sent } from '../world.ts';

const proofs: Row[] = [
  refused(134, 401, 'a good certificate, and somebody else’s hand', posting(saying(), { by: newPair() }), {
    and: because('PAYPAL', 'not_authentic', /signature is not that/),
  }),
  ...['SHA1withRSA', 'SHA512withRSA', 'sha256withrsa', 'none', 'HMACSHA256', ''].map((algorithm) =>
    refused(
      135,
      401,
      `algorithm "${algorithm}"`,
      posting(saying(), { headers: { 'paypal-auth-algo': algorithm } }),
      { and: because('PAYPAL', 'not_authentic') },
    ),
  ),
  ...[
    ['of another app', '0EH40505U7160970Q'],
    ['of the simulator', 'WEBHOOK_ID'],
    ['left empty', ''],
    ['in small letters', '0eh40505u7160970p'],
  ].map(([what, webhookId = '']) =>
    refused(137, 401, `webhook id ${what}`, posting(saying(), { webhookId }), {
      and: because('PAYPAL', 'not_authentic', /signature is not that/),
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

const unreadable = { and: because('PAYPAL', 'unreadable') };
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
      and: because('PAYPAL', 'foreign'),
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
