// 3.5 Alipay: genuine texts cut again, and texts that are almost genuine.
import { form, gbkForm, notice, returnedFields, stranger, type Fields } from '../../contract/alipay-side.ts';
import { anId } from '../../contract/bench.ts';
import { bent, genuine, post, refused, saying } from '../post.ts';
import type { Row } from '../row.ts';
import type { Sent } from '../world.ts';

/** The signed text stays to the letter; only the borders between its fields move, and another amount is read. */
function recut(whole: boolean): Sent {
  const said = genuine({ total_amount: '0.01' });
  const { trade_no = '', trade_status = '', total_amount, version, ...rest } = said;
  const end = `&trade_no=${trade_no}&trade_status=${trade_status}&version=1.0`;
  const subject = whole ? `tea&total_amount=9999.00${end}&w=` : 'tea&total_amount=9999.00&tp=';
  const { sign = '' } = notice({ ...said, subject });
  const swallowed = `&total_amount=${total_amount ?? ''}${end}`;
  const more: Fields = whole
    ? { trade_no, trade_status, version: version ?? '', w: swallowed }
    : { tp: swallowed };
  const fields = { ...rest, ...more, subject: 'tea', total_amount: '9999.00', sign_type: 'RSA2', sign };
  return post(form(fields));
}

const closedForm: Row[] = [
  refused(95, 400, 'cut again, the rest swallowed', () => recut(false)),
  refused(95, 400, 'cut again, every field in its place', () => recut(true)),
  ...Object.entries({
    version: '2.0',
    trade_no: 'x',
    trade_status: 'paid',
    notify_time: 'now',
    gmt_payment: '2026-02-30 00:00:00',
    out_trade_no: 'a b',
    subject: 'a&total_amount=1',
    passback_params: '&seller_id=2088',
  }).map(([name, value]) =>
    refused(95, 400, `${name}=${value}, genuinely signed`, saying({ [name]: value })),
  ),
  ...['1e2', '8.800', '8.', ' 8.80', '-8.80', '٨.80', '8,80'].map((value) =>
    refused(108, 400, `total_amount=${value}`, saying({ total_amount: value })),
  ),
  refused(100, 400, 'charset=big5', saying({ charset: 'big5' })),
  ...(['page', 'wap'] as const).map((product) =>
    refused(109, 400, `the signed parameters of a return (${product})`, () =>
      post(form(notice(returnedFields(anId(), Date.now(), product)))),
    ),
  ),
];

const signatures: Row[] = [
  ...['RSA', 'rsa2', 'HMAC', ''].map((type) =>
    refused(
      96,
      401,
      `sign_type=${type}`,
      bent((text) => text.replace('sign_type=RSA2', `sign_type=${type}`)),
    ),
  ),
  refused(
    96,
    401,
    'sign_type as an array',
    bent((text) => text.replace('sign_type=', 'sign_type[]=')),
  ),
  refused(
    97,
    400,
    'an empty signature',
    bent((text) => text.replace(/&sign=.*$/, '&sign=')),
  ),
  refused(
    97,
    400,
    'junk inside the signature',
    bent((text) => text.replace(/&sign=..../, '&sign=%2A!..')),
  ),
  refused(
    97,
    400,
    'a url-safe signature',
    bent((text) => text.replace(/&sign=./, '&sign=_')),
  ),
  refused(
    98,
    400,
    'total_amount twice',
    bent((text) => `${text}&total_amount=8.80`),
  ),
  refused(
    98,
    400,
    'total_amount twice, once escaped',
    bent((text) => `${text}&%74otal_amount=8.80`),
  ),
  refused(
    101,
    400,
    'a broken escape',
    bent((text) => `${text}&x=%4`),
  ),
  refused(101, 400, 'GBK bytes that are signed as utf-8', () => post(gbkForm(genuine(), undefined, 'utf-8'))),
  refused(101, 401, 'GBK bytes, renamed utf-8', () =>
    post(gbkForm(genuine()).toString().replace('%47%42%4B', 'utf-8')),
  ),
  refused(
    103,
    401,
    'one more field, not signed',
    bent((text) => `${text}&new_field=1`),
  ),
  refused(63, 401, 'signed by a stranger', () => post(form(notice(genuine(), stranger)))),
];

const merchantB = { app_id: '2021009900000009', seller_id: '2088900000000009' };

const foreign: Row[] = [
  refused(67, 403, 'another merchant’s, under the same key of the platform', saying(merchantB)),
  refused(68, 403, 'the sandbox’s application', saying({ app_id: '9021000122671234' })),
  refused(104, 403, 'another app_id', saying({ app_id: '2021009900000009' })),
  refused(104, 403, 'another seller_id', saying({ seller_id: '2088900000000009' })),
  refused(71, 403, 'a number of another shape', saying({ out_trade_no: 'P01JDEMO' })),
  refused(
    71,
    403,
    'a number with another prefix',
    saying({ out_trade_no: 'rfd_01jd0000000000000000000000' }),
  ),
];

export const alipayRows: readonly Row[] = [...closedForm, ...signatures, ...foreign];
