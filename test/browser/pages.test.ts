// Payers at the pages of the local machine's providers, in a real browser on a telephone.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { bootPatience, startService, type PaymentView, type Service } from '../journeys/service.ts';
import { newOrder, read, shown, untilStatus, type Order } from '../journeys/shop.ts';
import { isHere, startChromium, type Desk, type Person } from './chromium.ts';
import { look, picture } from './look.ts';
import { shop } from './shop.ts';

if (!isHere)
  console.warn('The pages were not looked at: this needs Debian’s chromium (apt-get install chromium).');
const inChromium = isHere ? describe : describe.skip;

const seemly = {
  title: expect.stringMatching(/\S/),
  language: 'en',
  headings: 1,
  nameless: [],
  small: [],
  hidden: 0,
};

let service: Service;
let desk: Desk;
let person: Person;

const orders = {
  checkout: { payment_channel: 'STRIPE', payment_method: 'stripe_checkout', currency: 'USD' },
  paypal: { payment_channel: 'PAYPAL', payment_method: 'paypal', currency: 'USD' },
  alipay: { payment_method: 'alipay_page' },
  wechat: { payment_channel: 'WECHAT_PAY', payment_method: 'wechat_h5', client_ip: '203.0.113.9' },
} as const satisfies Record<string, Partial<Order>>;

/** Opens the shop's link. @returns the payment's id */
async function opened(terms: Partial<Order>): Promise<string> {
  const id = await shown(service.app, newOrder({ return_url: `${shop}/done?cart=7`, ...terms }));
  await open(id);
  return id;
}

async function open(id: string): Promise<void> {
  const { body } = await service.app<PaymentView>(`/payments/transactions/${id}`);
  await person.page.goto(body.prepay_info?.url ?? 'none');
}

const choose = (label: string) => person.page.getByLabel(label).check();
const press = (name: string) => person.page.getByRole('button', { name, exact: true }).click();
const heading = () => person.page.getByRole('heading').textContent();
const words = () => person.page.getByRole('main').textContent();
/** Chromium says so of every page that is no 2xx. */
const refusedWith = (status: number) => expect.stringContaining(`responded with a status of ${status}`);
const expectInShop = (id: string, status: string) =>
  person.page.waitForURL(`${shop}/done?cart=7&transaction_id=${id}&status=${status}`);

async function expectSeemly(name: string, complaints: readonly unknown[] = []): Promise<void> {
  expect(await look(person.page)).toEqual(seemly);
  expect(await picture(person.page, desk.pictures, name)).toBeGreaterThan(20);
  expect(person.complaints()).toEqual(complaints);
}

inChromium('in a browser (needs Debian’s chromium)', () => {
  beforeAll(async () => {
    [service, desk] = await Promise.all([startService(), startChromium()]);
  }, bootPatience);
  afterAll(() => Promise.all([service.stop(), desk.stop()]));
  beforeEach(async () => {
    person = await desk.sit([service.api, service.gateways]);
  });
  afterEach(async () => {
    const [complaint] = person.complaints();
    await person.leave();
    if (complaint !== undefined) throw new Error(`The browser complains: ${complaint}`);
  });

  describe('Stripe’s Checkout', () => {
    test('is paid by a card, and leads back to the shop', async () => {
      const id = await opened(orders.checkout);
      await expectSeemly('checkout');
      const address = person.page.url();
      await choose('Mastercard 4444: pays');
      await press('Pay');
      await expectInShop(id, 'PAID_SUCCESS');
      await person.page.goto(address);
      expect(await words()).toContain('This is already paid. No money moved this time.');
      await expectSeemly('checkout-paid', [refusedWith(409)]);
    });

    test('is paid by whoever has a keyboard alone', async () => {
      const id = await opened(orders.checkout);
      for (const key of ['Tab', 'ArrowDown', 'Tab', 'Enter']) await person.page.keyboard.press(key);
      await expectInShop(id, 'PAID_SUCCESS');
    });

    test('says that a card is declined, and takes another', async () => {
      const id = await opened(orders.checkout);
      await choose('Visa 0002: is declined');
      await press('Pay');
      expect(await person.page.getByRole('alert').textContent()).toBe(
        'Your card was declined. No money moved.',
      );
      await expectSeemly('checkout-declined', [refusedWith(402)]);
      expect(await read(service, id)).toMatchObject({ status: 'PENDING_PAYMENT' });
      await choose('Visa 4242: pays');
      await press('Pay');
      await expectInShop(id, 'PAID_SUCCESS');
    });

    test('asks for 3-D Secure until it is passed', async () => {
      const id = await opened(orders.checkout);
      await choose('Visa 3184: asks for 3-D Secure');
      await press('Pay');
      expect(await heading()).toBe('3-D Secure');
      await expectSeemly('3-d-secure');
      await press('Fail');
      expect(await heading()).toBe('Pay');
      expect(await read(service, id)).toMatchObject({ status: 'PENDING_PAYMENT' });
      await choose('Visa 3184: asks for 3-D Secure');
      await press('Pay');
      await press('Complete');
      await expectInShop(id, 'PAID_SUCCESS');
    });

    test('lets the payer go back to the shop, and come again', async () => {
      const id = await opened(orders.checkout);
      await press('Back');
      await expectInShop(id, 'PENDING_PAYMENT');
      await open(id);
      await press('Pay');
      await expectInShop(id, 'PAID_SUCCESS');
    });
  });

  describe('PayPal', () => {
    test('is approved, and paid when the payer is back', async () => {
      const id = await opened(orders.paypal);
      await expectSeemly('paypal');
      await press('Pay now');
      await expectInShop(id, 'PAID_SUCCESS');
      expect(await read(service, id)).toMatchObject({ status: 'PAID_SUCCESS', amount_paid: '8.80' });
    });

    test('lets the payer cancel, and come again', async () => {
      const id = await opened(orders.paypal);
      await press('Cancel and return');
      await expectInShop(id, 'PENDING_PAYMENT');
      expect(await read(service, id)).toMatchObject({ status: 'PENDING_PAYMENT' });
      await open(id);
      await press('Pay now');
      await expectInShop(id, 'PAID_SUCCESS');
    });
  });

  const confirms = { alipay: 'Log in and pay', wechat: 'Pay in WeChat' } as const;

  test.each(['alipay', 'wechat'] as const)('%s is paid', async (name) => {
    const id = await opened(orders[name]);
    await expectSeemly(name);
    await press(confirms[name]);
    await untilStatus(service, id, 'PAID_SUCCESS');
  });

  test('who has no shop to go back to reads how the payment stands', async () => {
    const id = await opened({ ...orders.alipay, return_url: undefined });
    await press(confirms.alipay);
    expect(await heading()).toBe('Payment received');
    expect(await words()).toContain(id);
    await expectSeemly('no-shop');
  });

  test.each(Object.keys(orders) as (keyof typeof orders)[])(
    '%s: what a shop writes never widens the page',
    async (name) => {
      await opened({ ...orders[name], subject: '长'.repeat(20) + 'x'.repeat(100) });
      await expectSeemly(`${name}-long`);
    },
  );

  test.each([
    [1280, 'light'],
    [360, 'dark'],
  ] as const)('%i wide, %s', async (width, colorScheme) => {
    await person.leave();
    person = await desk.sit([service.api, service.gateways], { width, colorScheme });
    await opened(orders.checkout);
    await expectSeemly(`checkout-${width}-${colorScheme}`);
  });

  test('what is not seemly is found', async () => {
    const { page } = person;
    await page.goto(`${shop}/`);
    expect(await picture(page, desk.pictures, 'shop')).toBeGreaterThan(2);
    await page.setContent(
      '<!doctype html><title> </title><body style="margin:0"><div style="width:400px;height:1px"></div>',
    );
    expect(await picture(page, desk.pictures, 'blank')).toBeLessThan(3);
    expect(await look(page)).toMatchObject({ title: '', language: '', headings: 0, hidden: 40 });
    const fields = '<input style="width:9px"><label style="display:block;height:24px">Name <input></label>';
    await page.setContent(`${fields}<button></button><a href="/">x</a>`);
    const { nameless, small } = await look(page);
    expect([nameless.length, small.length]).toEqual([2, 3]);
    expect(person.complaints()).toEqual([]);
    const failed = page.waitForEvent('requestfailed');
    const policy = '<meta http-equiv="content-security-policy" content="style-src \'none\'">';
    await page.setContent(`${policy}<style></style><img src="https://elsewhere.example/1.png" alt="">`);
    await failed;
    const complaints = person.complaints();
    expect(complaints).toContainEqual(
      expect.stringContaining('violates the following Content Security Policy'),
    );
    expect(complaints).toContain('asks https://elsewhere.example');
    await person.leave();
    person = await desk.sit([]);
  });
});
