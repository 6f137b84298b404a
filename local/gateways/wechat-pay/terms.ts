// What a merchant asks for when it places an order, and which field WeChat Pay would not take.
// @see https://pay.weixin.qq.com/doc/v3/merchant/4012791877
import * as z from 'zod';
import { readTime } from './beijing.ts';
import type { Account } from './merchant.ts';
import { paramError, refusal, type Reply } from './replies.ts';

const hour = 3_600_000;

/** By the last part of the address: how an order says it was placed, and ms that what the payer gets can be opened. */
export const products = {
  native: { tradeType: 'NATIVE', lifetime: 2 * hour },
  jsapi: { tradeType: 'JSAPI', lifetime: 2 * hour },
  h5: { tradeType: 'MWEB', lifetime: hour / 12 },
  app: { tradeType: 'APP', lifetime: 2 * hour },
} as const;
export type Product = keyof typeof products;

export interface Terms {
  readonly product: Product;
  readonly outTradeNo: string;
  readonly totalFen: number;
  readonly description: string;
  readonly attach: string | undefined;
  readonly openid: string | undefined;
  readonly notifyUrl: string;
  /** ms since 1970 UTC */
  readonly payUntil: number;
  /** the body as it was read, to tell whether the same is asked again */
  readonly asked: unknown;
}

/** without `time_expire` */
const longestTime = 7 * 24 * hour;

/** An https address without a query; on this machine http will do. */
export const notifyUrl = z
  .string()
  .max(255)
  .refine((text) => /^https?:\/\/[^?#]+$/.test(text) && URL.canParse(text));

/** At least one character, so that what is there says something. */
function text(longest: number) {
  return z.string().refine((value) => value !== '' && Array.from(value).length <= longest);
}

const order = z.object({
  appid: text(32),
  mchid: text(32),
  description: text(127),
  out_trade_no: z.string().regex(/^[0-9A-Za-z_\-|*@]{6,32}$/),
  time_expire: z.string().optional(),
  attach: text(128).optional(),
  notify_url: notifyUrl,
  goods_tag: text(32).optional(),
  support_fapiao: z.boolean().optional(),
  amount: z.object({ total: z.int().min(1), currency: z.literal('CNY').optional() }),
  payer: z.object({ openid: text(128) }).optional(),
  scene_info: z
    .object({
      payer_client_ip: text(45),
      h5_info: z.object({ type: z.enum(['iOS', 'Android', 'Wap']) }).optional(),
    })
    .optional(),
});

const required: Readonly<Partial<Record<Product, (asked: z.infer<typeof order>) => string | undefined>>> = {
  jsapi: ({ payer }) => (payer ? undefined : '/payer/openid'),
  h5: ({ scene_info: scene }) => (scene?.h5_info ? undefined : '/scene_info/h5_info'),
};

/** @returns the terms, or why the order is not placed */
export function readTerms(
  product: Product,
  body: unknown,
  account: Account,
  now: number,
): Terms | { refused: Reply } {
  const read = order.safeParse(body);
  if (!read.success) {
    const [issue] = read.error.issues;
    return { refused: paramError(`/${issue?.path.join('/') ?? ''}`, '不符合规则') };
  }
  const asked = read.data;
  const missing = required[product]?.(asked);
  if (missing !== undefined) return { refused: paramError(missing, '不能为空') };
  if (asked.mchid !== account.mchid) return { refused: otherMerchant };
  if (asked.appid !== account.appid) return { refused: refusal('APPID_MCHID_NOT_MATCH') };
  const payUntil = asked.time_expire === undefined ? now + longestTime : readTime(asked.time_expire);
  if (payUntil === undefined) return { refused: paramError('/time_expire', '不符合规则') };
  return {
    ...{ product, payUntil, asked: body },
    outTradeNo: asked.out_trade_no,
    totalFen: asked.amount.total,
    description: asked.description,
    attach: asked.attach,
    openid: asked.payer?.openid,
    notifyUrl: asked.notify_url,
  };
}

export const otherMerchant = refusal('INVALID_REQUEST', '请求中的mchid与签名的mchid不一致');
