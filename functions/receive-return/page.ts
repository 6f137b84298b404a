// What a payer reads who has no shop to go back to. No scripts, nothing from elsewhere, and no more than the payer knows.
import { createHash } from 'node:crypto';
import { formatAmount, type Money } from '../../lib/domain/money.ts';
import { isFinal, isPaid, isUnderReview, type Payment } from '../../lib/domain/payment.ts';

export type Language = 'en' | 'zh';
export type Message = 'paid' | 'review' | 'dismissed' | 'waiting' | 'unpaid' | 'unrecognised' | 'trouble';

export interface Page {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const texts: Readonly<Record<Message, Readonly<Record<Language, readonly [title: string, words: string]>>>> =
  {
    paid: {
      en: ['Payment received', 'Thank you. You can close this page.'],
      zh: ['支付成功', '感谢您的支付，您可以关闭此页面。'],
    },
    review: {
      en: [
        'Your payment is being checked',
        'Money has come that does not quite fit this payment. It is recorded. Do not pay again: the shop can tell you what becomes of it.',
      ],
      zh: [
        '支付正在核查',
        '我们收到一笔与该支付不完全相符的款项，已记录在案。请勿重复支付，处理结果请咨询商家。',
      ],
    },
    dismissed: {
      en: [
        'Please ask the shop about your payment',
        'The shop knows of the money that you sent, and has dealt with it separately. Do not pay again: ask the shop, and give the number below.',
      ],
      zh: [
        '请向商家查询您的付款',
        '商家已知悉您支付的款项，并已单独处理。请勿重复支付，处理结果请咨询商家，并告知下方编号。',
      ],
    },
    waiting: {
      en: [
        'We are waiting for the provider’s word',
        'If you have paid, you need not pay again: the payment is recorded as soon as the provider confirms it. Reload this page in a minute to look again.',
      ],
      zh: [
        '正在等待支付机构确认',
        '如您已付款，请勿重复支付：支付机构确认后会自动入账。您可以稍后刷新此页面查看结果。',
      ],
    },
    unpaid: {
      en: [
        'Not paid',
        'This payment has ended without money. If your account shows that you paid, do not pay again: ask the shop, and give the number below.',
      ],
      zh: ['未支付', '该支付已结束，未收到款项。如您的账户显示已扣款，请勿重复支付，并将下方编号告知商家。'],
    },
    unrecognised: {
      en: [
        'We do not recognise this address',
        'It tells us of no payment. If you have paid, you need not pay again: go back to the shop and look at your order there.',
      ],
      zh: ['无法识别此地址', '此地址未对应任何支付。如您已付款，请勿重复支付，请回到商家查看订单。'],
    },
    trouble: {
      en: [
        'We cannot look right now',
        'If you have paid, you need not pay again: your payment is not affected. Reload this page in a minute, or look at your order in the shop.',
      ],
      zh: [
        '暂时无法查询',
        '如您已付款，请勿重复支付，您的支付不受影响。请稍后刷新此页面，或到商家查看订单。',
      ],
    },
  };

const labels = {
  en: { subject: 'For', amount: 'Amount', number: 'Payment number' },
  zh: { subject: '商品', amount: '金额', number: '支付编号' },
} as const;

const tags = { en: 'en', zh: 'zh-Hans' } as const;

const style = `:root{color-scheme:light dark;font:100%/1.5 system-ui,sans-serif}
body{margin:0;display:grid;min-height:100vh;place-items:center}
main{box-sizing:border-box;width:100%;max-width:32rem;padding:1.5rem;overflow-wrap:anywhere}
h1{margin:0 0 .75rem;padding-left:.75rem;border-left:.375rem solid #767676;font-size:1.5rem;line-height:1.25}
h1.paid{border-color:#1a8a3f}h1.review,h1.dismissed,h1.waiting{border-color:#b97900}
dl{display:grid;grid-template-columns:auto 1fr;gap:.25rem 1rem;margin:1.5rem 0 0}dd{margin:0}
@media(max-width:30rem){dl{display:block}dt{margin-top:.5rem;font-size:.875rem}}`;

const policy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** What a payer may take from how the payment stands. */
export function messageOf(payment: Payment): Message {
  if (isPaid(payment.status)) return 'paid';
  if (isUnderReview(payment)) return 'review';
  if (payment.anomaly?.resolution?.action === 'dismiss') return 'dismissed';
  return isFinal(payment.status) ? 'unpaid' : 'waiting';
}

/** @param payment is shown where it is proved that the payer comes from it */
export function page(message: Message, language: Language, payment?: Payment): Page {
  const [title, words] = texts[message][language];
  const body = [
    `<!doctype html><html lang="${tags[language]}"><head><meta charset="utf-8">`,
    '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">',
    `<title>${title}</title><style>${style}</style></head>`,
    `<body><main><h1 class="${message}">${title}</h1><p>${words}</p>${payment ? facts(payment, language) : ''}</main></body></html>`,
  ].join('\n');
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-language': tags[language],
    'content-security-policy': policy,
    'x-frame-options': 'DENY',
  };
  return { headers, body };
}

function facts(payment: Payment, language: Language): string {
  const { subject, amount, number } = labels[language];
  const rows = [
    [subject, payment.subject],
    [amount, amountText(payment.amountPaid ?? payment.amountRequested, language)],
    [number, payment.transactionId],
  ] as const;
  return `<dl>${rows.map(([name, value]) => `<dt>${name}</dt><dd><bdi>${escaped(value)}</bdi></dd>`).join('')}</dl>`;
}

/** As many decimals as the money has, whatever the language does with that currency. */
function amountText(money: Money, language: Language): string {
  const text = formatAmount(money);
  const decimals = text.split('.')[1]?.length ?? 0;
  const format = new Intl.NumberFormat(tags[language], {
    style: 'currency',
    currency: money.currency,
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
  return format.format(text as `${number}`);
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');
}
