// What a payer reads who comes back without a shop, and the address of the shop where there is one.
import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { messageOf, page, type Message } from '../../functions/receive-return/page.ts';
import { shopAddress } from '../../functions/receive-return/shop-address.ts';
import { returnUrl } from '../../lib/api/return-url.ts';
import type { Anomaly } from '../../lib/domain/anomaly.ts';
import type { Payment } from '../../lib/domain/payment.ts';
import { aPayment, at } from '../domain/samples.ts';

const languages = ['en', 'zh'] as const;
const messages: readonly Message[] = [
  'paid',
  'review',
  'dismissed',
  'waiting',
  'unpaid',
  'unrecognised',
  'trouble',
];
const pages = languages.flatMap((language) => messages.map((message) => [message, language] as const));
const anomaly: Anomaly = {
  kind: 'OVERPAID',
  foundAt: at,
  amount: { minor: 881, currency: 'CNY' },
  paidAt: at,
  gatewayTransactionId: 'gw-1',
};
const resolution = { action: 'dismiss', by: 'operators', reason: 'sent back', at, version: 3 } as const;

describe('the page', () => {
  it.each<[Partial<Payment>, Message]>([
    [{ status: 'PENDING_CREATE' }, 'waiting'],
    [{ status: 'PENDING_PAYMENT' }, 'waiting'],
    [{ status: 'PENDING_PAYMENT', closeRequestedAt: at }, 'waiting'],
    [{ status: 'PENDING_PAYMENT', anomaly }, 'review'],
    [{ status: 'CLOSED', anomaly }, 'review'],
    [{ status: 'CLOSED', anomaly: { ...anomaly, resolution } }, 'dismissed'],
    [{ status: 'PAID_FAILED', anomaly: { ...anomaly, resolution } }, 'dismissed'],
    [{ status: 'PENDING_PAYMENT', anomaly: { ...anomaly, resolution } }, 'dismissed'],
    [{ status: 'PAID_SUCCESS', anomaly: { ...anomaly, resolution } }, 'paid'],
    [{ status: 'CLOSED' }, 'unpaid'],
    [{ status: 'PAID_FAILED' }, 'unpaid'],
    [{ status: 'PAID_SUCCESS' }, 'paid'],
    [{ status: 'PAID_SUCCESS', anomaly }, 'paid'],
    [{ status: 'REFUND_PARTIAL' }, 'paid'],
    [{ status: 'REFUND_FULL' }, 'paid'],
  ])('of %j says %s', (changes, message) => {
    expect(messageOf(aPayment(changes))).toBe(message);
  });

  it.each(pages)('%s in %s runs nothing, loads nothing and is framed by nobody', (message, language) => {
    const { headers, body } = page(message, language, aPayment());
    const [, style = ''] = /<style>([^]*)<\/style>/.exec(body) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    expect(headers).toEqual({
      'content-type': 'text/html; charset=utf-8',
      'content-language': language === 'zh' ? 'zh-Hans' : 'en',
      'content-security-policy': `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
      'x-frame-options': 'DENY',
    });
    expect(body).toMatch(
      language === 'zh' ? /^<!doctype html><html lang="zh-Hans">/ : /^<!doctype html><html lang="en">/,
    );
    expect(body).not.toMatch(/<script|<img|<link|<a |<form|https?:|url\(|@import| style=| on\w+=/i);
  });

  it.each(pages.filter(([message]) => message !== 'paid'))(
    '%s in %s keeps a payer from paying twice',
    (message, language) => {
      expect(page(message, language).body).toMatch(/need not pay again|do not pay again|请勿重复支付/i);
    },
  );

  it.each([
    ['en', /without money|not paid/i],
    ['zh', /未收到|未支付/],
  ] as const)('tells nobody whose money was dismissed, in %s, that there was none', (language, lie) => {
    const body = (message: Message) => page(message, language).body;
    expect(body('dismissed')).not.toMatch(lie);
    expect(body('unpaid')).toMatch(lie);
  });

  it('shows what the payer knows, and no more', () => {
    const payment = aPayment({
      userId: 'user-secret',
      gatewayTransactionId: 'gw-secret',
      metadata: { note: 'meta-secret' },
      anomaly,
      returnUrl: 'https://return-secret.example/',
      amountPaid: { minor: 1234567, currency: 'CNY' },
    });
    const { body } = page('paid', 'en', payment);
    expect(body).toContain(`<bdi>${payment.transactionId}</bdi>`);
    expect(body).toContain('<bdi>tea</bdi>');
    expect(body).toContain('<bdi>CN¥12,345.67</bdi>');
    const inside = [
      payment.application,
      payment.businessOrderId,
      payment.payee.merchantId,
      payment.payee.appId,
    ];
    for (const word of ['secret', 'gw-1', payment.paymentMethod, payment.status, ...inside.slice(1)])
      expect(body).not.toContain(word);
  });

  it.each([
    [880, 'CNY', 'en', 'CN¥8.80'],
    [880, 'CNY', 'zh', '¥8.80'],
    [880, 'JPY', 'en', '¥880'],
    [880, 'JPY', 'zh', 'JP¥880'],
    [1234, 'KWD', 'en', 'KWD 1.234'],
    [150, 'HUF', 'en', 'HUF 1.50'],
    [150, 'TWD', 'zh', 'NT$1.50'],
    [Number.MAX_SAFE_INTEGER, 'USD', 'en', '$90,071,992,547,409.91'],
  ] as const)('shows %i of %s in %s as %s', (minor, currency, language, text) => {
    const { body } = page('waiting', language, aPayment({ amountRequested: { minor, currency } }));
    expect(body.replaceAll('\u00a0', ' ')).toContain(`<bdi>${text}</bdi>`);
  });

  it('holds any subject as text', () => {
    const plain = page('paid', 'en', aPayment({ subject: 'x' })).body.split('<').length;
    const hostile = fc.stringMatching(/^([<>"'&/;=!-]|script|bdi|amp|lt|x)*$/);
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), hostile), (subject) => {
        const { body } = page('paid', 'en', aPayment({ subject }));
        const [, shown = ''] = /<dd><bdi>([^]*?)<\/bdi>/.exec(body) ?? [];
        expect(body.split('<')).toHaveLength(plain);
        expect(shown).not.toMatch(/[<>"']|&(?!(amp|lt|gt|quot|#39);)/);
        expect(unescaped(shown)).toBe(subject);
      }),
    );
  });
});

function unescaped(text: string): string {
  const characters = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&amp;': '&' } as const;
  return text.replaceAll(
    /&(lt|gt|quot|#39|amp);/g,
    (entity) => characters[entity as keyof typeof characters],
  );
}

describe('the address of the shop', () => {
  const payment = aPayment({ status: 'PENDING_PAYMENT' });
  const ours = `transaction_id=${payment.transactionId}&status=PENDING_PAYMENT`;

  it.each([
    ['https://shop.example/', `https://shop.example/?${ours}`],
    ['https://shop.example/?', `https://shop.example/?${ours}`],
    ['https://shop.example/a?b=c', `https://shop.example/a?b=c&${ours}`],
    ['https://shop.example/?z=1&a=2&z=3&flag', `https://shop.example/?z=1&a=2&z=3&flag&${ours}`],
    ['https://shop.example/?a=%20+%2B%e8%8c%b6', `https://shop.example/?a=%20+%2B%e8%8c%b6&${ours}`],
    ['https://shop.example/?a=b?c=d', `https://shop.example/?a=b?c=d&${ours}`],
    ['https://shop.example/?status=PAID_SUCCESS&a=1&transaction_id', `https://shop.example/?a=1&${ours}`],
    [
      'https://shop.example/?st%61tus=x&transaction%5Fid=y&Status=z',
      `https://shop.example/?Status=z&${ours}`,
    ],
    ['https://shop.example/??status=x', `https://shop.example/??status=x&${ours}`],
  ])('%s becomes %s', (address, told) => {
    expect(shopAddress(address, payment)).toBe(told);
  });

  it('keeps its place and its own parameters, whatever they are', () => {
    const name = fc.oneof(fc.constantFrom('status', 'transaction_id', 'a', ''), fc.string({ maxLength: 5 }));
    const queries = fc.array(fc.tuple(name, fc.string({ maxLength: 5 })), { maxLength: 6 });
    fc.assert(
      fc.property(queries, fc.webPath(), (query, path) => {
        const parameters = new URLSearchParams(query.map(([key, value]): [string, string] => [key, value]));
        const address = returnUrl(`https://shop.example${path}?${parameters.toString()}`, [
          'https://shop.example',
        ]);
        const told = new URL(shopAddress(address, payment));
        expect(told.origin + told.pathname).toBe(new URL(address).origin + new URL(address).pathname);
        const kept = [...parameters].filter(([key]) => key !== 'status' && key !== 'transaction_id');
        expect([...told.searchParams]).toEqual([
          ...kept,
          ['transaction_id', payment.transactionId],
          ['status', payment.status],
        ]);
      }),
    );
  });
});
