// What PayPal's books say of captures, fees, wrong sums, currencies and both merchants.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openWorld, orderNumber, unit, type Channel, type Fields, type World } from './paypal-merchant.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.stop());

interface BookFacts {
  readonly charges: (Fields & { transaction_id: string; amount: string; fee: string })[];
  readonly refunds: object[];
  readonly balances: Record<string, string>;
}
const books = async (query = '?provider=paypal') =>
  (await world.control('GET', `/books${query}`)).body as unknown as BookFacts;
const charged = ({ charges }: BookFacts, number: string) =>
  charges.filter(({ transaction_id: id }) => id === number);
const minor = (text = '0') => Math.round(Number(text) * 100);

async function captured(change: Fields = {}, conduct: Fields = {}, channel: Channel = 'PAYPAL') {
  const number = orderNumber();
  const purchase_units = [unit(number, change)];
  const created = await world.created(number, { purchase_units }, { channel });
  await world.pay(created, conduct);
  expect(await world.capture(created.id, { channel })).toMatchObject({ status: 201 });
  return { number, id: created.id };
}

test('an approval is no charge', async () => {
  const number = orderNumber();
  await world.pay(await world.created(number));
  expect(charged(await books(), number)).toEqual([]);
});

test('a charge names channel, numbers, fee and time', async () => {
  const { number, id } = await captured({}, {}, 'PAYPAL_OTHER');
  expect(charged(await books(), number)).toEqual([
    {
      ...{ provider: 'paypal', channel_code: 'PAYPAL_OTHER', transaction_id: number },
      gateway_transaction_id: expect.stringMatching(/^[0-9A-Z]{17}$/),
      gateway_order_id: id,
      ...{ amount: '10.99', fee: '0.87', currency: 'USD', status: 'COMPLETED' },
      paid_at: new Date(world.clock.at).toISOString(),
    },
  ]);
});

test('the payee gets the rest of it', async () => {
  const account = `payee:${world.account().merchantId}:USD`;
  const before = (await books()).balances;
  await captured();
  const after = (await books()).balances;
  expect(minor(after[account]) - minor(before[account])).toBe(1012);
  expect(minor(after['paypal:fees:USD']) - minor(before['paypal:fees:USD'])).toBe(87);
});

test('a wrong sum is booked as it was taken', async () => {
  const { number } = await captured({}, { amount: '9.00' });
  expect(charged(await books(), number)).toMatchObject([{ amount: '9.00', fee: '0.80' }]);
});

test('whole amounts where PayPal has no decimals, and a fee that is never more than the sum', async () => {
  const yen = await captured({ amount: { currency_code: 'JPY', value: '880' } });
  const forint = await captured({ amount: { currency_code: 'HUF', value: '30' } });
  const facts = await books();
  expect(charged(facts, yen.number)).toMatchObject([{ amount: '880', fee: '80', currency: 'JPY' }]);
  expect(charged(facts, forint.number)).toMatchObject([{ amount: '30', fee: '30', currency: 'HUF' }]);
  expect(facts.balances[`payee:${world.account().merchantId}:JPY`]).toBe('800');
});

test('a payment that gave no number of ours is named by its order', async () => {
  const { number, id } = await captured({ custom_id: undefined });
  const { id: bare } = await captured({ custom_id: undefined, invoice_id: undefined });
  const facts = await books();
  expect(charged(facts, number)).toMatchObject([{ gateway_order_id: id }]);
  expect(charged(facts, bare)).toHaveLength(1);
});

test('all balances of a currency sum to zero', async () => {
  await captured({ amount: { currency_code: 'EUR', value: '0.01' } });
  const { balances, refunds } = await books();
  const sums = new Map<string, number>();
  for (const [account, text] of Object.entries(balances)) {
    const currency = account.slice(-3);
    sums.set(currency, (sums.get(currency) ?? 0) + minor(text));
  }
  expect([...sums.keys()].sort()).toEqual(['EUR', 'HUF', 'JPY', 'USD']);
  expect([...sums.values()].every((sum) => sum === 0)).toBe(true);
  expect(refunds).toEqual([]);
});

test('without a provider: everybody’s', async () => {
  expect((await books('')).charges).toEqual((await books()).charges);
  expect((await books('?provider=alipay')).charges).toEqual([]);
});
