import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { returnUrl } from '../../lib/api/return-url.ts';
import { PaymentError } from '../../lib/domain/errors.ts';

const origins = ['https://shop.example', 'https://pay.shop.example:8443', 'http://127.0.0.1:8080'];

/** The address that is let through, or the refusal's code. */
function judged(text: string, listed: readonly string[] = origins): string {
  try {
    return returnUrl(text, listed);
  } catch (error) {
    if (error instanceof PaymentError) return `${error.code} ${error.details.param}`;
    throw error;
  }
}

const refused = 'RETURN_URL_NOT_ALLOWED return_url';

describe('an address to send the payer to', () => {
  it.each([
    ['https://shop.example', 'https://shop.example/'],
    ['https://shop.example/orders/1?a=b&a=c', 'https://shop.example/orders/1?a=b&a=c'],
    ['https://shop.example?done', 'https://shop.example/?done'],
    ['HTTPS://Shop.Example/A', 'https://shop.example/A'],
    ['https://shop.example:443/a', 'https://shop.example/a'],
    ['https://pay.shop.example:8443/a', 'https://pay.shop.example:8443/a'],
    ['http://127.0.0.1:8080/a', 'http://127.0.0.1:8080/a'],
    ['https://shop.example/a/../b', 'https://shop.example/b'],
    [
      'https://shop.example/订单?商品=茶',
      'https://shop.example/%E8%AE%A2%E5%8D%95?%E5%95%86%E5%93%81=%E8%8C%B6',
    ],
    ['https://shop.example//evil.example/', 'https://shop.example//evil.example/'],
    [
      'https://shop.example/?to=https://x:y@evil.example',
      'https://shop.example/?to=https://x:y@evil.example',
    ],
    ['https://shop.example/?a=%0d%0aSet-Cookie:x', 'https://shop.example/?a=%0d%0aSet-Cookie:x'],
  ])('is taken as %j', (text, href) => {
    expect(judged(text)).toBe(href);
  });

  it.each([
    // Row 45.
    'javascript:alert(1)',
    'http://shop.example/',
    '//evil',
    'https://good@evil',
    'https://evil.example/',
    // Another scheme, or none.
    '',
    '/',
    'shop.example',
    '//shop.example/',
    'https:shop.example',
    'https:/shop.example',
    'https:///shop.example',
    'https://',
    'ftp://shop.example/',
    'file:///etc/passwd',
    'data:text/html,x',
    'blob:https://shop.example/1',
    'view-source:https://shop.example/',
    'intent://shop.example/#Intent;end',
    'wss://shop.example/',
    'jAvAsCrIpT://shop.example/%0aalert(1)',
    // Another host, port or user that looks like ours.
    'https://shop.example.evil.example/',
    'https://evilshop.example/',
    'https://evil.example/https://shop.example/',
    'https://evil.example?https://shop.example/',
    'https://shop.example@evil.example/',
    'https://shop.example:pass@evil.example/',
    'https://user@shop.example/',
    'https://:@shop.example/',
    'https://@shop.example/',
    'https://shop.example%40evil.example/',
    'https://shop.example%2eevil.example/',
    'https://shop.example:8443/',
    'https://shop.example:0/',
    'https://shop.example:99999/',
    'https://shop.example./',
    'https://.shop.example/',
    'https://shop.example%00.evil.example/',
    'https://ѕhop.example/',
    'http://127.0.0.1/',
    'http://127.0.0.1:80801/',
    'http://localhost:8080/',
    'https://127.0.0.1:8080/',
    'https://169.254.169.254/latest/meta-data',
    'https://[::1]/',
    // What parsers read each in its own way.
    'https://shop.example\\@evil.example/',
    'https:\\\\shop.example/',
    'https://evil.example\\.shop.example/',
    'https://shop.example/\\evil.example',
    ' https://shop.example/',
    'https://shop.example/ ',
    'https://shop.example/a b',
    'https://shop.example/a\tb',
    'https://shop.exa\tmple/',
    'https://shop.example/\r\nSet-Cookie: a=b',
    'java\nscript:alert(1)',
    'https://shop.example/\u0000',
    'https://shop.example/\u007f',
    'https://shop.example/\u0085',
    'https://shop.example/\u2028',
    'https://shop.example/\u3000',
    '\ufeffhttps://shop.example/',
    'https://shop.example/#paid',
    'https://shop.example/#',
    'https://evil.example#@shop.example/',
    'null',
    'https://shop.example:%38443/',
  ])('is refused as %j', (text) => {
    expect(judged(text)).toBe(refused);
  });

  it('has 1024 characters at most, before and after it is normalised', () => {
    const start = 'https://shop.example/';
    const longest = start + 'a'.repeat(1024 - start.length);
    expect(judged(longest)).toBe(longest);
    expect(judged(`${longest}a`)).toBe(refused);
    expect(judged(`${start}${'/../'.repeat(300)}`)).toBe(refused);
    expect(judged(start + '茶'.repeat(200))).toBe(refused);
  });

  it('is none while none is listed, and the refusal says so', () => {
    expect(judged('https://shop.example/', [])).toBe(refused);
    expect(judged('javascript:alert(1)', ['null'])).toBe(refused);
    expect(() => returnUrl('https://shop.example/', [])).toThrow(/operators list its origins/);
    expect(() => returnUrl('https://evil.example/', origins)).toThrow(
      /^return_url begins with https:\/\/shop/,
    );
  });

  const parts = fc.constantFrom(
    ...[
      'https:',
      'http:',
      'javascript:',
      '/',
      '//',
      '\\',
      '@',
      ':',
      '?',
      '#',
      '.',
      '%2f',
      '%40',
      '%00',
      '\t',
      ' ',
    ],
    ...[
      'shop.example',
      'evil.example',
      '127.0.0.1',
      '8080',
      '8443',
      '443',
      '[::1]',
      '。',
      '／',
      '＠',
      'xn--',
      '..',
    ],
  );
  const texts = fc.oneof(
    fc.array(parts, { maxLength: 10 }).map((some) => some.join('')),
    fc
      .array(fc.oneof(parts, fc.string({ unit: 'binary', maxLength: 3 })), { maxLength: 8 })
      .map((some) => some.join('')),
    fc
      .tuple(fc.constantFrom(...origins), fc.string({ unit: 'binary' }))
      .map(([origin, rest]) => origin + rest),
    fc.webUrl(),
  );

  it('that is taken is always on the list, plain, and taken again as it is', () => {
    let taken = 0;
    fc.assert(
      fc.property(texts, (text) => {
        const href = judged(text);
        if (href === refused) return;
        taken++;
        const url = new URL(href);
        expect(origins).toContain(url.origin);
        expect(href).toMatch(/^https?:\/\/[\x21-\x7e]+$/);
        expect(href).not.toMatch(/[\\#]/);
        expect([url.username, url.password, url.hash, url.href]).toEqual(['', '', '', href]);
        expect(judged(href)).toBe(href);
      }),
      { numRuns: 20_000 },
    );
    expect(taken).toBeGreaterThan(100);
  });
});
