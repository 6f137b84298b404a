// Every provider that channels can be of: a folder and a line each.
import { alipay } from './alipay/index.ts';
import { payPal } from './paypal/index.ts';
import type { Provider } from './provider.ts';
import { stripe } from './stripe/index.ts';
import { weChatPay } from './wechat-pay/index.ts';

export const providers: Readonly<Record<string, Provider>> = {
  alipay,
  paypal: payPal,
  stripe,
  'wechat-pay': weChatPay,
};

/** @throws Error for a name that is not registered: declared channels are checked before they are kept */
export function provider(name: string): Provider {
  const found = Object.hasOwn(providers, name) ? providers[name] : undefined;
  if (!found) throw new Error(`There is no payment provider named ${name}.`);
  return found;
}
