// alipay.trade.precreate: the merchant asks for a QR code.
// @see https://opendocs.alipay.com/open/02ekfg
import { refusal, success, type Node } from './answers.ts';
import { obstacles } from './obstacles.ts';
import { products, readTerms } from './terms.ts';
import type { Trades } from './trades.ts';

export function precreate(
  trades: Trades,
  biz: Node,
  facts: { notifyUrl: string | undefined; sellerId: string; now: number },
): Node {
  const terms = readTerms(biz, products.qr, facts);
  if ('wrong' in terms) return refusal('ACQ.INVALID_PARAMETER', terms.wrong);
  const made = trades.precreate(terms);
  if ('refused' in made) {
    const { code, detail } = obstacles[made.refused];
    return refusal(code, detail, { out_trade_no: terms.outTradeNo });
  }
  return success({ out_trade_no: terms.outTradeNo, qr_code: made.url });
}
