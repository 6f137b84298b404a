// 3.6 WeChat Pay: what does not prove itself, what cannot be read, and what is somebody else's. Nothing of it is stored, and
// nobody is asked about it.
import { expect } from '@jest/globals';
import { form, notice as alipayNotice } from '../../contract/alipay-side.ts';
import { elsewhere, notice, paidOrder, sealed } from '../../contract/wechat-pay-side.ts';
import { anId } from '../../contract/bench.ts';
import { genuine as alipayGenuine } from '../post.ts';
import type { Row } from '../row.ts';
import { byCertificate, byExpired, posting, refused, saying } from '../wechat.ts';
import type { Answer, World } from '../world.ts';

/** Why the last callback was refused, in the log's words. */
const because =
  (reason: string) =>
  (_: Answer, { lines }: World): void => {
    const last = lines.findLast(({ name }) => name === 'callback.refused');
    expect(last).toMatchObject({ reason });
  };

const nobodyAsked = (_: Answer, { wechat }: World): void => {
  expect(wechat.asked.filter((call) => /certificates|^GET/.test(call))).toEqual([]);
};

const altered = (headers: Readonly<Record<string, string | undefined>>) => posting(saying(), { headers });

/** A genuine signature around this resource. */
const resource = (change: (whole: Record<string, unknown>, text: string) => object) =>
  posting((at) => {
    const text = JSON.stringify(paidOrder(anId(), 880, at));
    const body = { original_type: 'transaction', ...change(sealed(text), text) };
    return JSON.stringify({ ...notice({}), resource: body });
  });

const bytesOf = ({ ciphertext }: Record<string, unknown>) => Buffer.from(String(ciphertext), 'base64');

const proofs: Row[] = [
  refused(111, 401, 'a signature test', altered({ 'wechatpay-signature': 'WECHATPAY/SIGNTEST/c2lnbg==' }), {
    and: because('probe'),
  }),
  ...[-301_000, 301_000].map((late) =>
    refused(112, 401, `signed ${late / 1000} s from now`, posting(saying(), { late })),
  ),
  ...['0', '1e9', String(Date.now()), ''].map((text) =>
    refused(112, 401, `timestamp "${text}"`, altered({ 'wechatpay-timestamp': text })),
  ),
  ...[
    'PUB_KEY_ID_1',
    '__proto__',
    'constructor',
    byCertificate.serial.toLowerCase(),
    'A'.repeat(5 * 1024),
  ].map((serial) =>
    refused(
      113,
      401,
      `serial ${serial.slice(0, 45)}, which nobody knows and nobody asks about`,
      posting(saying(), { signing: { serial } }),
      { and: nobodyAsked },
    ),
  ),
  refused(114, 401, 'by a certificate whose time is over', posting(saying(), { signing: byExpired })),
  refused(
    114,
    401,
    'by the key of one serial under the name of the other',
    posting(saying(), { signing: { serial: byCertificate.serial } }),
  ),
  ...['WECHATPAY2-SM2-WITH-SM3', 'wechatpay2-sha256-rsa2048'].map((type) =>
    refused(115, 401, `signature type ${type}`, altered({ 'wechatpay-signature-type': type })),
  ),
  ...['a b', 'x'.repeat(65)].map((nonce) =>
    refused(116, 400, `nonce "${nonce}"`, posting(saying(), { signing: { nonce } })),
  ),
  {
    ...refused(117, 401, 'the same JSON with spaces', async (world) => {
      const sent = await posting(saying())(world);
      return { ...sent, body: JSON.stringify(JSON.parse(String(sent.body)), null, 1) };
    }),
  },
  ...['timestamp', 'nonce', 'serial', 'signature'].map((name) =>
    refused(62, 401, `no wechatpay-${name}`, altered({ [`wechatpay-${name}`]: undefined })),
  ),
  refused(63, 401, 'signed by another world’s key', posting(saying(), { signing: { by: elsewhere } })),
  refused(66, 401, 'a genuine one of Alipay’s at WeChat Pay’s address', async (world) => ({
    ...(await altered({
      'wechatpay-signature': undefined,
      'content-type': 'application/x-www-form-urlencoded',
    })(world)),
    body: form(alipayNotice(alipayGenuine())),
  })),
  {
    row: 66,
    what: 'a genuine one of WeChat Pay’s at Alipay’s address',
    send: async (world) => ({ ...(await posting(saying())(world)), path: '/payments/callbacks/alipay' }),
    status: 400,
    body: 'fail',
  },
];

const contents: Row[] = [
  refused(
    118,
    400,
    'another algorithm',
    resource((whole) => ({ ...whole, algorithm: 'AEAD_SM4_GCM' })),
  ),
  refused(
    118,
    400,
    'a nonce of 11',
    resource((whole) => ({ ...whole, nonce: '12345678901' })),
  ),
  refused(
    118,
    400,
    'a nonce of 16',
    resource((_, text) => sealed(text, { nonce: '1234567890123456' })),
  ),
  refused(
    118,
    400,
    'a tag of 4 bytes and nothing else',
    resource((whole) => ({ ...whole, ciphertext: bytesOf(whole).subarray(0, 4).toString('base64') })),
  ),
  refused(
    118,
    401,
    'a tag cut to 4 bytes behind the data',
    resource((whole) => ({ ...whole, ciphertext: bytesOf(whole).subarray(0, -12).toString('base64') })),
    { and: because('not_opened') },
  ),
  refused(
    118,
    401,
    'associated data that was not sealed with it',
    resource((whole) => ({ ...whole, associated_data: '' })),
    { and: because('not_opened') },
  ),
  refused(
    119,
    401,
    'sealed with another APIv3 key, and counted apart',
    posting(saying({}, anId(), { sealing: { key: 'k'.repeat(32) } })),
    { and: because('not_opened') },
  ),
  ...[{ mchid: '1900000110' }, { appid: 'wx0000000000000000' }, { out_trade_no: 'P01' }].map((change) =>
    refused(
      120,
      403,
      `${Object.entries(change).join().replace(',', '=')}, genuinely signed`,
      posting(saying(change)),
      {
        and: because('foreign'),
      },
    ),
  ),
  refused(123, 400, 'XML under a right signature', posting(xml())),
  refused(123, 401, 'XML that nobody signed', async (world) => ({
    ...(await altered({ 'wechatpay-signature': undefined, 'content-type': 'text/xml' })(world)),
    body: xml(),
  })),
];

function xml(): string {
  const laughs = '<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">';
  return `<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">${laughs}]><xml><return_code>&y;&b;</return_code></xml>`;
}

export const weChatPayRows: readonly Row[] = [...proofs, ...contents];
