// WeChat Pay's door with nothing behind it: a code to scan for every order, and "it is under way" for every refund. What it
// answers is signed; what it is asked is believed, since nobody measures this.
import { createServer, type Server } from 'node:http';
import { refundAmount } from './alipay-stub.ts';
import { publicKeyId, signedHeaders, toldRefund } from '../test/contract/wechat-pay-side.ts';
import type { Pair } from '../test/contract/alipay-side.ts';

export function weChatPayStub(platform: Pair): Server {
  return createServer((request, response) => {
    void (async () => {
      const asked = JSON.parse(Buffer.concat(await request.toArray()).toString()) as Record<string, string>;
      const isRefund = request.url?.startsWith('/v3/refund/') ?? false;
      const body = JSON.stringify(isRefund ? underWay(asked) : { code_url: 'weixin://wxpay/bizpayurl?pr=1' });
      const signing = { by: platform, serial: publicKeyId, at: Date.now() };
      response.writeHead(200, { 'content-type': 'application/json', ...signedHeaders(body, signing) });
      response.end(body);
    })();
  });
}

function underWay({ out_refund_no: refund = '', transaction_id }: Readonly<Record<string, string>>): object {
  return { ...refundTold(refund, 'PROCESSING'), transaction_id };
}

/** A refund of a payment of 8.80, as WeChat Pay tells it. */
export function refundTold(refund: string, status: 'PROCESSING' | 'SUCCESS'): Record<string, unknown> {
  const order = refund.replace('rfd_', 'pay_').slice(0, -2);
  return toldRefund({ refund, order, fen: 100 * Number(refundAmount), total: 880, at: Date.now(), status });
}
