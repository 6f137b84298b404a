// PayPal before the contract suite. Its callbacks are hints: of the suite's cases about money in callbacks none applies.
import type { TransactionId } from '../../lib/domain/ids.ts';
import { formatAmount, type Money } from '../../lib/domain/money.ts';
import type { Callback } from '../../lib/gateways/gateway.ts';
import { payPal } from '../../lib/gateways/paypal/index.ts';
import type { Bench, Mood, Says, Sent } from './bench.ts';
import { payPalRefunds } from './paypal-refunds.ts';
import {
  another,
  configOf,
  connected,
  gatewayOrderId,
  numbers,
  posted,
  said,
  token,
  troubles,
  type Answer,
} from './paypal-seat.ts';
import {
  account,
  captureOf,
  certificateUrl,
  eventOf,
  failureOf,
  orderOf,
  secrets,
  served,
  worlds,
} from './paypal-side.ts';

function saidEvent({ transactionId, amount, at, news, merchant }: Says): Record<string, unknown> {
  const capture = {
    ...captureOf({
      id: gatewayOrderId(transactionId),
      order: transactionId,
      value: formatAmount(amount),
      at,
    }),
    payee: { merchant_id: merchant === 'another' ? another.merchant_id : account.merchant_id },
  };
  const type = {
    paid: 'PAYMENT.CAPTURE.COMPLETED',
    closed: 'PAYMENT.CAPTURE.DECLINED',
    unlisted_status: 'PAYMENT.CAPTURE.WONDERFUL',
    unrelated: 'CUSTOMER.DISPUTE.CREATED',
  }[news];
  return eventOf(type, capture);
}

/** The same event in other spellings of JSON; a stranger names a certificate of his own, too. */
function variants(facts: Says): readonly Callback[] {
  const said = saidEvent(facts);
  const plain = JSON.stringify(said);
  const spellings = [
    JSON.stringify(said, null, 2),
    JSON.stringify(Object.fromEntries(Object.entries(said).reverse())),
    plain.replaceAll('/', '\\/'),
    plain.replace('Payment', '\\u0050ayment'),
  ];
  const own =
    facts.signedBy === 'stranger' ? [posted(plain, facts, { url: certificateUrl(worlds.stranger) })] : [];
  return [...spellings.map((text) => posted(text, facts)), ...own];
}

function answer(id: string, mood: Mood, now: number, amount: Money, isCreate: boolean): Answer {
  const order = numbers.get(id) ?? '';
  const facts = { id, order, value: formatAmount(amount), at: now };
  const well = said(isCreate ? 201 : 200, orderOf(facts));
  const answers: Partial<Record<Mood, Answer>> = {
    ...troubles(well),
    not_found: said(404, failureOf('RESOURCE_NOT_FOUND', 'INVALID_RESOURCE_ID')),
    declined: said(403, failureOf('NOT_AUTHORIZED', 'PERMISSION_DENIED')),
    other_order: said(200, orderOf({ ...facts, order: `${order.slice(0, -4)}zzzz` })),
    ...(!isCreate && {
      paid: said(200, orderOf({ ...facts, status: 'COMPLETED', captured: 'COMPLETED' })),
      closed: said(200, orderOf({ ...facts, status: 'VOIDED' })),
    }),
  };
  return answers[mood] ?? well;
}

interface Asked {
  readonly purchase_units: readonly {
    readonly custom_id: TransactionId;
    readonly amount: { readonly value: string };
  }[];
}

const connect: Bench['connect'] = (mood, now, amount = { minor: 880, currency: 'USD' }) => {
  const sent: Sent[] = [];
  const gateway = connected(mood, now, (pathname, business) => {
    const [unit] = (business as Asked | undefined)?.purchase_units ?? [];
    const id = unit ? gatewayOrderId(unit.custom_id) : (pathname.split('/').at(-1) ?? '');
    sent.push({ order: numbers.get(id), amount: unit?.amount.value, business });
    return answer(id, mood, now, amount, business !== undefined);
  });
  return { gateway, sent };
};

const proofs = { secrets: {}, platformKeys: {} };

export const payPalBench: Bench = {
  provider: payPal,
  method: 'paypal',
  config: configOf('ours'),
  secrets,
  signer: undefined,
  hidden: [
    secrets.client_secret,
    Buffer.from(`${account.client_id}:${secrets.client_secret}`).toString('base64'),
    token,
  ],
  proofs,
  acknowledgements: {
    accepted: { status: 200, contentType: 'text/plain', body: '' },
    refused: { status: 400, contentType: 'application/json', body: '{"name":"REFUSED","message":"refused"}' },
  },
  hints: true,
  tellsNoClosing: true,
  signsNoAnswers: true,
  optional: ['root_certificate_platform'],
  gatewayOrderId,
  readerFetch: (input) => {
    const pem = served[String(input instanceof Request ? input.url : input)];
    return Promise.resolve(new Response(pem ?? '', { status: pem === undefined ? 404 : 200 }));
  },
  refunds: payPalRefunds,
  callback: (facts) => posted(JSON.stringify(saidEvent(facts)), facts),
  // Another payee under one webhook is the harder to tell from us.
  door: ({ merchant, environment }) => ({
    config: { ...configOf(environment), ...(merchant === 'another' && another) },
    proofs,
  }),
  variants,
  // One bit never leaves a CRC-32 as it was.
  harmlessFlips: () => 0,
  connect,
};
