// The answers' outer form: a node of JSON, signed exactly as its characters stand, and the codes for "no".
import { sign } from './rsa2.ts';

export type Node = Readonly<Record<string, unknown>>;

const groups: Readonly<Record<string, string>> = {
  40001: 'Missing Required Arguments',
  40002: 'Invalid Arguments',
  40004: 'Business Failed',
  40005: 'Call Limited',
};

const refusals = {
  'isv.missing-method': ['40001', '缺少方法名参数'],
  'isv.missing-app-id': ['40001', '缺少 app_id 参数'],
  'isv.missing-signature': ['40001', '缺少签名参数'],
  'isv.missing-signature-type': ['40001', '缺少签名类型参数'],
  'isv.missing-timestamp': ['40001', '缺少时间戳参数'],
  'isv.missing-version': ['40001', '缺少版本参数'],
  'isv.missing-app-cert-sn': ['40001', '缺少应用公钥证书序列号参数'],
  'isv.missing-alipay-root-cert-sn': ['40001', '缺少支付宝根证书序列号参数'],
  'isv.invalid-method': ['40002', '不存在的方法名'],
  'isv.invalid-app-id': ['40002', '无效的 app_id'],
  'isv.invalid-app-cert-sn': ['40002', '应用公钥证书序列号错误'],
  'isv.invalid-alipay-root-cert-sn': ['40002', '支付宝根证书序列号错误'],
  'isv.invalid-signature-type': ['40002', '无效的签名类型'],
  'isv.invalid-signature': ['40002', '验签出错'],
  'isv.invalid-timestamp': ['40002', '非法的时间戳参数'],
  'isv.invalid-charset': ['40002', '字符集错误'],
  'isv.invalid-format': ['40002', '无效的数据格式'],
  'isv.invalid-parameter': ['40002', '参数无效'],
  'app.call-limited': ['40005', '应用调用次数超限'],
  'ACQ.INVALID_PARAMETER': ['40004', '参数无效'],
  'ACQ.CONTEXT_INCONSISTENT': ['40004', '交易信息被篡改'],
  'ACQ.TRADE_HAS_SUCCESS': ['40004', '交易已被支付'],
  'ACQ.TRADE_HAS_CLOSE': ['40004', '交易已经关闭'],
  'ACQ.TRADE_NOT_EXIST': ['40004', '交易不存在'],
  'ACQ.TRADE_STATUS_ERROR': ['40004', '交易状态不合法'],
  'ACQ.TRADE_HAS_FINISHED': ['40004', '交易已经完结'],
  'ACQ.TRADE_NOT_ALLOW_REFUND': ['40004', '当前交易不允许退款'],
  'ACQ.REASON_TRADE_REFUND_FEE_ERR': ['40004', '退款金额无效'],
  'ACQ.REFUND_AMT_NOT_EQUAL_TOTAL': ['40004', '退款金额超限'],
  'ACQ.DISCORDANT_REPEAT_REQUEST': ['40004', '不一致的请求'],
  'ACQ.SELLER_BALANCE_NOT_ENOUGH': ['40004', '卖家余额不足'],
} as const satisfies Record<string, readonly [code: string, message: string]>;

export type RefusalCode = keyof typeof refusals;

export function success(fields: Node): Node {
  return { code: '10000', msg: 'Success', ...fields };
}

/** `detail` follows Alipay's own sentence in `sub_msg`: which field, which text was verified. */
export function refusal(subCode: RefusalCode, detail = '', fields: Node = {}): Node {
  const [code, message] = refusals[subCode];
  return {
    code,
    msg: groups[code],
    sub_code: subCode,
    sub_msg: detail ? `${message}：${detail}` : message,
    ...fields,
  };
}

/**
 * `{"<name>":{…},"alipay_cert_sn":"…","sign":"…"}`: slashes inside the node are escaped, Chinese text is not.
 * @param certificateSerial in certificate mode only
 */
export function envelope(name: string, node: Node, privatePem: string, certificateSerial?: string): string {
  const text = JSON.stringify(node).replaceAll('/', '\\/');
  const serial = certificateSerial === undefined ? '' : `"alipay_cert_sn":"${certificateSerial}",`;
  return `{"${name}":${text},${serial}"sign":"${sign(text, privatePem)}"}`;
}
