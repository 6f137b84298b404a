// What the payer is given where no call is made: the address of the cashier, the text for the app. The official SDK is the
// judge: what it would make, and what it takes for genuine.
import { AlipaySdk } from 'alipay-sdk';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cleanSubject } from '../../lib/gateways/alipay/products.ts';
import type { PrepayRequest } from '../../lib/gateways/gateway.ts';
import { account, merchant, type Fields } from '../contract/alipay-side.ts';
import { answering, options, order, request } from './alipay-answering.ts';

const products = [
  ['alipay_page', 'alipay.trade.page.pay', 'FAST_INSTANT_TRADE_PAY'],
  ['alipay_wap', 'alipay.trade.wap.pay', 'QUICK_WAP_WAY'],
  ['alipay_app', 'alipay.trade.app.pay', 'QUICK_MSECURITY_PAY'],
] as const;

/** Alipay's place: it knows the merchant's key, as the SDK knows Alipay's. */
const judge = new AlipaySdk({
  appId: account.app_id,
  privateKey: merchant.privatePem,
  keyType: 'PKCS8',
  alipayPublicKey: merchant.publicPem,
});

/** What the payer is given, as text. */
async function given(change: Partial<PrepayRequest>): Promise<string> {
  const { gateway, sent } = answering(() => 'nobody is asked');
  const outcome = await gateway.prepay({ ...request, ...change }, options);
  expect(sent).toEqual([]);
  if (outcome.kind !== 'ok') throw new Error(outcome.kind);
  const { prepayInfo: info } = outcome.value;
  if (info.kind === 'redirect_url') return info.url;
  if (info.kind !== 'app_parameters') throw new Error(info.kind);
  expect(Object.keys(info.parameters)).toEqual(['order_string']);
  return info.parameters['order_string'] ?? '';
}

const queryOf = (text: string) => text.slice(text.indexOf('?') + 1);
/** As a form is decoded. */
const read = (text: string) => [...new URLSearchParams(queryOf(text))];

describe.each(products)('%s', (method, api, product) => {
  const isApp = method === 'alipay_app';
  const names = [
    ...['app_id', 'method', 'format', 'charset', 'sign_type', 'timestamp', 'version', 'notify_url'],
    ...(isApp ? [] : ['return_url']),
    ...['biz_content', 'sign'],
  ];
  const business = (subject: string) => ({
    out_trade_no: order,
    total_amount: '8.80',
    subject,
    product_code: product,
    time_expire: '2026-11-20 14:21:08',
  });

  test('every parameter, in Alipay’s words', async () => {
    const text = await given({ method });
    expect(text.startsWith('https://a.example/gateway.do?')).toBe(!isApp);
    const { biz_content = '', sign = '', ...system } = Object.fromEntries(read(text)) as Fields;
    expect(system).toEqual({
      app_id: account.app_id,
      method: api,
      format: 'JSON',
      charset: 'utf-8',
      sign_type: 'RSA2',
      timestamp: '2026-11-20 14:07:08',
      version: '1.0',
      notify_url: request.callbackUrl,
      ...(!isApp && { return_url: request.returnUrl }),
    });
    expect(JSON.parse(biz_content)).toEqual(business('咖啡 cake 1 2 b'));
    expect(sign).toMatch(/^[A-Za-z0-9+/]{342}==$/);
  });

  test('the SDK makes the same of it', async () => {
    const ours = Object.fromEntries(read(await given({ method }))) as Fields;
    const { format, timestamp, notify_url, return_url, biz_content = '' } = ours;
    const parameters = {
      ...{ format, timestamp, notify_url },
      ...(!isApp && { return_url }),
      biz_content: JSON.parse(biz_content) as object,
    };
    const text = isApp ? judge.sdkExecute(api, parameters) : judge.pageExecute(api, 'GET', parameters);
    const theirs = Object.fromEntries(read(text)) as Fields;
    // A page's address names the SDK, and so has another signature.
    const { alipay_sdk, ...same } = theirs;
    expect(alipay_sdk === undefined).toBe(isApp);
    expect(same).toEqual(isApp ? ours : { ...ours, sign: theirs['sign'] });
  });

  test('whatever the subject: genuine for the judge, read alike by both kinds of decoders, no field moves', async () => {
    const texts = fc.string({ unit: 'binary', maxLength: 300 });
    const borders = fc
      .array(
        fc.constantFrom('&', '=', '%26', '+', '"', '}', ',', '总', ' ', 'total_amount', '0.01', '&sign='),
      )
      .map((parts) => parts.join(''));
    await fc.assert(
      fc.asyncProperty(fc.oneof(texts, borders), async (subject) => {
        const text = await given({ method, subject });
        const pairs = read(text);
        expect(pairs.map(([name]) => name)).toEqual(names);
        const fields = Object.fromEntries(pairs) as Fields;
        expect(judge.checkNotifySignV2({ ...fields })).toBe(true);
        expect(JSON.parse(fields['biz_content'] ?? '')).toEqual(business(cleanSubject(subject, order)));
        const strictly = queryOf(text)
          .split('&')
          .map((pair) => pair.split('=').map(decodeURIComponent));
        expect(strictly).toEqual(pairs);
      }),
      { numRuns: 60 },
    );
  });

  test('the judge is one: another amount under the same signature is refused', async () => {
    const fields = Object.fromEntries(read(await given({ method }))) as Fields;
    const changed = { ...fields, biz_content: fields['biz_content']?.replace('8.80', '0.01') };
    expect(judge.checkNotifySignV2(changed)).toBe(false);
  });
});
