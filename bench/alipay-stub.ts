// Alipay's door with nothing behind it, but with its real work: it proves every request and signs every answer.
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { beijing, nodeJson, signedText, type Pair } from '../test/contract/alipay-side.ts';

/** Of every refund: nobody here remembers any. */
export const refundAmount = '0.50';

type Business = Readonly<Record<string, string>>;

/** A refund with a reason takes its time, any other is carried out at once; whoever asks later hears that it was. */
const answers: Readonly<Record<string, (business: Business) => object>> = {
  'alipay.trade.precreate': ({ out_trade_no }) => ({
    ...{ out_trade_no, qr_code: `https://qr.alipay.com/${out_trade_no ?? ''}` },
  }),
  'alipay.trade.refund': ({ out_trade_no, trade_no, refund_reason }) => ({
    ...{ out_trade_no, trade_no, refund_fee: refundAmount },
    ...{ buyer_logon_id: 'abc***@example.com', fund_change: refund_reason === undefined ? 'Y' : 'N' },
  }),
  'alipay.trade.fastpay.refund.query': ({ out_trade_no, trade_no, out_request_no }) => ({
    ...{ out_trade_no, trade_no, out_request_no, total_amount: '8.80', refund_amount: refundAmount },
    ...{ refund_status: 'REFUND_SUCCESS', gmt_refund_pay: beijing(Date.now()) },
  }),
};

/** Answers the calls by which payments are made and refunded. */
export function alipayStub(merchant: Pair, platform: Pair): Server {
  const theirs = createPublicKey(merchant.publicPem);
  const own = createPrivateKey(platform.privatePem);
  return createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { search } = new URL(request.url ?? '', 'http://stub');
      const body = Buffer.concat(chunks).toString();
      const { sign: signature = '', ...fields } = Object.fromEntries([
        ...new URLSearchParams(search),
        ...new URLSearchParams(body),
      ]) as Record<string, string>;
      if (!verify('sha256', Buffer.from(signedText(fields)), theirs, Buffer.from(signature, 'base64'))) {
        response.writeHead(403).end('the signature is wrong');
        return;
      }
      const { method = '', biz_content: business = '' } = fields;
      const said = answers[method]?.(JSON.parse(business) as Business);
      const node = nodeJson({ code: '10000', msg: 'Success', ...said });
      const proof = sign('sha256', Buffer.from(node), own).toString('base64');
      response.setHeader('content-type', 'text/html;charset=utf-8');
      response.end(`{"${method.replaceAll('.', '_')}_response":${node},"sign":"${proof}"}`);
    });
  });
}
