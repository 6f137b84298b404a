// The page that an H5 order opens in the payer's browser. On a phone it calls WeChat; here the payer decides on it.
// @see https://pay.weixin.qq.com/doc/v3/merchant/4012791835
import { escaped, page, seeOther, type Page } from '../browser.ts';
import type { WireRequest } from '../http.ts';
import type { Obstacle } from './orders.ts';
import { find, type Opened } from './phone.ts';
import type { Seller } from './seller.ts';
import { yuan } from './yuan.ts';

export const pagePath = '/wechat-pay/checkmweb';

export const obstacles: Readonly<Record<Exclude<Obstacle, 'other_terms'>, string>> = {
  paid: 'The order is already paid. No money moved this time. There is nothing left to do.',
  closed: 'The order is closed. No money moved. The shop has to make a new payment.',
  expired: 'The time to open this payment is over. No money moved. Ask the shop to show it again.',
};

/** The order behind the link, if it is one of an H5 order. */
export function openedBy(link: URL, sellers: readonly Seller[]): Opened | undefined {
  const opened = find(sellers, { id: link.searchParams.get('prepay_id') ?? '' });
  return opened?.prepay.order.terms.product === 'h5' ? opened : undefined;
}

/** Where the browser goes in the end: the shop appends it to the link. */
export function returnOf(link: URL): string | undefined {
  const url = link.searchParams.get('redirect_url');
  return url !== null && /^https?:/.test(url) && URL.canParse(url) ? url : undefined;
}

/** GET shows the order, POST with `action` = `confirm` or `cancel` decides. */
export function browse({ method, target, body }: WireRequest, sellers: readonly Seller[]): Page {
  const link = new URL(target, 'http://wechat-pay');
  const opened = openedBy(link, sellers);
  if (!opened) return page(404, 'Unknown', 'WeChat Pay does not know this link. No money moved.');
  const { prepay, seller } = opened;
  const obstacle = seller.orders.obstacle(prepay);
  if (obstacle) return page(409, 'This cannot be paid', obstacles[obstacle]);
  if (method === 'GET') return orderPage(opened, target);
  if (new URLSearchParams(body).get('action') === 'confirm') seller.orders.pay(prepay.order);
  const location = returnOf(link);
  if (location !== undefined) return seeOther(location);
  return prepay.order.status === 'SUCCESS'
    ? page(200, 'Paid', 'The order is paid. You may close this page.')
    : page(200, 'Not paid', 'The order is not paid. No money moved. Open the link again to pay.');
}

function orderPage({ seller, prepay }: Opened, target: string): Page {
  const { description, totalFen } = prepay.order.terms;
  const deeplink = `weixin://wap/pay?${String(new URLSearchParams({ prepayid: prepay.id, package: 'WAP' }))}`;
  return page(
    200,
    'Confirm your payment',
    description,
    `<p><strong>¥ ${yuan(totalFen)}</strong> to merchant ${seller.merchant.account.mchid}</p>
<p><a href="${escaped(deeplink)}">Open WeChat</a></p>
<form method="post" action="${escaped(target)}">
<button name="action" value="confirm">Pay in WeChat</button>
<button name="action" value="cancel">Go back without paying</button>
</form>`,
  );
}
