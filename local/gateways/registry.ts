// Every provider that this machine plays: a folder and a line each.
import { openLocalAlipay } from './alipay/local.ts';
import { openPaypal } from './paypal/provider.ts';
import { openStripe } from './stripe/provider.ts';
import { openWechatPay } from './wechat-pay/provider.ts';

export const openers = {
  alipay: openLocalAlipay,
  wechatPay: openWechatPay,
  stripe: openStripe,
  paypal: openPaypal,
};

/** The providers by name, as they were opened. */
export type Opened = { readonly [Name in keyof typeof openers]: Awaited<ReturnType<(typeof openers)[Name]>> };
