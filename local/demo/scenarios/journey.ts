// One payment from order to event, step by step, whatever it is paid by.
import { books } from '../books.ts';
import { deliveries, pay, type Paid, type Payable } from '../doors.ts';
import { until } from '../service.ts';
import {
  check,
  collect,
  newOrder,
  payerDoes,
  shortened,
  untilPaid,
  type Scene,
  type Step,
} from '../steps.ts';
import { answerTo, events, timeline, toldAgain } from '../told.ts';

export async function* journey(scene: Scene): AsyncGenerator<Step> {
  const { service } = scene;
  const order = newOrder(scene.product);
  const { payment, step } = await collect(service, order);
  yield step;
  yield means(scene, payment);
  yield* payer(scene, payment);

  const delivery = await until('The callback', async () => (await deliveries(service, payment)).at(0));
  check(delivery.accepted, `The callback was answered ${answerTo(delivery)}.`);
  yield {
    step: 'callback',
    says: [`The provider calls back. Proved, queued, answered ${answerTo(delivery)}.`],
    saw: delivery,
  };

  const settled = await untilPaid(service, payment);
  const paid = `${String(settled.amount_paid)} ${settled.currency} paid.`;
  yield {
    step: 'state',
    says: [`PENDING_CREATE -> PENDING_PAYMENT -> PAID_SUCCESS, ${paid}`],
    saw: settled,
  };
  yield await events(service, settled);
  yield await toldAgain(service, settled);
  yield await timeline(service, settled, ['payment.created', 'payment.pending', 'payment.paid']);
  yield await books(scene, [order], { paid: 1, back: 0 });
}

/** What the shop shows to the payer. */
function means({ draw }: Scene, { prepay_info: saw }: Payable): Step {
  switch (saw.kind) {
    case 'qr_code':
      return { step: 'qr_code', says: ['The code to scan:', '', ...draw(saw.qr_code), '', saw.qr_code], saw };
    case 'redirect_url':
      return { step: 'redirect_url', says: ['The address to open:', ...shortened(saw.url)], saw };
    case 'client_secret': {
      const { client_secret, publishable_key } = saw;
      const says = ['What the page hands to the SDK:', ...table({ client_secret, publishable_key })];
      return { step: saw.kind, says, saw };
    }
    case 'app_parameters':
      return { step: saw.kind, says: ['What the app hands to its SDK:', ...table(saw.parameters)], saw };
    case 'jsapi_parameters':
      return { step: saw.kind, says: ['What the page hands to the app:', ...table(saw.parameters)], saw };
  }
}

function table(parameters: Readonly<Record<string, string>>): string[] {
  const widest = Math.max(...Object.keys(parameters).map(({ length }) => length));
  return Object.entries(parameters).flatMap(([name, text]) =>
    shortened(text, 70 - widest).map((part, place) => `  ${(place ? '' : name).padEnd(widest)}  ${part}`),
  );
}

async function* payer({ service }: Scene, payment: Payable): AsyncGenerator<Step> {
  const { prepay_info: info } = payment;
  if (info.kind === 'redirect_url') yield await cashier(info.url);
  const saw = await pay(service, payment);
  const says = [payerDoes(payment, `and pays: trade ${String(saw.gateway_transaction_id)}.`)];
  yield { step: 'payer', says, saw };
  if (info.kind === 'redirect_url')
    yield leadsBack(info.url) || saw.returned ? backAtTheShop(payment, saw) : stays(saw);
}

/** Where the address leads a browser: to the cashier's page, or to another address where that is. */
async function cashier(url: string): Promise<Step> {
  const response = await fetch(url, { redirect: 'manual' });
  await response.body?.cancel();
  const { status, headers } = response;
  const location = headers.get('location');
  if (status === 302 && location !== null) {
    const { origin, pathname, href } = new URL(location, url);
    const says = [
      `The payer's browser opens it and is sent to the cashier: ${status}`,
      `  ${origin}${pathname}?…`,
    ];
    return { step: 'cashier', says, saw: { status, location: href } };
  }
  const isPage = status === 200 && headers.get('content-type')?.startsWith('text/html') === true;
  check(isPage, `The address was answered ${status}, and leads nowhere.`);
  const says = [`The payer's browser opens it and is at the cashier: ${status}`];
  return { step: 'cashier', says, saw: { status } };
}

/** Whether our own address for returning browsers is in it. */
function leadsBack(url: string): boolean {
  return [...new URL(url).searchParams.values()].some((value) => value.includes('/payments/returns/'));
}

function stays({ returned }: Paid): Step {
  check(returned === undefined, `The browser went to ${String(returned?.url)}, and nobody had said so.`);
  const says = ['The browser stays at the cashier: this provider is told no way back to the shop.'];
  return { step: 'return', says, saw: null };
}

/** By way of the service, which asks the provider before it says how the payment stands. */
function backAtTheShop({ transaction_id: id }: Payable, { returned }: Paid): Step {
  check(returned !== undefined, 'The browser was not sent back.');
  const { url, status, location = '' } = returned;
  const there = URL.canParse(location) ? new URL(location) : undefined;
  check(
    status === 303 &&
      there?.searchParams.get('transaction_id') === id &&
      there.searchParams.get('status') === 'PAID_SUCCESS',
    `The browser came back and was answered ${String(status)} ${location}`,
  );
  const { origin, pathname } = new URL(url);
  const says = [
    'The browser comes back with what the provider gave it:',
    `  ${origin}${pathname}?…`,
    `It is proved, the provider is asked, and the shop gets its payer: ${status}`,
    ...there.href.split(/(?=[?&])/).map((part, place) => `  ${place > 0 ? '  ' : ''}${part}`),
  ];
  return { step: 'return', says, saw: returned };
}
