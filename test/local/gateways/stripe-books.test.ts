// Stripe's books: what was paid, to whom, in which currency; the sums are zero.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { openWorld, orderNumber, type Channel, type Fields, type World } from './stripe-merchant.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.stop());

const books = async () => (await world.control('GET', '/books?provider=stripe')).body;
const paid = async (change: Record<string, string>, channel: Channel = 'STRIPE') => {
  const number = orderNumber();
  const { body } = await world.intent(number, change, { channel });
  await world.pay(number, body);
  return { number, id: body['id'] };
};
/** decimal text → thousandths */
const thousandths = (text: string) => {
  const [whole = '', fraction = ''] = text.replace('-', '').split('.');
  return (text.startsWith('-') ? -1 : 1) * Number(whole + fraction.padEnd(3, '0'));
};

test.each([
  ['usd', '880', '8.80'],
  ['jpy', '880', '880'],
  ['kwd', '8800', '8.800'],
  ['isk', '88000', '880.00'],
  ['ugx', '88000', '88000'],
  ['cny', '5', '0.05'],
])('%s %s is %s', async (currency, amount, told) => {
  const { number, id } = await paid({ currency, amount });
  const { charges } = await books();
  expect((charges as Fields[]).filter((row) => row['transaction_id'] === number)).toEqual([
    {
      ...{ provider: 'stripe', channel_code: 'STRIPE', transaction_id: number, gateway_transaction_id: id },
      ...{ charge_id: expect.stringMatching(/^ch_3/), amount: told, currency: currency.toUpperCase() },
      ...{ status: 'succeeded', paid_at: new Date(world.clock.at).toISOString() },
    },
  ]);
});

const elsewhere = [
  ...['bif', 'clp', 'djf', 'gnf', 'kmf', 'mga', 'pyg', 'rwf', 'ugx', 'vuv', 'xaf', 'xof', 'xpf'].map(
    (currency) => [currency, 0, 1] as const,
  ),
  ...['brl', 'czk', 'dkk', 'mxn', 'nok', 'pln', 'ron', 'sek', 'zar'].map(
    (currency) => [currency, 2, 1] as const,
  ),
  ...['jod', 'omr', 'tnd'].map((currency) => [currency, 3, 10] as const),
  ['isk', 2, 100] as const,
];

test.each(elsewhere)('%s, which the service does not know: %i decimals', async (currency, decimals, step) => {
  const steps = fc.integer({ min: Math.ceil(1500 / step), max: Math.floor(99_999_999 / step) });
  await fc.assert(
    fc.asyncProperty(steps, async (many) => {
      const amount = String(many * step);
      const { number } = await paid({ currency, amount });
      const at = amount.length - decimals;
      const told = decimals === 0 ? amount : `${amount.slice(0, at)}.${amount.slice(at)}`;
      const { charges } = await books();
      const [row] = (charges as Fields[]).filter((each) => each['transaction_id'] === number);
      expect(row).toMatchObject({ amount: told, currency: currency.toUpperCase() });
    }),
    { numRuns: 5 },
  );
});

test('each account and each currency stands for itself, and all of them balance', async () => {
  await paid({ currency: 'eur', amount: '1000' }, 'STRIPE_OTHER');
  await paid({ currency: 'eur', amount: '250' });
  const balances = (await books())['balances'] as Record<string, string>;
  const [own, other] = [world.account().accountId, world.account('STRIPE_OTHER').accountId];
  expect(balances).toMatchObject({
    [`stripe:${own}:pending:eur`]: '2.50',
    [`stripe:${other}:pending:eur`]: '10.00',
    'stripe:payers:eur': '-12.50',
  });
  for (const currency of ['usd', 'eur', 'jpy', 'kwd']) {
    const own = Object.entries(balances).filter(([name]) => name.endsWith(`:${currency}`));
    expect(own.length).toBeGreaterThanOrEqual(2);
    expect(own.reduce((sum, [, text]) => sum + thousandths(text), 0)).toBe(0);
  }
});

test('a payment is known by the merchant’s number, wherever it stands', async () => {
  const placed: [string, Record<string, string>][] = [
    ['metadata', { client_reference_id: '', 'payment_intent_data[metadata][transaction_id]': '' }],
    ['payment_intent_data', { client_reference_id: '' }],
    ['client_reference_id', { 'payment_intent_data[metadata][transaction_id]': '' }],
  ];
  for (const [where, change] of placed) {
    const number = orderNumber();
    const named: Record<string, string> = where === 'metadata' ? { 'metadata[transaction_id]': number } : {};
    const { body } = await world.session(number, { ...change, ...named });
    await world.pay(number, body, { return: false });
    const { charges } = await books();
    expect((charges as Fields[]).map((row) => row['transaction_id'])).toContain(number);
  }
});

test('and by Stripe’s own, where it has none', async () => {
  const { id } = await paid({ 'metadata[transaction_id]': '' });
  const { charges } = await books();
  expect((charges as Fields[]).map((row) => row['transaction_id'])).toContain(id);
});

test('what was not paid is not in the books', async () => {
  const number = orderNumber();
  const { body } = await world.intent(number);
  await world.pay(number, body, { outcome: 'decline' });
  const { charges } = await books();
  expect((charges as Fields[]).map((row) => row['transaction_id'])).not.toContain(number);
});
