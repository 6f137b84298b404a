// What WeChat Pay answers, before it is signed: a body, nothing at all, or a code for "no".
// @see https://pay.weixin.qq.com/doc/v3/merchant/4012070130

export interface Reply {
  readonly status: number;
  /** '' with 204 */
  readonly body: string;
  /** for the log: the refusal's code, or the status */
  readonly code: string;
}

const refusals = {
  PARAM_ERROR: [400, '参数错误'],
  INVALID_REQUEST: [400, '无效请求'],
  APPID_MCHID_NOT_MATCH: [400, 'appid和mch_id不匹配'],
  ORDERPAID: [400, '该订单已支付'],
  ORDER_CLOSED: [400, '该订单已关闭'],
  SIGN_ERROR: [401, '错误的签名，验签失败'],
  NOT_ENOUGH: [403, '基本账户余额不足，请充值后重新发起'],
  OUT_TRADE_NO_USED: [403, '商户订单号重复'],
  MCH_NOT_EXISTS: [404, '商户号不存在'],
  ORDER_NOT_EXIST: [404, '订单不存在'],
  RESOURCE_NOT_EXISTS: [404, '查询的资源不存在'],
  FREQUENCY_LIMITED: [429, '频率超限，请降低请求接口频率'],
} as const satisfies Record<string, readonly [status: number, message: string]>;

export type RefusalCode = keyof typeof refusals;

export function ok(value: object): Reply {
  return { status: 200, body: JSON.stringify(value), code: '200' };
}

export const noContent: Reply = { status: 204, body: '', code: '204' };

/** @param message in the place of the code's own; `detail` says which field */
export function refusal(code: RefusalCode, message?: string, detail?: object): Reply {
  const [status, words] = refusals[code];
  return { status, body: JSON.stringify({ code, message: message ?? words, detail }), code };
}

/** @param field as a path in the body, `/amount/total` */
export function paramError(field: string, issue: string): Reply {
  return refusal('PARAM_ERROR', `输入源“${field}”${issue}`, { location: 'body', field, issue });
}
