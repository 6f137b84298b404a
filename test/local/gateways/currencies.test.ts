// Any amount in any currency goes to the provider and comes back as it was: asked for, paid, told, booked and read again.
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { startGateways, type LocalGateways } from '../../../local/gateways/server.ts';
import { newTransactionId } from '../../../lib/domain/ids.ts';
import { formatAmount, parseAmount, type Currency, type Money } from '../../../lib/domain/money.ts';
import type { Gateway, PaymentQuery } from '../../../lib/gateways/gateway.ts';
import type { Provider } from '../../../lib/gateways/provider.ts';
import { provider as providerNamed } from '../../../lib/gateways/registry.ts';
import { Clock } from './alipay-merchant.ts';
import type { Fields } from './stripe-merchant.ts';
import { openShop, type Shop } from './wechat-proof.ts';

const runs = 6;
const providers: readonly Provider[] = ['stripe', 'paypal'].map((name) => providerNamed(name));
const clock = new Clock();
let gateways: LocalGateways;
let shop: Shop;
const connected = new Map<string, Gateway>();

beforeAll(async () => {
  shop = await openShop();
  gateways = await startGateways({ port: 0, now: clock.now, schedule: clock.schedule });
  for (const each of providers) connected.set(each.name, connect(each));
});
afterAll(() => Promise.all([gateways.stop(), shop.stop()]));

/** As PUT /channels would, by what the provider's console shows. */
function connect(provider: Provider): Gateway {
  const { name, configSchema, secretsSchema } = provider;
  const { channels = [] } = gateways.providers.find((each) => each.name === name) ?? {};
  const facts = channels[0]?.connect({ callbackUrl: shop.url, publicKeyPem: undefined }) as Fields;
  const setting = { environment: 'local', endpoint: String(facts['gateway_url']) } as const;
  const config = { ...configSchema.strip().parse(facts), ...setting };
  const secrets = secretsSchema.strip().parse(facts);
  return provider.connect(config, { secrets, platformKeys: {} }, { fetch, now: clock.now, randomBytes });
}

const call = () => ({ deadline: clock.at + 5_000 });

async function control(path: string, body?: object): Promise<Fields> {
  const sent = body && { method: 'POST', body: JSON.stringify(body) };
  const response = await fetch(`${gateways.url}/_control${path}`, sent);
  return (await response.json()) as Fields;
}

async function booked(transactionId: string): Promise<unknown[]> {
  const { charges } = await control('/books');
  return (charges as Fields[])
    .filter((row) => row['transaction_id'] === transactionId)
    .map(({ amount, currency }) => [amount, currency]);
}

/** Shown to a payer, who pays; what the payer only agreed to is captured. */
async function paid(gateway: Gateway, method: string, amount: Money): Promise<PaymentQuery | string> {
  const transactionId = newTransactionId({ now: clock.now, randomBytes });
  const prepaid = await gateway.prepay(
    {
      ...{ transactionId, method, amount, subject: 'Tea', callbackUrl: shop.url },
      expiresAt: new Date(clock.at + 3_600_000).toISOString(),
      returnUrl: 'https://pay.example.com/payments/returns/X',
    },
    call(),
  );
  if (prepaid.kind !== 'ok') {
    expect(await booked(transactionId)).toEqual([]);
    return prepaid.kind === 'declined' ? prepaid.code : prepaid.kind;
  }
  const { prepayInfo: prepay_info, gatewayOrderId } = prepaid.value;
  await control('/pay', { transaction_id: transactionId, outcome: 'success', prepay_info, return: false });
  const query = { transactionId, currency: amount.currency, ...(gatewayOrderId && { gatewayOrderId }) };
  if (gateway.capturePayment)
    expect(await gateway.capturePayment(query, call())).toMatchObject({ kind: 'ok', value: { amount } });
  await gateways.idle();
  return query;
}

/** What the shop was told about it, proved and read; of hints there is no amount. */
function told(gateway: Gateway, { transactionId }: PaymentQuery): unknown[] {
  const about = shop.received.filter(({ raw }) => raw.includes(transactionId));
  return about.flatMap(({ headers, raw }) => {
    if (!('stripe-signature' in headers)) return [];
    const proof = { 'stripe-signature': [String(headers['stripe-signature'])] };
    const { notification } = gateway.readNotification({ body: Buffer.from(raw), headers: proof });
    const { snapshot } = notification.kind === 'payment' ? notification : {};
    return snapshot?.state === 'paid' ? [snapshot.amount] : [];
  });
}

/** Smallest units of ours that the provider takes at a time, where it is not one. */
const steps: Readonly<Record<string, Partial<Record<Currency, number>>>> = {
  stripe: { BHD: 10, KWD: 10 },
  paypal: { HUF: 100, TWD: 100 },
};

const all = providers.flatMap(({ name, methods }) =>
  Object.entries(methods).flatMap(([method, { amounts }]) =>
    Object.entries(amounts).map(
      ([currency, [least, most]]) => [name, method, currency as Currency, least, most] as const,
    ),
  ),
);

describe.each(all)('%s %s %s', (name, method, currency, least, most) => {
  const minorOf = (text: string) => (parseAmount(text, currency) as Money).minor;
  const [min, max] = [minorOf(least), minorOf(most)];
  const step = steps[name]?.[currency] ?? 1;
  const minors = fc.oneof(
    fc.constantFrom(min, max),
    fc.integer({ min: Math.ceil(min / step), max: Math.floor(max / step) }).map((steps) => steps * step),
  );

  test('what is asked for is what is paid, told, booked and read', async () => {
    const gateway = connected.get(name) as Gateway;
    await fc.assert(
      fc.asyncProperty(minors, async (minor) => {
        const amount = { minor, currency };
        const query = await paid(gateway, method, amount);
        if (typeof query === 'string') throw new Error(`${formatAmount(amount)} is ${query}`);
        expect(await gateway.queryPayment(query, call())).toMatchObject({
          kind: 'ok',
          value: { state: 'paid', amount },
        });
        expect(told(gateway, query)).toEqual(name === 'stripe' ? [amount] : []);
        const [[text, code] = []] = (await booked(query.transactionId)) as [string, string][];
        expect(parseAmount(text ?? '', currency)).toEqual(amount);
        expect([Number(text), code]).toEqual([Number(formatAmount(amount)), currency]);
      }),
      { numRuns: runs, examples: [[min], [max]] },
    );
  });
});

test.each(all.filter(([name, , currency]) => (steps[name]?.[currency] ?? 1) > 1))(
  '%s %s %s: what lies between two steps is declined, and nothing is booked',
  async (name, method, currency, least) => {
    const { minor } = parseAmount(least, currency) as Money;
    const gateway = connected.get(name) as Gateway;
    expect(await paid(gateway, method, { minor: minor + 1, currency })).toBe('amount_refused');
  },
);
