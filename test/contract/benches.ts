// One bench per registered provider, and one more for each further mode of its keys.
import { alipayBench, alipayCertificateBench } from './alipay.ts';
import type { Bench } from './bench.ts';
import { payPalBench } from './paypal.ts';
import { stripeBench, stripeCheckoutBench } from './stripe.ts';
import { weChatPayBench, weChatPayCertificateBench } from './wechat-pay.ts';

export const benches: Readonly<Record<string, Bench>> = {
  alipay: alipayBench,
  paypal: payPalBench,
  stripe: stripeBench,
  'wechat-pay': weChatPayBench,
};

export const everyBench: readonly (readonly [name: string, bench: Bench])[] = [
  ...Object.entries(benches),
  ['alipay with certificates', alipayCertificateBench],
  ['stripe with its checkout', stripeCheckoutBench],
  ['wechat-pay with certificates', weChatPayCertificateBench],
];
