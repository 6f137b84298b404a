// What each provider allows of refunds, for who must know that and speaks to none of them.
import type { RefundRule } from './provider.ts';

export const refundRules = {
  alipay: { window: 365 * 86_400, pace: 3 },
  'wechat-pay': { window: 365 * 86_400, most: 50, pace: 60 },
  stripe: { window: 180 * 86_400, most: 100 },
  paypal: { window: 180 * 86_400 },
} as const satisfies Record<string, RefundRule>;

/** @returns undefined where the provider gives nothing back */
export function refundRule(provider: string): RefundRule | undefined {
  return Object.hasOwn(refundRules, provider) ? refundRules[provider as keyof typeof refundRules] : undefined;
}
