// 3.7 Stripe: what does not prove itself, and what is somebody else's. Nothing of it is stored.
import { form, notice as alipayNotice } from '../../contract/alipay-side.ts';
import {
  elsewhereSecret,
  seconds,
  sharedSecret,
  strangerSecret,
  v1,
  webhookSecret,
} from '../../contract/stripe-side.ts';
import { genuine as alipayGenuine } from '../post.ts';
import type { Row } from '../row.ts';
import { posting, refused, saying, signedBy } from '../stripe.ts';
import { because } from '../watching.ts';

/** A right signature, written otherwise. @param write of the time, s, and of the signature */
const written = (write: (time: string, good: string) => string) =>
  posting(saying(), (body, at) => {
    const time = String(seconds(at));
    return write(time, v1(webhookSecret, time, body));
  });

const forms: readonly (readonly [400 | 401, string, Parameters<typeof written>[0]])[] = [
  [401, 'v0 alone', (t, good) => `t=${t},v0=${good}`],
  [400, 'v1 in capitals', (t, good) => `t=${t},v1=${good.toUpperCase()}`],
  [400, '63 digits', (t, good) => `t=${t},v1=${good.slice(1)}`],
  [400, '65 digits', (t, good) => `t=${t},v1=${good}0`],
  [400, 'eleven items', (t, good) => `t=${t}${`,v1=${good}`.repeat(10)}`],
  [400, 'a hundred items', (t, good) => `t=${t}${`,v1=${good}`.repeat(100)}`],
  [400, 'nine thousand empty items', (t, good) => `t=${t},v1=${good}${','.repeat(9_000)}`],
  [400, 'no time', (_, good) => `v1=${good}`],
  [400, 'the time twice', (t, good) => `t=${t},t=${t},v1=${good}`],
  [400, 'two times', (t, good) => `t=${t},t=${Number(t) + 1},v1=${good}`],
  [400, 'a time of 13 digits', (t, good) => `t=${t}000,v1=${good}`],
  [400, 'a time with a sign', (t, good) => `t=+${t},v1=${good}`],
  [400, 'a time as 1e9', (_, good) => `t=1e9,v1=${good}`],
  [400, 'a space behind the comma', (t, good) => `t=${t}, v1=${good}`],
  [400, 'nothing', () => ''],
];

const proofs: Row[] = [
  ...forms.map(([status, what, write]) => refused(125, status, what, written(write))),
  // All headers together may have 10 kB: it comes no further than the door.
  {
    row: 125,
    what: 'two hundred items',
    send: written((t, good) => `t=${t}${`,v1=${good}`.repeat(200)}`),
    status: 431,
  },
  ...[-301_000, 301_000].map((late) =>
    refused(125, 401, `signed ${late / 1000} s from now`, posting(saying(), signedBy(webhookSecret, late)), {
      and: because('STRIPE', 'not_authentic'),
    }),
  ),
  ...[
    ['an empty key', ''],
    ['"undefined"', 'undefined'],
    ['"null"', 'null'],
    ['the secret without its prefix', webhookSecret.slice('whsec_'.length)],
    ['a stranger’s secret', strangerSecret],
    ['the secret of another endpoint of Stripe’s', elsewhereSecret],
  ].map(([what, key = '']) =>
    refused(126, 401, `signed with ${what}`, posting(saying(), signedBy(key)), {
      and: because('STRIPE', 'not_authentic'),
    }),
  ),
  refused(
    127,
    401,
    'two signatures, neither by a secret that is live',
    posting(saying(), (body, at) => {
      const time = String(seconds(at));
      return `t=${time},v1=${v1(strangerSecret, time, body)},v1=${v1(elsewhereSecret, time, body)}`;
    }),
  ),
  refused(
    127,
    401,
    'by the previous secret, over another body',
    posting(saying(), (body, at) => signedBy(sharedSecret)(`${body} `, at)),
  ),
  refused(
    62,
    401,
    'no signature',
    posting(saying(), () => undefined),
  ),
  refused(82, 400, 'the signature twice', async (world) => {
    const sent = await posting(saying())(world);
    const [, signature] = sent.headers ?? [];
    return { ...sent, headers: [...(sent.headers ?? []), ...(signature ? [signature] : [])] };
  }),
  refused(63, 401, 'the same JSON with spaces', async (world) => {
    const sent = await posting(saying())(world);
    return { ...sent, body: JSON.stringify(JSON.parse(String(sent.body)), null, 1) };
  }),
  refused(66, 401, 'a genuine one of Alipay’s at Stripe’s address', async (world) => ({
    ...(await posting(saying(), () => undefined)(world)),
    body: form(alipayNotice(alipayGenuine())),
  })),
  ...(
    [
      ['alipay', 400, 'fail'],
      ['wechat_pay', 401, '{"code":"FAIL","message":"refused"}'],
      ['paypal', 401, '{"name":"REFUSED","message":"refused"}'],
    ] as const
  ).map(([code, status, body]): Row => ({
    row: 66,
    what: `a genuine one of Stripe’s at ${code}’s address`,
    send: async (world) => ({
      ...(await posting(saying())(world)),
      path: `/payments/callbacks/${code}`,
    }),
    status,
    body,
  })),
];

const foreign = (what: string, change: Record<string, unknown>, row = 128) =>
  refused(row, 403, what, posting(saying({}, change)), { and: because('STRIPE', 'foreign') });

const contents: Row[] = [
  foreign('of the live world, where money is not real', { livemode: true }),
  foreign('of a connected account', { account: 'acct_1OtherShopOfTests' }),
  foreign('of an account without a name', { account: '' }),
  foreign('of the live world, of our own account', { livemode: true, account: 'acct_1DemoShopOfTests' }),
  refused(128, 400, 'that does not say of which world it is', posting(saying({}, { livemode: null })), {
    and: because('STRIPE', 'unreadable'),
  }),
  refused(80, 400, 'a list, rightly signed', posting('[]'), { and: because('STRIPE', 'unreadable') }),
  refused(
    80,
    400,
    'half of it, rightly signed',
    posting((at) => saying()(at).slice(0, -1)),
  ),
];

export const stripeRows: readonly Row[] = [...proofs, ...contents];
